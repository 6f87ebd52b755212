// Identifiers and random bytes. Ids sort by creation time and are unguessable in their tail; they carry no meaning.
import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;
const POOL_BYTES = 4096;

/** Source of unpredictable bytes; a port so that vectors can be reproduced. */
export interface Random {
  bytes(count: number): Uint8Array;
}

const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

export const systemRandom: Random = {
  bytes(count) {
    if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const out = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return out;
  },
};

/** `<prefix>_` + 10 characters of time + 16 random characters (80 bits), Crockford base 32, lower case. */
export function newId(prefix: string, nowMs: number, random: Random = systemRandom): string {
  if (nowMs !== timeMs) {
    timeText = textOfTime(nowMs);
    timeMs = nowMs;
  }
  // One string in one piece: it is compared, hashed and written a dozen times.
  const tail = random.bytes(RANDOM_CHARS);
  for (let i = 0; i < RANDOM_CHARS; i++) tailBytes[i] = ALPHABET_BYTES[(tail[i] as number) & 31] as number;
  return `${prefix}_${timeText}${tailBytes.toString('latin1')}`;
}

const ALPHABET_BYTES = Buffer.from(ALPHABET);
const tailBytes = Buffer.alloc(RANDOM_CHARS);
let timeMs = Number.NaN;
let timeText = '';

function textOfTime(nowMs: number): string {
  let text = '';
  let rest = nowMs;
  for (let i = 0; i < TIME_CHARS; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
