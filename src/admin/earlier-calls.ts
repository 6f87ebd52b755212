// What the log knows of earlier calls of the same agent on the same tool: what they sent, and under which definition. Beside the path of calls.
// Bounded: looks back over so many entries and opens the arguments of so many calls, newest first. Reads only.

import type { Ticket } from '../approval/ticket.ts';
import { type Comparison, UsualValues } from '../approval/usual.ts';
import type { StoredEntry } from '../audit/port.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import { argumentsIn } from '../policy/decide-input.ts';
import { recordedDecision } from '../policy/rehearse/recorded-decision.ts';
import type { AdminContext } from './context.ts';
import { hidesValue, REDACTED } from './redacted-values.ts';

/** Entries of the log that are looked at. */
export const MAX_ENTRIES = 50_000;
/** Calls whose arguments are opened. */
export const MAX_CALLS = 200;
/** Opened at the same time. */
const AT_ONCE = 16;

export interface EarlierCalls {
  /** Calls of this agent on this tool that were let through, as far as was looked. */
  calls: number;
  /** Of these, calls whose arguments are not kept, were erased, or do not fit their commitment. */
  unreadable: number;
  /** RFC 3339; undefined when there are none. */
  since: string | undefined;
  /** There is more log than was looked at. */
  cut: boolean;
  comparison: Comparison | undefined;
  /** The newest call that ran under another definition of the tool. */
  otherDefinition: { hash: string; lastUsedAt: string } | undefined;
}

interface Found {
  seq: number;
  timeMs: number;
  arguments: string | undefined;
}

export async function earlierCalls(context: AdminContext, ticket: Ticket, args: JsonObject | undefined): Promise<EarlierCalls> {
  const { found, looked, otherDefinition } = await search(context, ticket);
  const usual = new UsualValues();
  let unreadable = 0;
  for (let i = 0; i < found.length; i += AT_ONCE) {
    const texts = await Promise.all(found.slice(i, i + AT_ONCE).map((one) => opened(context, one, ticket.method)));
    for (const sent of texts) {
      if (sent) usual.add(sent);
      else unreadable++;
    }
  }
  const oldest = found.at(-1);
  return {
    calls: found.length,
    unreadable,
    since: oldest && new Date(oldest.timeMs).toISOString(),
    cut: looked >= MAX_ENTRIES || found.length >= MAX_CALLS,
    comparison: args && withoutSecrets(usual.compare(args)),
    otherDefinition,
  };
}

async function search(context: AdminContext, ticket: Ticket) {
  const { server, capability, requester, createdMs, definition } = ticket;
  const found: Found[] = [];
  let looked = 0;
  let otherDefinition: EarlierCalls['otherDefinition'];
  const named = `"${capability?.kind}":${JSON.stringify(capability?.name ?? '')}`;
  const isOfTool = ({ content }: StoredEntry): boolean => content.includes(named) && content.includes(`"server":${JSON.stringify(server)}`);
  if (!capability) return { found, looked, otherDefinition };
  for await (const entry of context.logStore.read({ org: context.org, reverse: true, limit: MAX_ENTRIES })) {
    looked++;
    const call = isOfTool(entry) ? recordedDecision(entry) : undefined;
    if (call?.effect !== 'allow' || call.method !== ticket.method || call.timeMs > createdMs) continue;
    if (call.server !== server || call.capability?.name !== capability.name || call.capability.kind !== capability.kind) continue;
    if (definition !== undefined && call.definition !== undefined && call.definition !== definition)
      otherDefinition ??= { hash: call.definition, lastUsedAt: new Date(call.timeMs).toISOString() };
    if (call.principal.agent !== requester.agent) continue;
    found.push({ seq: entry.seq, timeMs: call.timeMs, arguments: call.arguments });
    if (found.length === MAX_CALLS) break;
  }
  return { found, looked, otherDefinition };
}

async function opened(context: AdminContext, { seq, arguments: commitment }: Found, method: string): Promise<JsonObject | undefined> {
  const text = commitment === undefined ? undefined : await context.audit.value(context.org, commitment, seq).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const params = parseJson(text);
    return isObject(params) ? (argumentsIn(method, params) ?? {}) : undefined;
  } catch {
    return undefined;
  }
}

/** The value at hand is shown whole elsewhere; those of other calls are not, where their name says that they are secret. */
function withoutSecrets(comparison: Comparison): Comparison {
  const values = comparison.values.map((one) => {
    if (!hidesValue(one.path)) return one;
    return { ...one, value: REDACTED, values: one.values.map(({ count }) => ({ value: REDACTED, count })) };
  });
  return { ...comparison, values };
}
