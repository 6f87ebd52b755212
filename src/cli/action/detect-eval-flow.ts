// `sallyport detect eval` on sets of sessions: does private data leave through an external sink? The calls of an item go through the index and the
// matching of the gateway, with the labels the item gives its servers.
import { randomBytes } from 'node:crypto';
import { FlowBook } from '../../detect/flow/book.ts';
import type { Carried } from '../../detect/flow/carry.ts';
import { KEY_BYTES } from '../../detect/flow/hasher.ts';
import { rankOf } from '../../detect/flow/label.ts';
import { leavesOf } from '../../detect/flow/leaf.ts';
import { systemClock } from '../../lib/clock.ts';
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { paramsOf, partsOf, toolAnswer } from '../../pipeline/message-part.ts';
import type { Evaluate, Predictions } from './detect-eval.ts';

const WINDOW_MS = 3_600_000;

export const evaluateSessions: Evaluate = async (items) => {
  const book = new FlowBook(systemClock, randomBytes(KEY_BYTES));
  const predictions: Predictions = {};
  for (const item of items) {
    const bits = await leaks(book, String(item.id), item);
    if (bits !== undefined) predictions[String(item.id)] = { positive: bits > 0, score: bits };
  }
  return predictions;
};

/** Bits of private data that leave; undefined when the item cannot be read. */
async function leaks(book: FlowBook, key: string, { servers, calls }: JsonObject): Promise<number | undefined> {
  if (!isObject(servers) || !Array.isArray(calls)) return undefined;
  let most = 0;
  for (const call of calls) {
    if (!isObject(call) || typeof call.server !== 'string') continue;
    const stated = servers[call.server];
    const { data, sink } = isObject(stated) ? stated : {};
    const args = partsOf({ name: String(call.tool), arguments: isObject(call.arguments) ? call.arguments : {} }, paramsOf('tools/call'));
    const labels = [typeof data === 'string' ? data : 'internal'];
    const scope = sink === 'external' ? book.find(key, WINDOW_MS) : undefined;
    const carried = scope ? await book.carried(scope, leavesOf(args).leaves, 2) : [];
    most = Math.max(most, outgoing(carried));
    const name = `${call.server}.${String(call.tool)}`;
    await book.read(key, { name: 'agent', server: '', labels: [], rank: 0 }, leavesOf(args), WINDOW_MS, false);
    const reading = { name, server: call.server, labels, rank: rankOf(labels) };
    await book.read(key, reading, leavesOf(partsOf(replyOf(call.result), toolAnswer)), WINDOW_MS, false);
  }
  return most;
}

function outgoing(carried: readonly Carried[]): number {
  return carried.filter(({ isSendBack }) => !isSendBack).reduce((sum, { bits }) => sum + bits, 0);
}

function replyOf(result: Json | undefined): JsonObject {
  return { content: [{ type: 'text', text: typeof result === 'string' ? result : JSON.stringify(result ?? null) }] };
}
