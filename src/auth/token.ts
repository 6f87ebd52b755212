// Bearer tokens: how they are minted and hashed. The token itself is never kept, logged or compared.
// Form: `sp_` + 43 base64url characters (32 random bytes) + 6 base64url characters of CRC-32 over what precedes them.
import { crc32 } from 'node:zlib';
import { sha256Hex } from '../lib/digest.ts';
import { type Random, systemRandom } from '../lib/id.ts';

export interface NewToken {
  /** Shown once to the operator. */
  token: string;
  /** Hex SHA-256 of the whole token: what is stored. */
  hash: string;
  /** First characters, for people to recognise it. */
  hint: string;
}

export const TOKEN_CHARS = 52;

export function newToken(random: Random = systemRandom): NewToken {
  const body = PREFIX + Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
  const token = body + checksum(body);
  return { token, hash: tokenHash(token), hint: token.slice(0, HINT_CHARS) };
}

export function tokenHash(token: string): string {
  return sha256Hex(token);
}

const PREFIX = 'sp_';
const SECRET_BYTES = 32;
const HINT_CHARS = 9;
const CHECKSUM_CHARS = 6;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_CHARS; i++) {
    text = ALPHABET.charAt(rest & 63) + text;
    rest = Math.floor(rest / 64);
  }
  return text;
}
