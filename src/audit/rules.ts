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
  | 'outcome-missing';

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
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...allowed: string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);
const listOf =
  (members: Members): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => isObject(item) && wrongMember(item, members) === undefined);
const record =
  (members: Members): Check =>
  (value) =>
    isObject(value) && wrongMember(value, members) === undefined;

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
    status: oneOf('ok', 'tool_error', 'rpc_error', 'upstream_failed', 'cancelled', 'input_required'),
    latencyMs: amount,
    'result?': hash,
    'findings?': listOf({ type: text, count }),
  },
  object: { author: anyText, changes: listOf({ kind: text, name: text, action: text, 'digest?': hash }) },
  signin: { user: anyText, method: text, result: oneOf('ok', 'failed') },
  system: { event: text },
};

const SYSTEM: Readonly<Record<string, Members>> = {
  start: { instance: text, version: text, 'exclusive?': flag },
  stop: { instance: text },
  gap: { calls: listOf({ call: text, decision: count }) },
  drift: { server: text, changes: listOf({ kind: text, name: anyText, state: text }) },
  degraded: { from: instant, to: instant, reason: anyText },
  limited: { from: instant, to: instant, agent: text, limit: text, refused: count, 'token?': text },
  incident: { what: text, reason: anyText, count },
  'key-rotation': { scope: oneOf('master', 'data'), key: text },
};

/** Checks the members that the rules rely on. */
export function checkContent(content: JsonObject): Breach | undefined {
  const type = content.type;
  const wrong = wrongMember(content, { type: text, time: instant }) ?? wrongMember(content, membersOf(content));
  if (wrong === undefined) return undefined;
  const found = JSON.stringify(content[wrong])?.slice(0, 80) ?? 'none';
  return { rule: 'content', expected: `a valid "${wrong}" in content of type ${JSON.stringify(type)?.slice(0, 80)}`, found };
}

function membersOf(content: JsonObject): Members {
  const members = lookUp(CONTENT, content.type);
  return content.type === 'system' ? { ...members, ...lookUp(SYSTEM, content.event) } : members;
}

function lookUp(table: Readonly<Record<string, Members>>, key: Json | undefined): Members {
  return typeof key === 'string' && Object.hasOwn(table, key) ? (table[key] ?? {}) : {};
}

function wrongMember(value: JsonObject, members: Members): string | undefined {
  for (const [spec, check] of Object.entries(members)) {
    const optional = spec.endsWith('?');
    const name = optional ? spec.slice(0, -1) : spec;
    if (optional && value[name] === undefined) continue;
    if (!check(value[name])) return name;
  }
  return undefined;
}
