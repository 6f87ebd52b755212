// Reversible tokens on the path: who a token belongs to, and turning the tokens in arguments back into values.

import type { DlpModel } from '../detect/dlp/model.ts';
import { type TokenBook, type TokenSeal, type TokenTerms, tokensIn } from '../detect/dlp/token.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import type { Flight } from './flight.ts';

/** What the vault gives: short sealed texts and keyed digests. */
export interface VaultSeal {
  sealText(org: string, purpose: string, text: string): string;
  openText(org: string, purpose: string, sealed: string): string | undefined;
  mac(org: string, purpose: string, text: string): string;
}

const PURPOSE = 'dlp-token';

export function tokenSeal(vault: VaultSeal, org: string): TokenSeal {
  return {
    seal: (text) => vault.sealText(org, PURPOSE, text),
    open: (sealed) => vault.openText(org, PURPOSE, sealed),
    mac: (text) => vault.mac(org, PURPOSE, text),
  };
}

/** Agents of the stateless era have no session: their tokens are the agent's. */
export function termsOf({ call }: Pick<Flight, 'call'>, { tokens, erasedMs }: Pick<DlpModel, 'tokens' | 'erasedMs'>): TokenTerms {
  const { principal, client } = call;
  const who = principal?.user === undefined ? (principal?.agent ?? '') : `${principal.agent}/${principal.user}`;
  const owner = tokens.scope === 'session' && client.sessionId !== undefined ? `${who}#${client.sessionId}` : who;
  const erased = principal && erasedMs(principal.agent, principal.user);
  const purged = tokens.validFrom === undefined ? undefined : Date.parse(tokens.validFrom);
  const sinceMs = erased === undefined ? purged : Math.max(erased, purged ?? 0);
  return { owner, ttlSeconds: tokens.ttlSeconds, validFrom: sinceMs === undefined ? undefined : new Date(sinceMs).toISOString() };
}

/** Params with values in the place of tokens when they may be revealed; every token is checked either way, in names of members, too. */
export function revealTokens(
  flight: Flight,
  model: DlpModel,
  params: JsonObject,
  may: boolean,
  ports: { tokens: TokenBook; seal: VaultSeal },
): { params: JsonObject; revealed: number } | 'unknown' {
  const org = flight.call.principal?.org ?? flight.control.org;
  const seal = tokenSeal(ports.seal, org);
  const terms = termsOf(flight, model);
  let revealed = 0;
  let unknown = false;
  const text = (value: string): string => {
    let out = '';
    let done = 0;
    for (const token of tokensIn(value)) {
      const opened = ports.tokens.open(token.type, token.sealed, terms, seal);
      if (opened === 'unknown') {
        unknown = true;
        continue;
      }
      if (!may) continue;
      out += value.slice(done, token.start) + opened.value;
      done = token.end;
      revealed++;
    }
    return done === 0 ? value : out + value.slice(done);
  };
  const next = mapStrings(params, text, 0);
  return unknown ? 'unknown' : { params: next as JsonObject, revealed };
}

/**
 * Does any text of it, or name of a member, hold a token that this gateway made for the organization, whoever it belonged to and however old it is?
 * What merely looks like one does not open.
 */
export function holdsOwnToken(value: Json, vault: VaultSeal, org: string): boolean {
  const seal = tokenSeal(vault, org);
  const tries = { left: MAX_TRIES };
  let found = false;
  const look = (text: string): string => {
    found ||= tokensIn(text).some(({ sealed }) => opensSomewhere(sealed, seal, tries));
    return text;
  };
  mapStrings(value, look, 0);
  return found;
}

/** Ends that are tried of all that looks like tokens in one message; what wants more is taken for one. */
const MAX_TRIES = 8_192;
const MIN_SEALED = 60;
/** Version and key id of what a vault seals (vault/envelope.ts), base64url: the version is 1. */
const SEALED = /^A[Q-Za-f]/;

/** Something may be written right behind it. */
function opensSomewhere(sealed: string, seal: TokenSeal, tries: { left: number }): boolean {
  if (!SEALED.test(sealed)) return false;
  for (let end = sealed.length; end >= MIN_SEALED; end--) {
    if (tries.left-- <= 0 || seal.open(sealed.slice(0, end)) !== undefined) return true;
  }
  return false;
}

/** Does any text of it, or name of a member, look like a token? */
export function holdsToken(value: Json): boolean {
  let found = false;
  const look = (text: string): string => {
    found ||= tokensIn(text).length > 0;
    return text;
  };
  mapStrings(value, look, 0);
  return found;
}

const MAX_DEPTH = 128;

/** The same value when no string in it changed. */
function mapStrings(value: Json, map: (text: string) => string, depth: number): Json {
  if (typeof value === 'string') return map(value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) {
    const next = value.map((item) => mapStrings(item, map, depth + 1));
    return next.some((item, index) => item !== value[index]) ? next : value;
  }
  let changed: JsonObject | undefined;
  for (const key of Object.keys(value)) {
    // Only checked: a member keeps its name.
    map(key);
    const member = value[key] as Json;
    const next = mapStrings(member, map, depth + 1);
    if (next === member) continue;
    changed ??= { ...value };
    Object.defineProperty(changed, key, { value: next, writable: true, enumerable: true, configurable: true });
  }
  return changed ?? value;
}
