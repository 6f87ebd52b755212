// The decision about one call that stands in the log. Reads only.
import { type RecordedDecision, recordedDecision } from '../policy/rehearse/recorded-decision.ts';
import type { AdminContext } from './context.ts';

/** The last one: void decisions were made again. */
export async function decisionOf(context: AdminContext, callId: string): Promise<RecordedDecision | undefined> {
  let found: RecordedDecision | undefined;
  for await (const entry of context.logStore.read({ org: context.org, callId })) found = recordedDecision(entry) ?? found;
  return found;
}
