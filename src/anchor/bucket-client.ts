// Puts a checkpoint where objects are written once: an HTTP PUT that fails when the object is there (If-None-Match: *), as S3 and others have it.
// Never replaces anything. What is there already must be the same checkpoint, else two views of one log exist.
import { parseCheckpoint, type SignedCheckpoint } from '../audit/checkpoint.ts';
import { type SigningKey, signRequest } from './sigv4.ts';
import type { Anchored, AnchorRequest, AnchorWire } from './wire.ts';

/** Digits of the size in an object's name: names are then in the order of sizes. */
const SIZE_DIGITS = 16;

export interface BucketTarget {
  url: string;
  headers: Readonly<Record<string, string>>;
  sign: SigningKey | undefined;
}

export async function keepCheckpoint(
  wire: AnchorWire,
  nowMs: number,
  target: BucketTarget,
  checkpoint: SignedCheckpoint & { note: string },
): Promise<Anchored> {
  const url = objectUrl(target.url, checkpoint);
  const send = (request: AnchorRequest) => wire.send(target.sign ? signRequest(request, target.sign, nowMs) : request);
  const headers = { ...target.headers, 'content-type': 'text/plain; charset=utf-8', 'if-none-match': '*' };
  const { status } = await send({ method: 'PUT', url, headers, body: Buffer.from(checkpoint.note) });
  if (status >= 200 && status < 300) return { lines: [] };
  if (status !== 412 && status !== 409) return { problem: `the bucket answered with HTTP status ${status}` };
  const there = await send({ method: 'GET', url, headers: target.headers });
  if (there.status !== 200) return { problem: `an object of this name is there and cannot be read (HTTP status ${there.status})` };
  const isSame = parseCheckpoint(Buffer.from(there.body).toString('utf8'))?.text === checkpoint.text;
  return isSame
    ? { lines: [] }
    : { problem: 'the bucket has another checkpoint of this size: the log was changed, or somebody shows it another one' };
}

/** `{key}` is replaced; without it the name is added to the path, before the query. */
function objectUrl(url: string, { origin, size }: SignedCheckpoint): string {
  const key = `${origin}/${String(size).padStart(SIZE_DIGITS, '0')}.checkpoint`;
  if (url.includes('{key}')) return url.replace('{key}', key);
  const parsed = new URL(url);
  parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/${key}`;
  return parsed.href;
}
