// A decision as its entry tells it, and the request it was made on, rebuilt: entry, sealed arguments, and the objects of then.
// Never guesses: what the entry does not hold and nobody can supply is unknown, and is named.
import type { StoredEntry } from '../../audit/port.ts';
import type { CapabilityRef, Intent } from '../../call.ts';
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { methodInfo, namedCapability } from '../../mcp/method-kind.ts';
import { argumentsIn, completingIn, type DecideInput, type FindingFact, flowLabels, type Who } from '../decide-input.ts';

export interface RecordedDecision {
  seq: number;
  call: string;
  timeMs: number;
  /** Control revision it was judged under. */
  judged: number;
  principal: { agent: string; agentClass: string | undefined; token: string | undefined; user: string | undefined };
  surface: string;
  method: string;
  /** undefined: the name led nowhere, or the request is towards no single server. */
  server: string | undefined;
  capability: CapabilityRef | undefined;
  /** Hash of the definition in force. */
  definition: string | undefined;
  /** Commitment of the params. */
  arguments: string | undefined;
  effect: 'allow' | 'deny' | 'hold';
  rule: string;
  code: string;
  intent: DecideInput['intent'];
  findings: readonly RecordedFinding[];
  risk: { score: number; parts: Readonly<Record<string, number>> } | undefined;
  source: string | undefined;
}

export interface RecordedFinding extends FindingFact {
  path?: string | undefined;
}

/** What an entry does not hold itself. */
export interface Supplied {
  who: Who;
  /** undefined when they were erased or never kept. */
  params: JsonObject | undefined;
  definition: JsonObject | undefined;
  facts: JsonObject | undefined;
}

export interface RebuiltRequest {
  input: DecideInput;
  /** The name led nowhere: it was refused as one that no rule allows. */
  leadsNowhere: boolean;
}

/** undefined for every entry that is not a decision on a request of an agent, and for void ones (judged under rules that had moved). */
export function recordedDecision(entry: StoredEntry): RecordedDecision | undefined {
  // A look at the text first: most of a log can be others.
  if (!entry.content.includes('"type":"decision"')) return undefined;
  const content = JSON.parse(entry.content) as Json;
  const header = JSON.parse(entry.header) as Json;
  if (!isObject(content) || !isObject(header) || content.type !== 'decision' || content.judged !== header.revision) return undefined;
  const { principal, effect, risk } = content;
  if (content.origin !== 'agent' || !isObject(principal) || (effect !== 'allow' && effect !== 'deny' && effect !== 'hold'))
    return undefined;
  const intent = textOf(content.intent);
  return {
    seq: entry.seq,
    call: String(content.call),
    timeMs: Date.parse(String(content.time)),
    judged: Number(content.judged),
    principal: {
      agent: String(principal.agent),
      agentClass: textOf(principal.class),
      token: textOf(principal.token),
      user: textOf(principal.user),
    },
    surface: String(content.surface),
    method: String(content.method),
    server: textOf(content.server),
    capability: capabilityOf(content),
    definition: textOf(content.definition),
    arguments: textOf(content.arguments),
    effect,
    rule: String(content.rule),
    code: String(content.code),
    intent: intent === undefined ? undefined : { intent: intent as Intent, category: textOf(content.category) },
    findings: findingsOf(content.findings, String(content.method)),
    risk:
      isObject(risk) && typeof risk.score === 'number'
        ? { score: risk.score, parts: (isObject(risk.parts) ? risk.parts : {}) as Record<string, number> }
        : undefined,
    source: textOf(content.source),
  };
}

export function rebuilt(recorded: RecordedDecision, { who, params, definition, facts }: Supplied): RebuiltRequest {
  const { method, surface, server, intent, findings, risk, timeMs, source } = recorded;
  const named = namedCapability(method, params);
  const asked = named === undefined || named === 'missing' || named.kind === 'task' ? undefined : { kind: named.kind, name: named.name };
  const endpoint = surface.startsWith(SERVER) ? surface.slice(SERVER.length) : undefined;
  const capability = recorded.capability ?? asked;
  return {
    input: {
      principal: who,
      kind: methodInfo(method)?.kind ?? 'call',
      method,
      server: server ?? endpoint,
      capability,
      args: argumentsIn(method, params),
      completing: completingIn(method, capability, params),
      definition,
      intent,
      findings,
      risk: risk?.score,
      flow: flowLabels(findings),
      facts,
      nowMs: timeMs,
      source,
    },
    leadsNowhere: server === undefined && (endpoint === undefined ? capability !== undefined : !DECIDED_BEFORE_NAMES.has(recorded.code)),
  };
}

const SERVER = 'server/';

/** Refused before anybody looked where the name leads. */
const DECIDED_BEFORE_NAMES: ReadonlySet<string> = new Set(['frozen', 'limit_exceeded']);

/** Every other decision is of a stage before or after the rules. A hidden tool is answered as one that does not exist, by a rule. */
export function isDecidedByRules({ code, rule }: RecordedDecision): boolean {
  return DECIDED_BY_RULES.has(code) || (code === 'unknown_capability' && !rule.startsWith('builtin/'));
}

const DECIDED_BY_RULES: ReadonlySet<string> = new Set([
  'allowed',
  'denied_by_rule',
  'no_rule_allows',
  'policy_error',
  'approval_required',
  'out_of_scope',
]);

function capabilityOf(content: JsonObject): CapabilityRef | undefined {
  for (const kind of ['tool', 'prompt', 'resource'] as const) {
    const name = textOf(content[kind]);
    if (name !== undefined) return { kind, name };
  }
  return undefined;
}

function findingsOf(value: Json | undefined, method: string): RecordedFinding[] {
  if (!Array.isArray(value)) return [];
  const where = methodInfo(method)?.kind === 'reverse' ? 'question' : 'arguments';
  return value.flatMap((one) =>
    isObject(one) && typeof one.type === 'string' ? [{ type: one.type, count: Number(one.count) || 1, where, path: textOf(one.path) }] : [],
  );
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
