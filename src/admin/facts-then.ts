// History facts as they were when a recorded call was judged: the same fold over the log as in the gateway, up to that call.
// Reads at most MAX_FACT_ENTRIES entries before it; what is older is not remembered then.
import type { JsonObject } from '../lib/json.ts';
import type { RecordedDecision } from '../policy/rehearse/recorded-decision.ts';
import { amountsOf } from '../risk/amounts.ts';
import { factsOf } from '../risk/facts.ts';
import { History } from '../risk/history.ts';
import { recordedCall, withArguments } from '../risk/recorded-call.ts';
import type { AdminContext } from './context.ts';

/** Entries before a call that its facts are made of. */
export const MAX_FACT_ENTRIES = 200_000;

export async function factsThen(
  context: AdminContext,
  call: RecordedDecision,
  args: JsonObject | undefined,
): Promise<JsonObject | undefined> {
  const { server, capability, principal, timeMs, seq } = call;
  if (server === undefined || capability?.kind !== 'tool' || call.method !== 'tools/call') return undefined;
  const history = new History();
  const fromSeq = Math.max(1, seq - MAX_FACT_ENTRIES);
  for await (const entry of context.logStore.read({ org: context.org, fromSeq, toSeq: seq - 1 })) {
    const before = recordedCall(entry);
    if (!before) continue;
    const text =
      before.arguments === undefined
        ? undefined
        : await context.audit.value(context.org, before.arguments, before.seq).catch(() => undefined);
    history.observe((text === undefined ? before : withArguments(before, text)).observed);
  }
  return factsOf(history, { agent: principal.agent, server, tool: capability.name, nowMs: timeMs, amounts: amountsOf(args) });
}
