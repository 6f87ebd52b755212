// Objects as one line each: kind, name, revision, and what a person looks for first in that kind.
import type { ObjectBody } from '../admin/contract.ts';
import { isObject } from '../lib/json.ts';
import { textTable } from './text-table.ts';

/** `health`: how servers are, by name. */
export function objectTable(objects: readonly ObjectBody[], health: ReadonlyMap<string, string> = new Map()): string {
  if (objects.length === 0) return 'None.';
  return textTable(
    ['NAME', 'REVISION', 'WHAT'],
    objects.map((object) => [
      `${object.kind}/${object.metadata.name}`,
      String(object.revision ?? ''),
      [summaryOf(object), (object.kind === 'server' && health.get(object.metadata.name)) || ''].filter((part) => part !== '').join(', '),
    ]),
  );
}

function summaryOf({ kind, spec }: ObjectBody): string {
  const text = (key: string) => (typeof spec[key] === 'string' ? spec[key] : '');
  const off = spec.disabled === true ? 'disabled' : '';
  const ended = text('revokedAt') === '' ? text('expiresAt') && `until ${text('expiresAt')}` : `revoked ${text('revokedAt')}`;
  const parts: Readonly<Record<string, readonly string[]>> = {
    server: [text('transport'), text('url') || listText(spec.urls) || text('command'), off],
    agent: [text('class') && `class ${text('class')}`, text('owner') && `owner ${text('owner')}`, off],
    token: [`agent ${text('agent')}`, `${text('hint')}…`, ended],
    policy: [`order ${String(spec.order ?? '')}`, `${Array.isArray(spec.rules) ? spec.rules.length : 0} rules`],
    limit: [
      isObject(spec.rate) ? `${spec.rate.max} in ${Number(spec.rate.windowMs) / 1000} s` : '',
      spec.concurrency === undefined ? '' : `${spec.concurrency} at once`,
      isObject(spec.quota) ? `quota ${spec.quota.max}` : '',
    ],
    freeze: [
      spec.drill === true ? 'drill' : '',
      scopeText(spec.scope),
      text('reason'),
      text('until') && `until ${text('until')}`,
      text('setBy') && `by ${text('setBy')}`,
    ],
    operator: [`role ${text('role')}`, ended],
    secret: [text('sealed')],
    organization: [text('owner') && `owner ${text('owner')}`, text('contact') && `contact ${text('contact')}`],
    team: [`${memberCount(spec.members)} members`, text('owner') && `owner ${text('owner')}`],
    user: [text('name'), text('email'), off],
    role: [`${memberCount(spec.members)} members`, `${Array.isArray(spec.grants) ? spec.grants.length : 0} grants`],
    class: [text('environment') && `environment ${text('environment')}`, text('owner') && `owner ${text('owner')}`, off],
    snapshot: [`${Array.isArray(spec.definitions) ? spec.definitions.length : 0} definitions`, text('endpoint')],
    subscription: [isObject(spec.channel) ? String(spec.channel.type) : '', listText(spec.events), listText(spec.answers), off],
    risk: [`order ${String(spec.order ?? '')}`, bandsText(spec.bands)],
  };
  return (parts[kind] ?? []).filter((part) => part !== '').join(', ');
}

/** Of a team or role: names in all its lists. */
function memberCount(members: unknown): number {
  return Object.values((members ?? {}) as Record<string, unknown>).reduce<number>(
    (sum, names) => sum + (Array.isArray(names) ? names.length : 0),
    0,
  );
}

function listText(names: unknown): string {
  return Array.isArray(names) ? names.join(' ') : '';
}

function bandsText(bands: unknown): string {
  return Object.entries((bands ?? {}) as Record<string, unknown>)
    .map(([band, from]) => `${band} from ${String(from)}`)
    .join(', ');
}

/** `{agent: 'x'}` → `agent x`, `{tool: {server: 's', name: 't'}}` → `tool s/t`. */
export function scopeText(scope: unknown): string {
  const [what = '', which] = Object.entries((scope ?? {}) as Record<string, unknown>)[0] ?? [];
  if (which === true) return what;
  const { server, name } = (typeof which === 'object' ? which : {}) as { server?: string; name?: string };
  return server === undefined ? `${what} ${String(which ?? '')}` : `${what} ${server}/${name}`;
}
