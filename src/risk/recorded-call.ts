// A call on a tool as the log tells it: what the history takes from it and what its risk was scored from. Reads decisions only.
// Void decisions (judged under rules that had moved) count for nothing; what the entry does not hold is undefined, never guessed.
import type { StoredEntry } from '../audit/port.ts';
import type { Intent } from '../call.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import { amountsOf } from './amounts.ts';
import type { Observed } from './history.ts';

export interface RecordedCall {
  seq: number;
  call: string;
  observed: Observed;
  intent: Intent | undefined;
  findings: { type: string; count: number }[];
  /** As it was scored then. */
  risk: { score: number; parts: Readonly<Record<string, number>> } | undefined;
  /** Commitment of the arguments; undefined when there were none. */
  arguments: string | undefined;
}

/** undefined for every entry that is not the decision on a call of an agent on a tool. The amounts are empty until `withArguments`. */
export function recordedCall(entry: StoredEntry): RecordedCall | undefined {
  // A look at the text first: most entries are others.
  if (!entry.content.includes('"method":"tools/call"') || !entry.content.includes('"type":"decision"')) return undefined;
  const content: Json = JSON.parse(entry.content) as Json;
  const header: Json = JSON.parse(entry.header) as Json;
  if (!isObject(content) || !isObject(header) || content.type !== 'decision' || content.judged !== header.revision) return undefined;
  const { principal, server, tool, effect } = content;
  if (content.origin !== 'agent' || !isObject(principal) || typeof server !== 'string' || typeof tool !== 'string') return undefined;
  if (content.method !== 'tools/call' || (effect !== 'allow' && effect !== 'deny' && effect !== 'hold')) return undefined;
  const timeMs = Date.parse(String(content.time));
  if (Number.isNaN(timeMs)) return undefined;
  return {
    seq: entry.seq,
    call: String(content.call),
    observed: { timeMs, agent: String(principal.agent), server, tool, effect, amounts: new Map() },
    intent: textOf(content.intent) as Intent | undefined,
    findings: findingsOf(content.findings),
    risk: riskOf(content.risk),
    arguments: textOf(content.arguments),
  };
}

/** `paramsText`: exact text of the call's params, as it was committed to. */
export function withArguments(recorded: RecordedCall, paramsText: string): RecordedCall {
  try {
    const params = parseJson(paramsText);
    const given = isObject(params) ? params.arguments : undefined;
    return { ...recorded, observed: { ...recorded.observed, amounts: amountsOf(isObject(given) ? given : undefined) } };
  } catch {
    return recorded;
  }
}

function findingsOf(value: Json | undefined): { type: string; count: number }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one) => (isObject(one) && typeof one.type === 'string' ? [{ type: one.type, count: Number(one.count) || 1 }] : []));
}

function riskOf(value: Json | undefined): RecordedCall['risk'] {
  if (!isObject(value) || typeof value.score !== 'number' || !isObject(value.parts)) return undefined;
  return { score: value.score, parts: value.parts as JsonObject & Record<string, number> };
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
