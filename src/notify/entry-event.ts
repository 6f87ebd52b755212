// From entries of the log to events: the log is the outbox, so whatever is told was written in the same transaction as what caused it.
// Copies members one by one, never a whole entry: what is new in an entry leaves the gateway only when somebody adds it here.
import type { StoredEntry } from '../audit/port.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { EVENT_TYPES, type EventDraft, type EventType, makeEvent, type NotifyEvent } from './event.ts';

/** Characters of a name in an event: unknown names come from agents. */
export const MAX_NAME_CHARS = 128;
/** Changes that one event names. */
export const MAX_NAMED_CHANGES = 20;

/** No event: the entry says nothing to anybody. Allowed calls are events only when `wantsAllowed` or when their rule names a channel. */
export function eventsOf(org: string, entry: StoredEntry, wantsAllowed: boolean): NotifyEvent[] {
  const { content: text, seq, hash } = entry;
  // A look at the text first: most entries are outcomes and allowed calls.
  if (text.endsWith('"type":"outcome"}')) return [];
  if (!wantsAllowed && text.includes('"effect":"allow"') && !text.includes('"notify":[')) return [];
  const content = JSON.parse(text) as Json;
  if (!isObject(content)) return [];
  const timeMs = Date.parse(String(content.time));
  if (Number.isNaN(timeMs)) return [];
  return draftsOf(content, entry, wantsAllowed).map((draft, index) => makeEvent(org, `${hash}/${index}`, { timeMs, seq }, draft));
}

/** Control revision at which the entry stands. */
export function revisionOf({ header }: StoredEntry): number {
  const parsed = JSON.parse(header) as Json;
  return isObject(parsed) ? Number(parsed.revision) : 0;
}

function draftsOf(content: JsonObject, entry: StoredEntry, wantsAllowed: boolean): EventDraft[] {
  switch (content.type) {
    case 'decision':
      return decision(content, entry, wantsAllowed);
    case 'object':
      return objects(content);
    case 'signin':
      return content.result === 'failed'
        ? [{ type: 'signin.failed', subject: 'signin', data: pick(content, ['user', 'method', 'reason', 'remoteAddress']) }]
        : [];
    case 'system':
      return system(content);
    default:
      return [];
  }
}

const FAILED_CODES: ReadonlySet<unknown> = new Set(['policy_error', 'internal']);
const LOG_SEVERITY = { info: 'info', warn: 'warning', critical: 'critical' } as const;

function decision(content: JsonObject, { header }: StoredEntry, wantsAllowed: boolean): EventDraft[] {
  const { effect, code, approval, principal, findings, risk } = content;
  const channels = textsOf(content.notify);
  if (effect === 'allow') {
    if (!wantsAllowed && channels.length === 0) return [];
    // Judged under rules that had moved: the call was judged again, and that decision counts.
    const parsed = JSON.parse(header) as Json;
    if (!isObject(parsed) || parsed.revision !== content.judged) return [];
  }
  const type = effect === 'allow' ? 'allowed' : effect === 'hold' ? 'held' : FAILED_CODES.has(code) ? 'failed' : 'denied';
  const severity = LOG_SEVERITY[content.log as keyof typeof LOG_SEVERITY];
  return [
    {
      type: `decision.${type}`,
      subject: typeof approval === 'string' ? `ticket/${approval}` : `call/${nameOf(content.call)}`,
      channels,
      ...(severity === undefined ? {} : { severity }),
      data: {
        ...(isObject(principal) ? pick(principal, ['agent', 'class', 'user', 'token']) : {}),
        ...pick(content, ['call', 'method', 'server', 'tool', 'prompt', 'rule', 'code', 'intent', 'category', 'parent']),
        ...(typeof approval === 'string' ? { ticket: nameOf(approval) } : {}),
        ...(isObject(risk) && typeof risk.score === 'number' ? { risk: risk.score } : {}),
        ...(Array.isArray(findings) ? { findings: findings.flatMap(finding).slice(0, MAX_NAMED_CHANGES) } : {}),
      },
    },
  ];
}

/** What was seen and what was done about it; not where: a path holds names that agents choose. */
function finding(one: Json): JsonObject[] {
  if (!isObject(one)) return [];
  return [{ ...pick(one, ['type', 'action']), count: Number(one.count) || 1 }];
}

function objects(content: JsonObject): EventDraft[] {
  const changes = (Array.isArray(content.changes) ? content.changes : []).filter(isObject);
  const frozen = (Array.isArray(content.freezes) ? content.freezes : []).filter(isObject);
  const by = pick(content, ['author', 'action']);
  const drafts: EventDraft[] = [];
  for (const freeze of frozen) {
    if (freeze.drill === true) continue;
    const type = content.action === 'lift-request' ? 'freeze.lift_requested' : 'freeze.set';
    const data = { ...pick(freeze, ['name', 'reason', 'until']), scope: scopeOf(freeze.scope), by: nameOf(content.author) };
    drafts.push({ type, subject: `freeze/${nameOf(freeze.name)}`, data });
  }
  for (const { kind, name, action } of changes) {
    if (kind !== 'freeze' || action !== 'delete' || content.action === 'drill') continue;
    drafts.push({ type: 'freeze.lifted', subject: `freeze/${nameOf(name)}`, data: { name: nameOf(name), by: nameOf(content.author) } });
  }
  const named = changes.slice(0, MAX_NAMED_CHANGES).map((one) => pick(one, ['kind', 'name', 'action']));
  drafts.push({ type: 'object.changed', subject: 'objects', data: { ...by, changes: named, count: changes.length } });
  return drafts;
}

function scopeOf(scope: Json | undefined): string {
  if (!isObject(scope)) return '';
  const [what = '', which] = Object.entries(scope)[0] ?? [];
  if (which === true) return what;
  return isObject(which) ? `${what} ${nameOf(which.server)}/${nameOf(which.name)}` : `${what} ${nameOf(which)}`;
}

function system(content: JsonObject): EventDraft[] {
  const { event } = content;
  switch (event) {
    case 'approval':
      return approval(content);
    case 'grant':
      return [{ type: 'grant.used', subject: `grant/${nameOf(content.grant)}`, data: pick(content, GRANT_MEMBERS) }];
    case 'incident': {
      const type = `incident.${String(content.what)}`;
      const data = { ...pick(content, ['rule', 'call', 'agent', 'server', 'instance']), count: Number(content.count) || 1 };
      return isEventType(type) ? [{ type, subject: `incident/${nameOf(content.rule)}`, data }] : [];
    }
    case 'drift': {
      const changes = (Array.isArray(content.changes) ? content.changes : []).filter(isObject);
      const named = changes.slice(0, MAX_NAMED_CHANGES).map((one) => pick(one, ['kind', 'name', 'state', 'definition']));
      const data = { server: nameOf(content.server), changes: named, count: changes.length };
      return [{ type: 'drift.detected', subject: `server/${nameOf(content.server)}`, data }];
    }
    case 'limited': {
      const data = { ...pick(content, ['agent', 'token', 'limit', 'from', 'to']), refused: Number(content.refused) || 0 };
      return [{ type: 'limit.exceeded', subject: `limit/${nameOf(content.limit)}`, data }];
    }
    case 'drill':
      return [{ type: 'freeze.drill', subject: `freeze/${nameOf(content.freeze)}`, data: pick(content, ['freeze', 'instance']) }];
    case 'key-rotation':
      return [{ type: 'key.rotated', subject: 'keys', data: pick(content, ['scope', 'author']) }];
    default:
      return health(content);
  }
}

function health(content: JsonObject): EventDraft[] {
  const subject = `gateway/${nameOf(content.instance)}`;
  switch (content.event) {
    case 'gap': {
      const calls = Array.isArray(content.calls) ? content.calls.length : 0;
      return [{ type: 'log.gap', subject: 'log', data: { ...pick(content, ['instance']), calls } }];
    }
    case 'erasure': {
      const counts = { values: Number(content.values) || 0, held: Number(content.held) || 0 };
      return [{ type: 'log.erased', subject: 'log', data: { ...pick(content, ['what', 'cause', 'rule', 'request']), ...counts } }];
    }
    case 'anchor': {
      const type = `anchor.${String(content.what)}`;
      return isEventType(type) ? [{ type, subject: 'log', data: pick(content, ['anchor', 'kind', 'instance']) }] : [];
    }
    case 'degraded':
      return [{ type: 'log.degraded', subject: 'log', data: pick(content, ['from', 'to', 'instance']) }];
    case 'start':
      return [{ type: 'gateway.started', subject, data: pick(content, ['instance', 'version']) }];
    case 'stop':
      return [{ type: 'gateway.stopped', subject, data: pick(content, ['instance']) }];
    default:
      return [];
  }
}

const GRANT_MEMBERS = ['grant', 'agent', 'asUser', 'server', 'tool', 'rule', 'call'];
const TICKET_MEMBERS = [
  'onBehalfOf',
  'ticket',
  'digest',
  'agent',
  'asUser',
  'by',
  'user',
  'call',
  'method',
  'server',
  'tool',
  'prompt',
  'rule',
  'expires',
];

function approval(content: JsonObject): EventDraft[] {
  const type = `approval.${String(content.what)}`;
  if (!isEventType(type)) return [];
  const quorum = typeof content.quorum === 'number' ? { quorum: content.quorum } : {};
  const passkey = content.passkeyRequired === true ? { passkey: 'required' } : {};
  return [{ type, subject: `ticket/${nameOf(content.ticket)}`, data: { ...pick(content, TICKET_MEMBERS), ...quorum, ...passkey } }];
}

function isEventType(text: string): text is EventType {
  return Object.hasOwn(EVENT_TYPES, text);
}

/** Texts among these members, as names. */
function pick(from: JsonObject, members: readonly string[]): JsonObject {
  const picked: JsonObject = {};
  for (const member of members) if (typeof from[member] === 'string') picked[member] = nameOf(from[member]);
  return picked;
}

/** Without control characters, and not longer than names are. */
function nameOf(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : '';
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
  return clean.length <= MAX_NAME_CHARS ? clean : `${clean.slice(0, MAX_NAME_CHARS - 1).toWellFormed()}…`;
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').map(nameOf) : [];
}
