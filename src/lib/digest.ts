// SHA-256 in the two encodings the gateway uses, in one go or, of much data, in steps.
import { createHash, hash, timingSafeEqual } from 'node:crypto';

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** Bytes hashed in one step: about a millisecond. */
const STEP_BYTES = 1_048_576;

export function* sha256HexInSteps(data: Uint8Array): Generator<void, string, void> {
  const digest = createHash('sha256');
  for (let at = 0; at < data.length; at += STEP_BYTES) {
    digest.update(data.subarray(at, at + STEP_BYTES));
    yield;
  }
  return digest.digest('hex');
}

export function sha256Bytes(data: string | Uint8Array): Buffer {
  // By way of a text of bytes: less than half the time of asking for a buffer.
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/** Constant-time comparison of two strings of any length. */
export function equalSecret(a: string, b: string): boolean {
  return timingSafeEqual(sha256Bytes(a), sha256Bytes(b));
}
