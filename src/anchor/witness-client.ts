// Asks a witness (C2SP tlog-witness, add-checkpoint) to cosign a checkpoint, with the proof that it goes on from what the witness saw last.
// Takes only a cosignature that a verifier would take as well. A witness that saw more than there is now is told as what it is: a log rolled back.
import { cosignedMs } from '../audit/anchor-check.ts';
import { parseCheckpoint, type SignedCheckpoint, type VerifierKey, withSignatures } from '../audit/checkpoint.ts';
import type { AnchorAnswer, Anchored, AnchorWire } from './wire.ts';

/** C2SP tlog-witness: most proof lines of a request. */
const MAX_PROOF_LINES = 63;
/** Times the size that a witness says it has is believed. */
const MAX_ATTEMPTS = 3;

export interface WitnessTarget {
  url: string;
  key: VerifierKey;
  /** Size it cosigned last, as far as is known; 0 asks. */
  oldSize: number;
}

export async function cosignCheckpoint(
  wire: AnchorWire,
  target: WitnessTarget,
  checkpoint: SignedCheckpoint & { note: string },
  consistency: (oldSize: number) => Promise<readonly Uint8Array[]>,
): Promise<Anchored> {
  let oldSize = Math.min(target.oldSize, checkpoint.size);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const proof = oldSize === 0 || oldSize === checkpoint.size ? [] : await consistency(oldSize);
    if (proof.length > MAX_PROOF_LINES) return { problem: 'the proof is longer than a witness takes' };
    const answer = await wire.send({ ...requestOf(target), body: Buffer.from(bodyOf(oldSize, proof, checkpoint.note)) });
    if (answer.status === 200) return readCosignatures(answer, target.key, checkpoint);
    if (answer.status !== 409) return { problem: refusal(answer.status) };
    const [, told] = /^(0|[1-9]\d{0,15})\n$/.exec(textOf(answer)) ?? [];
    const seen = Number(told);
    if (told === undefined)
      return { problem: 'the witness has another log of this size and name: this log was changed, or somebody shows it another one' };
    if (seen > checkpoint.size)
      return {
        problem: `the witness has seen ${seen} entries of this log, and here there are ${checkpoint.size}: the log was rolled back`,
      };
    if (seen === oldSize)
      return { problem: 'the witness has another log of this size and name: this log was changed, or somebody shows it another one' };
    oldSize = seen;
  }
  return { problem: 'the witness says another size each time: two gateways may be asking it at once' };
}

function requestOf({ url }: WitnessTarget) {
  return {
    method: 'POST' as const,
    url: `${url.replace(/\/+$/, '')}/add-checkpoint`,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  };
}

function bodyOf(oldSize: number, proof: readonly Uint8Array[], note: string): string {
  return `old ${oldSize}\n${proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('')}\n${note}`;
}

function readCosignatures(answer: AnchorAnswer, key: VerifierKey, checkpoint: SignedCheckpoint & { note: string }): Anchored {
  const own = textOf(answer)
    .split('\n')
    .filter((line) => line.startsWith(`— ${key.name} `))
    .map((line) => `${line}\n`);
  const signed = withSignatures(checkpoint.note, own);
  const parsed = signed === undefined ? undefined : parseCheckpoint(signed);
  const timeMs = parsed && cosignedMs(parsed, key);
  if (timeMs === undefined) return { problem: `the witness answered without a cosignature of ${key.name}` };
  if (timeMs === 'bad') return { problem: `the cosignature of ${key.name} is bad` };
  return { lines: own };
}

function refusal(status: number): string {
  if (status === 404) return 'the witness does not know this log: give it the origin and the verifier key';
  if (status === 403) return 'the witness does not trust the key that signs checkpoints: give it the verifier key';
  if (status === 422) return 'the witness does not find this log to go on from what it saw: the log was changed';
  return `the witness answered with HTTP status ${status}`;
}

function textOf({ body }: AnchorAnswer): string {
  return Buffer.from(body).toString('utf8');
}
