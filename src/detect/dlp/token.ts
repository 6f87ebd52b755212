// Reversible tokens: what an agent gets in the place of a value, and what the gateway turns back for servers that may have it.
// A token is the value, sealed: nothing is stored, every gateway of the organization can open it, and it is worth nothing to anybody else.
// Never opens one for another owner, behind its expiry, or from before a purge.
import type { Clock } from '../../lib/clock.ts';
import { Lru } from '../../lib/lru.ts';
import type { DlpType } from './finding-kind.ts';

/** Seals and digests of one organization (vault). */
export interface TokenSeal {
  seal(text: string): string;
  open(sealed: string): string | undefined;
  mac(text: string): string;
}

export interface TokenTerms {
  /** Who the token works for. */
  owner: string;
  ttlSeconds: number;
  /** RFC 3339; tokens made before are worth nothing. */
  validFrom: string | undefined;
}

/** Makes a token an address, where a schema wants one. */
export const ADDRESS_OF_TOKEN = '@redacted.invalid';

/** `dlp_` + type + `_` + the sealed value, base64url; perhaps as an address. What is written right before it makes it no other word. */
export const TOKEN = /dlp_([a-z]{2,24})_([A-Za-z0-9_-]{60,3000})(?:@redacted\.invalid)?/g;

/** Values longer than this are masked instead, UTF-16 code units. */
export const MAX_TOKEN_VALUE = 1024;
const REMEMBERED_TOKENS = 20_000;

export type Opened = { type: string; value: string } | 'unknown';

/** Makes and opens tokens. Remembers those it made by a keyed digest, so that the same value keeps its token; never the value itself. */
export class TokenBook {
  readonly #clock: Clock;
  readonly #made = new Lru<string, { token: string; untilMs: number }>(REMEMBERED_TOKENS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(org: string, type: DlpType, value: string, terms: TokenTerms, seal: TokenSeal): string {
    const nowMs = this.#clock.nowMs();
    const key = `${org}\n${seal.mac(`${terms.owner}\n${type}\n${value}`)}`;
    const known = this.#made.get(key);
    // Half of its life must be left, and no purge may lie between.
    if (known && known.untilMs - nowMs > (terms.ttlSeconds * 1000) / 2 && !isPurged(known.untilMs - terms.ttlSeconds * 1000, terms))
      return known.token;
    const sealed = seal.seal(JSON.stringify([terms.owner, Math.floor(nowMs), terms.ttlSeconds, value]));
    const token = `dlp_${type.toLowerCase().replace(/[^a-z]/g, '')}_${sealed}`;
    this.#made.set(key, { token, untilMs: nowMs + terms.ttlSeconds * 1000 });
    return token;
  }

  open(type: string, sealed: string, terms: TokenTerms, seal: TokenSeal): Opened {
    const text = seal.open(sealed);
    if (text === undefined) return 'unknown';
    const [owner, madeMs, ttlSeconds, value] = JSON.parse(text) as [string, number, number, string];
    const expired = this.#clock.nowMs() > madeMs + ttlSeconds * 1000;
    if (owner !== terms.owner || expired || isPurged(madeMs, terms)) return 'unknown';
    return { type, value };
  }
}

function isPurged(madeMs: number, terms: TokenTerms): boolean {
  return terms.validFrom !== undefined && madeMs < Date.parse(terms.validFrom);
}

/** The places of things that look like tokens. */
export function tokensIn(text: string): { start: number; end: number; type: string; sealed: string }[] {
  if (!text.includes('dlp_')) return [];
  return [...text.matchAll(TOKEN)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
    type: found[1] as string,
    sealed: found[2] as string,
  }));
}
