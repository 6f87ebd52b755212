// SHA-256 in the two encodings the gateway uses. One-shot hashing only; no streaming state.
import { hash, timingSafeEqual } from 'node:crypto';

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

export function sha256Bytes(data: string | Uint8Array): Buffer {
  // By way of a text of bytes: less than half the time of asking for a buffer.
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/** Constant-time comparison of two strings of any length. */
export function equalSecret(a: string, b: string): boolean {
  return timingSafeEqual(sha256Bytes(a), sha256Bytes(b));
}
