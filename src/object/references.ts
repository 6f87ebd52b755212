// Which objects name which other objects, and what is wrong when the other one is missing. Pure.
import type { ForwardSpec, Kind, ServerSpec, SpecOf, StoredObject, SubscriptionSpec } from './kinds.ts';

export interface Reference {
  kind: Kind;
  name: string;
  /** Where in the referring object, e.g. `spec.agent`. */
  at: string;
}

/** Kinds whose objects can name one of this kind. INVARIANT: no reference is missing here (references.test.ts). */
export function kindsNaming(kind: Kind): readonly Kind[] {
  return NAMED_BY[kind] ?? [];
}

const NAMED_BY: Partial<Record<Kind, readonly Kind[]>> = {
  agent: ['token', 'team', 'role', 'grant', 'freeze'],
  class: ['role'],
  secret: ['organization', 'anchor', 'subscription', 'forward', 'server'],
  server: ['grant', 'freeze'],
  team: ['agent', 'user', 'role'],
  token: ['freeze'],
  user: ['token', 'team', 'role', 'grant', 'passkey', 'delegation', 'operator'],
};

/** What is missing here is an error: what names it could not work, or would grant something to whoever gets the name later. */
export function referencesOf(object: StoredObject): Reference[] {
  if (is(object, 'token')) return [...one('agent', object.spec.agent, 'spec.agent'), ...one('user', object.spec.user, 'spec.user')];
  if (is(object, 'agent')) return one('team', object.spec.team, 'spec.team');
  if (is(object, 'user')) return each('team', object.spec.teams, 'spec.teams');
  if (is(object, 'team')) return memberReferences(object.spec.members);
  if (is(object, 'role'))
    return [...memberReferences(object.spec.members), ...each('team', object.spec.members?.teams, 'spec.members.teams')];
  if (is(object, 'grant'))
    return [
      ...one('agent', object.spec.agent, 'spec.agent'),
      ...one('user', object.spec.user, 'spec.user'),
      ...one('server', object.spec.server, 'spec.server'),
    ];
  // Whoever gets the name of a user later must not have its passkeys.
  if (is(object, 'passkey')) return one('user', object.spec.user, 'spec.user');
  if (is(object, 'delegation')) return [...one('user', object.spec.from, 'spec.from'), ...one('user', object.spec.to, 'spec.to')];
  if (is(object, 'organization'))
    return one('secret', object.spec.approvals?.slack?.signingSecret.secret, 'spec.approvals.slack.signingSecret');
  if (is(object, 'operator')) return one('user', object.spec.user, 'spec.user');
  if (is(object, 'anchor')) return anchorSecrets(object.spec);
  if (is(object, 'subscription')) return channelReferences(object.spec);
  if (is(object, 'forward')) return forwardReferences(object.spec);
  return is(object, 'server') ? secretReferences(object.spec) : [];
}

/** A freeze may name what does not exist yet, and a class is a name before it is an object: worth a warning only. */
export function softReferencesOf(object: StoredObject): Reference[] {
  if (is(object, 'role')) return each('class', object.spec.members?.classes, 'spec.members.classes');
  if (!is(object, 'freeze')) return [];
  const { scope } = object.spec;
  if ('agent' in scope) return [{ kind: 'agent', name: scope.agent, at: 'spec.scope.agent' }];
  if ('server' in scope) return [{ kind: 'server', name: scope.server, at: 'spec.scope.server' }];
  if ('tool' in scope)
    return /[*?]/.test(scope.tool.server) ? [] : [{ kind: 'server', name: scope.tool.server, at: 'spec.scope.tool.server' }];
  return 'token' in scope ? [{ kind: 'token', name: scope.token, at: 'spec.scope.token' }] : [];
}

const CREDENTIAL_NAME = /authorization|cookie|password|passwd|secret|token|api[_-]?key|private[_-]?key|credential/i;

/** Header and variable names that look like credentials but hold their value in plain text. */
export function plainCredentials(object: StoredObject): string[] {
  if (is(object, 'anchor')) return plainNames(anchorHeaders(object.spec) ?? {});
  if (is(object, 'subscription') && object.spec.channel.type === 'template') return plainNames(object.spec.channel.headers ?? {});
  if (is(object, 'forward')) return plainNames('headers' in object.spec.target ? (object.spec.target.headers ?? {}) : {});
  if (!is(object, 'server')) return [];
  return plainNames({ ...object.spec.headers, ...object.spec.env });
}

function plainNames(values: Readonly<Record<string, unknown>>): string[] {
  const named = Object.entries(values);
  return named.filter(([name, value]) => typeof value === 'string' && value !== '' && CREDENTIAL_NAME.test(name)).map(([name]) => name);
}

function memberReferences(members: { agents?: string[] | undefined; users?: string[] | undefined } | undefined): Reference[] {
  return [...each('agent', members?.agents, 'spec.members.agents'), ...each('user', members?.users, 'spec.members.users')];
}

function one(kind: Kind, name: string | undefined, at: string): Reference[] {
  return name === undefined ? [] : [{ kind, name, at }];
}

function each(kind: Kind, names: readonly string[] | undefined, at: string): Reference[] {
  return (names ?? []).map((name, i) => ({ kind, name, at: `${at}[${i}]` }));
}

function anchorHeaders({ timeStamp, bucket }: SpecOf['anchor']) {
  return timeStamp?.headers ?? bucket?.headers;
}

function anchorSecrets(spec: SpecOf['anchor']): Reference[] {
  const at = spec.timeStamp ? 'spec.timeStamp.headers' : 'spec.bucket.headers';
  const inHeaders = Object.entries(anchorHeaders(spec) ?? {}).flatMap(([key, source]) =>
    typeof source === 'string' ? [] : one('secret', source.secret, `${at}.${key}`),
  );
  return [...inHeaders, ...one('secret', spec.bucket?.sign?.secretKey.secret, 'spec.bucket.sign.secretKey')];
}

function forwardReferences({ target }: ForwardSpec): Reference[] {
  if (target.type === 'file') return [];
  const { ca, cert, key } = target;
  const sources = [...Object.entries({ ca, cert, key }), ...('headers' in target ? Object.entries(target.headers ?? {}) : [])];
  return sources.flatMap(([member, source]) =>
    typeof source === 'object' ? [{ kind: 'secret' as const, name: source.secret, at: `spec.target.${member}` }] : [],
  );
}

function secretReferences(spec: ServerSpec): Reference[] {
  const references: Reference[] = [];
  for (const place of ['env', 'headers'] as const) {
    for (const [key, source] of Object.entries(spec[place] ?? {})) {
      if (typeof source !== 'string') references.push({ kind: 'secret', name: source.secret, at: `spec.${place}.${key}` });
    }
  }
  return references;
}

function channelReferences({ channel }: SubscriptionSpec): Reference[] {
  const named: [place: string, value: unknown][] = [];
  if ('url' in channel) named.push(['url', channel.url]);
  if (channel.type === 'webhook') named.push(...channel.secrets.map((secret, i): [string, unknown] => [`secrets[${i}]`, { secret }]));
  if (channel.type === 'email') named.push(['password', channel.password]);
  if (channel.type === 'template')
    named.push(...Object.entries(channel.headers ?? {}).map(([header, value]): [string, unknown] => [`headers.${header}`, value]));
  return named.flatMap(([place, value]) =>
    typeof value === 'object' && value !== null && 'secret' in value
      ? [{ kind: 'secret' as const, name: String(value.secret), at: `spec.channel.${place}` }]
      : [],
  );
}

function is<K extends Kind>(object: StoredObject, kind: K): object is StoredObject<K> & StoredObject {
  return object.kind === kind;
}
