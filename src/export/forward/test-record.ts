// A record that shows whether a target takes what a forward sends: marked as a test, with the number 0, which no entry of a log has.
// Never in the log, and never moves a cursor.
import { GENESIS_HASH, linkEntry } from '../../audit/chain.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { type LogEvent, readEvent } from '../event.ts';
import { networkReason, SEND_TIMEOUT_MS, type Sender, type SendResult } from './sender.ts';

/** Milliseconds: a batch that is on its way, and then the record. */
const TEST_TIMEOUT_MS = 2 * SEND_TIMEOUT_MS;

export interface TestRecord {
  org: string;
  forward: string;
  revision: number;
  timeMs: number;
  author: string;
}

export function testRecord({ org, forward, revision, timeMs, author }: TestRecord): LogEvent {
  const content = canonicalJson({
    ...{ type: 'system', event: 'forward-test', test: true, time: new Date(timeMs).toISOString(), forward, author },
    reason: 'A test record, not an entry of the log.',
  });
  return readEvent(linkEntry(org, { seq: -1, hash: GENESIS_HASH, revision }, revision, content));
}

/** Sends it once, whatever happens. */
export async function sendTest(sender: Sender, record: LogEvent): Promise<SendResult> {
  try {
    return await sender.send([record], AbortSignal.timeout(TEST_TIMEOUT_MS));
  } catch (error) {
    return { type: 'failed', reason: networkReason(error) };
  }
}
