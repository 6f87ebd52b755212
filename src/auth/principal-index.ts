// Who is calling: bearer token → principal, from the objects of one organization at one control revision.
// Never stores or repeats a token; what it says to a caller without a valid token is the same whatever is wrong with it.
import type { DenialCode, Principal } from '../call.ts';
import type { AgentSpec, ClassSpec, Kind, OrganizationSpec, StoredObject, TokenSpec, UserSpec } from '../object/kinds.ts';
import { NO_ADDRESS } from './client-address.ts';
import { buildMembers, type MemberIndex } from './member-index.ts';
import { compileScope } from './scope.ts';
import { compileSource, type SourceCheck } from './source.ts';

/** What a principal and its tokens are made of: a change of any of these kinds makes a new index. */
export const PRINCIPAL_KINDS = ['token', 'agent', 'user', 'team', 'role', 'class', 'organization'] as const satisfies readonly Kind[];

export type IdentifyCode = Extract<DenialCode, 'unauthenticated' | 'token_expired' | 'token_revoked' | 'source_refused'>;

export type Identified = { principal: Principal; code?: undefined } | { principal?: undefined; code: IdentifyCode; message: string };

export interface PrincipalIndex {
  readonly org: string;
  readonly revision: number;
  /** Tokens that can be found. */
  readonly size: number;
  hashes(): Iterable<string>;
  /** `hash` is that of the token as presented (`tokenHash`); undefined when none was. Without an address, no network holds the call. */
  identify(hash: string | undefined, nowMs: number, remoteAddress?: string): Identified;
  /** Whom a token that can be used now stands for, wherever its call comes from; undefined for any other. By object name. */
  principalOf(token: string, nowMs: number): Principal | undefined;
  /** An agent by itself: as with a token that narrows nothing and names no user. undefined when there is none, or it is disabled. */
  agentOf(agent: string): Principal | undefined;
}

/** The answer to a missing, malformed or unknown token; one text, so that nothing can be learnt by trying. */
export const UNAUTHENTICATED: Identified = {
  code: 'unauthenticated',
  message:
    'A valid token is required: send the header "Authorization: Bearer sp_…". Ask an operator for a token or check that it was copied whole.',
};

const ELSEWHERE: Identified = Object.freeze({
  code: 'source_refused' as const,
  message: 'This token may not be used from this network address. Ask an operator for a token that may.',
});

export function buildPrincipals(objects: readonly StoredObject[], revision: number, org: string): PrincipalIndex {
  const people = directoryOf(objects, org);
  const records = new Map<string, TokenRecord>();
  const byName = new Map<string, TokenRecord>();
  for (const object of objects) {
    if (!isKind(object, 'token')) continue;
    const { hash } = object.spec;
    // Two token objects with one hash: nobody can say which of them a call belongs to, so neither is usable.
    const record = records.has(hash) ? refusedRecord(TWICE) : tokenRecord(people, object.metadata.name, object.spec);
    const first = records.get(hash);
    if (first) first.refused = TWICE;
    records.set(hash, record);
    byName.set(object.metadata.name, record);
  }
  return {
    org,
    revision,
    size: records.size,
    hashes: () => records.keys(),
    identify: (hash, nowMs, remoteAddress = NO_ADDRESS) => {
      // How long a look-up by hash takes says nothing about the token.
      const record = hash === undefined ? undefined : records.get(hash);
      if (!record) return UNAUTHENTICATED;
      if (record.refused) return record.refused;
      if (nowMs >= record.expiresMs) return record.expired;
      return record.source === undefined || record.source(remoteAddress) ? record.identified : ELSEWHERE;
    },
    principalOf: (token, nowMs) => {
      const record = byName.get(token);
      return record && !record.refused && nowMs < record.expiresMs ? record.identified.principal : undefined;
    },
    agentOf: (agent) => {
      const spec = people.agents.get(agent);
      if (!spec || refusedFor(people, { agent }, spec.spec)) return undefined;
      return principalFor(people, { agent }, spec, undefined);
    },
  };
}

/** Whom calls of this agent for this user would be attributed to, were there a token; whether one would be let in is another question. */
export function callerOf(objects: readonly StoredObject[], org: string, agent: string, user: string | undefined): Principal | undefined {
  const people = directoryOf(objects, org);
  const found = people.agents.get(agent);
  return found && principalFor(people, { agent, ...(user !== undefined && { user }) }, found, undefined);
}

interface People {
  org: string;
  organization: OrganizationSpec | undefined;
  agents: ReadonlyMap<string, { spec: AgentSpec; labels: Readonly<Record<string, string>> }>;
  classes: ReadonlyMap<string, ClassSpec>;
  users: ReadonlyMap<string, UserSpec>;
  members: MemberIndex;
}

function directoryOf(objects: readonly StoredObject[], org: string): People {
  const agents = new Map<string, { spec: AgentSpec; labels: Readonly<Record<string, string>> }>();
  const classes = new Map<string, ClassSpec>();
  const users = new Map<string, UserSpec>();
  let organization: OrganizationSpec | undefined;
  for (const object of objects) {
    const { name, labels } = object.metadata;
    if (isKind(object, 'agent')) agents.set(name, { spec: object.spec, labels: labels ?? NO_LABELS });
    else if (isKind(object, 'class')) classes.set(name, object.spec);
    else if (isKind(object, 'user')) users.set(name, object.spec);
    else if (isKind(object, 'organization') && name === org) organization = object.spec;
  }
  return { org, organization, agents, classes, users, members: buildMembers(objects) };
}

interface TokenRecord {
  expiresMs: number;
  source: SourceCheck | undefined;
  /** Set when the token is refused whatever the time. */
  refused: Identified | undefined;
  expired: Identified;
  identified: Identified;
}

function tokenRecord(people: People, name: string, spec: TokenSpec): TokenRecord {
  const agent = people.agents.get(spec.agent);
  const refused = refusedFor(people, spec, agent?.spec);
  if (refused || !agent) return refusedRecord(refused ?? UNAUTHENTICATED);
  const agentClass = agent.spec.class === undefined ? undefined : people.classes.get(agent.spec.class);
  const expiresMs = expiryOf(spec, people.organization);
  return {
    expiresMs,
    source: compileSource(people.organization?.sourceNetworks, agentClass?.sourceNetworks, spec.sourceNetworks),
    refused: undefined,
    expired: refusal('token_expired', `This token expired at ${instantText(expiresMs)}. Ask an operator for a new one.`),
    identified: Object.freeze({ principal: principalFor(people, spec, agent, name) }),
  };
}

type Bearer = Pick<TokenSpec, 'agent'> & Partial<Pick<TokenSpec, 'user' | 'environment' | 'scopes' | 'revokedAt'>>;

function principalFor(
  people: People,
  spec: Bearer,
  agent: { spec: AgentSpec; labels: Readonly<Record<string, string>> },
  token: string | undefined,
): Principal {
  const userSpec = spec.user === undefined ? undefined : people.users.get(spec.user);
  const user = spec.user !== undefined && userSpec ? { name: spec.user, spec: userSpec } : undefined;
  const { teams, roles } = people.members.of(spec.agent, agent.spec, user);
  const agentClass = agent.spec.class;
  const classSpec = agentClass === undefined ? undefined : people.classes.get(agentClass);
  return Object.freeze({
    org: people.org,
    agent: spec.agent,
    agentClass,
    environment: spec.environment ?? agent.spec.environment ?? classSpec?.environment ?? people.organization?.environment,
    teams,
    roles,
    labels: agent.labels,
    user: spec.user,
    token,
    inScope: compileScope(spec.scopes),
  });
}

/** When a token ends, milliseconds since the epoch; Infinity when it does not. An instant that cannot be read is over: fail closed. */
export function expiryOf({ expiresAt, createdAt }: TokenSpec, organization: OrganizationSpec | undefined): number {
  const own = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt) || 0;
  const maxLifetimeMs = organization?.tokens?.maxLifetimeMs;
  return maxLifetimeMs === undefined ? own : Math.min(own, (Date.parse(createdAt) || 0) + maxLifetimeMs);
}

function instantText(ms: number): string {
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : 'an unknown time';
}

function refusedRecord(refused: Identified): TokenRecord {
  return { expiresMs: 0, source: undefined, refused, expired: refused, identified: refused };
}

/** INVARIANT: a token with `revokedAt` is refused whatever the instant says, so that clocks that differ cannot keep it alive (auth.test.ts). */
function refusedFor(people: People, spec: Bearer, agent: AgentSpec | undefined): Identified | undefined {
  if (spec.revokedAt !== undefined) return refusal('token_revoked', 'This token was revoked. Ask an operator for a new one.');
  if (!agent)
    return refusal('token_revoked', `The agent "${spec.agent}" of this token does not exist any more. Ask an operator for a new token.`);
  if (agent.disabled) return refusal('token_revoked', `The agent "${spec.agent}" of this token is disabled. Ask an operator to enable it.`);
  if (agent.class !== undefined && people.classes.get(agent.class)?.disabled)
    return refusal('token_revoked', `Agents of class "${agent.class}" are disabled. Ask an operator to enable it.`);
  if (spec.user === undefined) return undefined;
  const user = people.users.get(spec.user);
  if (!user)
    return refusal('token_revoked', `The user "${spec.user}" of this token does not exist any more. Ask an operator for a new token.`);
  return user.disabled
    ? refusal('token_revoked', `The user "${spec.user}" of this token is disabled. Ask an operator to enable them.`)
    : undefined;
}

function refusal(code: IdentifyCode, message: string): Identified {
  return Object.freeze({ code, message });
}

const TWICE = refusal('token_revoked', 'This token is registered more than once and refused. Ask an operator for a new token.');

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
