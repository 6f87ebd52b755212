// Long messages on their way through the inspectors: what would hold up everybody is done in steps, before and after. Decides nothing, and leaves
// nothing out: inspectors see the same parts of a long message as of a short one.
import type { JsonObject } from '../lib/json.ts';
import { stepByStep } from '../lib/turn.ts';
import { isLarge, writeInSteps } from '../mcp/large-write.ts';
import type { Flight } from './flight.ts';
import { answerTo, isPrepared, paramsOf, prepareParts } from './message-part.ts';

/** Makes ready what inspectors are about to look at; undefined when there is nothing to wait for. */
export function readLongMessage(flight: Flight, look: 'inspectArguments' | 'inspectResult'): Promise<void> | undefined {
  const { call, control } = flight;
  const isLookedAt = control.dlp ?? control.injection ?? control.flow ?? call.decision?.obligations?.redact;
  const { message, text } = look === 'inspectArguments' ? { message: call.params, text: call.paramsText } : replied(flight);
  if (isLookedAt === undefined || message === undefined || !isLarge(message, text)) return undefined;
  const { reply } = flight;
  const of = look === 'inspectArguments' || !reply || reply.type === 'accepted' ? paramsOf(call.method) : answerTo(call, reply);
  return isPrepared(message, of) ? undefined : prepareParts(message, of);
}

/** Writes the text of a long answer that inspectors changed, for the log and for the agent. */
export function writeLongReply(flight: Flight): Promise<void> | undefined {
  const { reply } = flight;
  if (reply?.type !== 'result' || reply.resultText !== undefined || !isLarge(reply.result, undefined)) return undefined;
  return stepByStep(writeInSteps(reply.result)).then((resultText) => {
    flight.reply = { ...reply, resultText };
  });
}

function replied({ reply }: Flight): { message: JsonObject | undefined; text: string | undefined } {
  if (reply?.type === 'result') return { message: reply.result, text: reply.resultText };
  return { message: reply?.type === 'error' ? (reply.error as unknown as JsonObject) : undefined, text: undefined };
}
