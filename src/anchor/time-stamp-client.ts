// Asks a time-stamp authority (RFC 3161) about the text of a checkpoint, and takes only a stamp that a verifier would take as well.
import type { X509Certificate } from 'node:crypto';
import type { SignedCheckpoint } from '../audit/checkpoint.ts';
import { checkTimeStamp, NONCE_BYTES, readTimeStampAnswer, timeStampLine, timeStampQuery } from '../audit/time-stamp.ts';
import type { Random } from '../lib/id.ts';
import type { Anchored, AnchorWire } from './wire.ts';

export interface TimeStampTarget {
  /** Name of the anchor; stands in the signature line. */
  name: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  policy: string | undefined;
  trusted: readonly X509Certificate[];
}

export async function stampCheckpoint(
  wire: AnchorWire,
  random: Random,
  target: TimeStampTarget,
  checkpoint: SignedCheckpoint,
): Promise<Anchored> {
  const nonce = random.bytes(NONCE_BYTES);
  const query = timeStampQuery(checkpoint.text, nonce, target.policy);
  const headers = { ...target.headers, 'content-type': 'application/timestamp-query' };
  const { status, body } = await wire.send({ method: 'POST', url: target.url, headers, body: query });
  if (status !== 200) return { problem: `the authority answered with HTTP status ${status}` };
  const answer = readTimeStampAnswer(body);
  if (!answer.token) return { problem: answer.problem };
  const { policy, trusted } = target;
  const verdict = checkTimeStamp(answer.token, { text: checkpoint.text, trusted, nonce, policy });
  if (!verdict.stamp) return { problem: `the time stamp is not taken: ${verdict.problem}` };
  return { lines: [timeStampLine(target.name, answer.token)] };
}
