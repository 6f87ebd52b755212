// The names of the rules a log must keep, and which members each type of content must have.
// Members and types that are not named here are allowed: later versions add them, older verifiers pass over them.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

/** Stable names; docs/audit-format.md explains each. */
export type Rule =
  | 'line'
  | 'canonical'
  | 'header'
  | 'hash'
  | 'content-hash'
  | 'content'
  | 'organization'
  | 'sequence'
  | 'prev'
  | 'expected-head'
  | 'revision-decreased'
  | 'revision-source'
  | 'object-revision'
  | 'judged-ahead'
  | 'decided-twice'
  | 'outcome-without-decision'
  | 'outcome-of-void-decision'
  | 'outcome-of-denial'
  | 'outcome-of-another-call'
  | 'outcome-twice'
  | 'gap-without-decision'
  | 'outcome-missing'
  | 'approval-order'
  | 'approval-changed'
  | 'approval-digest'
  | 'approval-voter'
  | 'approval-quorum'
  | 'approval-expired'
  | 'approval-passkey'
  | 'grant-missing'
  | 'grant-twice'
  | 'grant-of-another'
  | 'checkpoint-form'
  | 'checkpoint-origin'
  | 'checkpoint-root'
  | 'checkpoint-signature'
  | 'checkpoint-size'
  | 'anchor-signature'
  | 'anchor-missing';

export interface Breach {
  rule: Rule;
  expected: string;
  found: string;
}

type Check = (value: Json | undefined) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length > 0;
const anyText: Check = (value) => typeof value === 'string';
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const amount: Check = (value) => typeof value === 'number' && value >= 0;
const hash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const instant: Check = (value) => typeof value === 'string' && /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
const texts: Check = (value) => Array.isArray(value) && value.every(anyText);
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...allowed: string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);
const listOf = (members: Members): Check => {
  const list = listed(members);
  return (value) => Array.isArray(value) && value.every((item) => isObject(item) && wrongMember(item, list) === undefined);
};
const record = (members: Members): Check => {
  const list = listed(members);
  return (value) => isObject(value) && wrongMember(value, list) === undefined;
};

const PEOPLE = { 'users?': texts, 'teams?': texts, 'roles?': texts };

/** Member → check; a name that ends in `?` may be absent. */
type Members = Readonly<Record<string, Check>>;

const CONTENT: Readonly<Record<string, Members>> = {
  decision: {
    call: text,
    effect: oneOf('allow', 'deny', 'hold'),
    judged: count,
    policy: count,
    rule: text,
    code: text,
    method: anyText,
    surface: text,
    origin: oneOf('agent', 'gateway'),
    credential: oneOf('none', 'service', 'user'),
    client: record({ era: oneOf('legacy', 'modern'), version: anyText }),
    'principal?': record({ agent: text, 'class?': text, 'token?': text, 'user?': text }),
    'arguments?': hash,
    'definition?': hash,
    'single?': flag,
    'approval?': text,
    'snapshot?': hash,
    'findings?': listOf({ type: text, count }),
    'risk?': record({ score: count }),
  },
  outcome: {
    call: text,
    decision: count,
    status: oneOf('ok', 'tool_error', 'rpc_error', 'upstream_failed', 'withheld', 'cancelled', 'input_required'),
    latencyMs: amount,
    'result?': hash,
    'findings?': listOf({ type: text, count }),
  },
  object: {
    author: anyText,
    changes: listOf({ kind: text, name: text, action: text, 'digest?': hash }),
    'passkeys?': listOf({ name: text, user: text, credential: text, key: text, rpId: text }),
  },
  signin: { user: anyText, method: text, result: oneOf('ok', 'failed') },
  system: { event: text },
};

const SYSTEM: Readonly<Record<string, Members>> = {
  start: { instance: text, version: text, 'exclusive?': flag },
  stop: { instance: text },
  gap: { calls: listOf({ call: text, decision: count }) },
  drift: { server: text, changes: listOf({ kind: text, name: anyText, state: text, 'findings?': listOf({ type: text, count }) }) },
  degraded: { from: instant, to: instant, reason: anyText },
  limited: { from: instant, to: instant, agent: text, limit: text, refused: count, 'token?': text },
  incident: { what: text, reason: anyText, count },
  approval: {
    what: oneOf(
      ...['requested', 'approved', 'granted', 'refused', 'revoked', 'expired', 'drained', 'superseded', 'withdrawn', 'consumed', 'read'],
      ...['claimed', 'unclaimed', 'reminded', 'escalated'],
    ),
    ticket: text,
    digest: hash,
    binding: hash,
    agent: text,
    'by?': text,
    'user?': text,
    'call?': text,
    'created?': instant,
    'expires?': instant,
    'quorum?': count,
    'held?': count,
    'definition?': hash,
    'onBehalfOf?': text,
    'approvers?': record({ ...PEOPLE, 'escalate?': record(PEOPLE) }),
    'teams?': texts,
    'roles?': texts,
    'passkeyRequired?': flag,
    'passkey?': record({
      ...{ name: text, credential: text, key: text, rpId: text, nonce: text },
      ...{ authenticatorData: text, clientData: text, signature: text },
    }),
  },
  shadow: {
    differences: listOf({ live: text, liveEffect: text, shadow: text, shadowEffect: text, agent: anyText, count, call: text }),
    beyond: count,
    from: instant,
  },
  drill: { instance: text, freeze: text, counts: (value) => isObject(value) && Object.values(value).every(count), elapsedMs: amount },
  anchor: { what: oneOf('failed', 'recovered'), anchor: text, kind: text, size: count },
  grant: { what: oneOf('used'), grant: text, agent: text, binding: hash, rule: text, call: text },
  erasure: {
    what: oneOf('erased', 'withheld', 'completed'),
    cause: oneOf('retention', 'request'),
    values: count,
    'rule?': text,
    'request?': text,
    'entries?': listOf({ from: count, to: count }),
    'held?': count,
  },
  archive: { from: count, to: count, hash, file: hash, rule: text, author: anyText },
  'key-rotation': { scope: oneOf('master', 'data', 'checkpoint'), key: text, 'previous?': text },
};

/** Checks the members that the rules rely on. */
export function checkContent(content: JsonObject): Breach | undefined {
  const wrong = wrongMember(content, ALWAYS) ?? wrongMember(content, membersOf(content));
  if (wrong === undefined) return undefined;
  const found = JSON.stringify(content[wrong])?.slice(0, 80) ?? 'none';
  return { rule: 'content', expected: `a valid "${wrong}" in content of type ${JSON.stringify(content.type)?.slice(0, 80)}`, found };
}

/** Members as a list, made once: every entry goes through it. */
interface Member {
  name: string;
  isOptional: boolean;
  check: Check;
}

function listed(members: Members): Member[] {
  return Object.entries(members).map(([spec, check]) => {
    const isOptional = spec.endsWith('?');
    return { name: isOptional ? spec.slice(0, -1) : spec, isOptional, check };
  });
}

const ALWAYS = listed({ type: text, time: instant });
const BY_TYPE = new Map(Object.entries(CONTENT).map(([type, members]) => [type, listed(members)]));
const BY_EVENT = new Map(Object.entries(SYSTEM).map(([event, members]) => [event, listed({ ...CONTENT.system, ...members })]));
const NO_MEMBERS: readonly Member[] = [];

function membersOf({ type, event }: JsonObject): readonly Member[] {
  const ofEvent = type === 'system' && typeof event === 'string' ? BY_EVENT.get(event) : undefined;
  return ofEvent ?? (typeof type === 'string' ? BY_TYPE.get(type) : undefined) ?? NO_MEMBERS;
}

function wrongMember(value: JsonObject, members: readonly Member[]): string | undefined {
  for (const { name, isOptional, check } of members) {
    const member = value[name];
    if (isOptional && member === undefined) continue;
    if (!check(member)) return name;
  }
  return undefined;
}
