// Addresses of pages for people: of tickets, and of invitations to register a passkey. Signed, short-lived, and worth nothing without a sign-in there.
// INVARIANT: a link names one thing of one organization and cannot be made or changed without the organization's key (review-link.test.ts).
import { isIP } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { equalSecret } from '../lib/digest.ts';

/** A link leads somewhere for this time, milliseconds, or until its ticket ends. */
export const LINK_MS = 30 * 60_000;
/** An invitation is good for this time, milliseconds, or until it was used. */
export const INVITATION_MS = 24 * 3_600_000;
/** Characters of a link that is looked at. */
export const MAX_LINK_CHARS = 1_024;
export const REVIEW_PATH = '/review/';
export const PASSKEY_PATH = '/passkey/';
const PURPOSE = 'review-link';
const INVITATION_PURPOSE = 'passkey-invitation';

export type ReadLink = { type: 'good' | 'expired'; org: string; ticket: string } | { type: 'invalid' };

/** `nonce`: nobody uses it twice. `by`: operator who invites. */
export interface Invitation {
  org: string;
  user: string;
  by: string;
  nonce: string;
  untilMs: number;
}
export type ReadInvitation = { type: 'good' | 'expired'; invitation: Invitation } | { type: 'invalid' };

/** Who asks for passkeys: a host, and the one origin whose pages may use them. */
export interface RelyingParty {
  id: string;
  origin: string;
}

export interface ReviewLinksOptions {
  clock: Pick<Clock, 'nowMs'>;
  /** Keyed digest, hex; undefined for an organization that there is none of. */
  mac(org: string, purpose: string, text: string): string | undefined;
}

export class ReviewLinks {
  readonly #options: ReviewLinksOptions;
  /** Origin (and path) under which people reach the admin listener; undefined where nobody knows one. */
  base: string | undefined;

  constructor(options: ReviewLinksOptions) {
    this.#options = options;
  }

  /** `usesPasskey`: the page is opened where browsers have passkeys, when there is such an address. */
  urlOf(org: string, ticket: string, ticketUntilMs: number, usesPasskey = false): { url: string; untilMs: number } | undefined {
    const untilMs = Math.min(ticketUntilMs, this.#options.clock.nowMs() + LINK_MS);
    const url = this.#url(REVIEW_PATH, PURPOSE, [org, ticket, untilMs], usesPasskey);
    return url === undefined ? undefined : { url, untilMs };
  }

  read(link: string): ReadLink {
    const [org, ticket, untilMs, ...rest] = this.#read(PURPOSE, link) ?? [];
    if (typeof org !== 'string' || typeof ticket !== 'string' || typeof untilMs !== 'number' || rest.length > 0) return { type: 'invalid' };
    return { type: this.#isNow(untilMs), org, ticket };
  }

  invite(who: Omit<Invitation, 'untilMs'>): { url: string; untilMs: number } | undefined {
    const untilMs = this.#options.clock.nowMs() + INVITATION_MS;
    const { org, user, by, nonce } = who;
    const url = this.relyingParty() && this.#url(PASSKEY_PATH, INVITATION_PURPOSE, [org, user, by, nonce, untilMs], true);
    return url === undefined ? undefined : { url, untilMs };
  }

  readInvitation(link: string): ReadInvitation {
    const [org, user, by, nonce, untilMs] = this.#read(INVITATION_PURPOSE, link) ?? [];
    if (typeof org !== 'string' || typeof user !== 'string' || typeof by !== 'string') return { type: 'invalid' };
    if (typeof nonce !== 'string' || typeof untilMs !== 'number') return { type: 'invalid' };
    return { type: this.#isNow(untilMs), invitation: { org, user, by, nonce, untilMs } };
  }

  /** undefined where browsers have no passkeys: no https (but on this machine), or an address instead of a name. */
  relyingParty(): RelyingParty | undefined {
    const base = this.#base(true);
    const url = base === undefined ? null : URL.parse(base);
    if (!url || !/^[a-z0-9.-]+$/.test(url.hostname) || isIP(url.hostname) !== 0) return undefined;
    const isGood = url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost');
    return isGood ? { id: url.hostname, origin: url.origin } : undefined;
  }

  /** Browsers have no passkeys at an address, so this machine then goes by its name. */
  #base(usesPasskey: boolean): string | undefined {
    const base = this.base?.replace(/\/$/, '');
    return usesPasskey ? base?.replace(/^http:\/\/(?:127\.0\.0\.1|\[::1\])(?=[:/]|$)/, 'http://localhost') : base;
  }

  #url(path: string, purpose: string, parts: readonly [string, ...unknown[]], usesPasskey: boolean): string | undefined {
    const base = this.#base(usesPasskey);
    if (base === undefined) return undefined;
    const body = Buffer.from(JSON.stringify(parts)).toString('base64url');
    const mac = this.#mac(parts[0], purpose, body);
    return mac === undefined ? undefined : `${base}${path}${body}.${mac}`;
  }

  #read(purpose: string, link: string): unknown[] | undefined {
    const match = link.length <= MAX_LINK_CHARS ? /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(link) : null;
    const [, body = '', given = ''] = match ?? [];
    const parts = match && partsOf(body);
    const mac = parts && typeof parts[0] === 'string' ? this.#mac(parts[0], purpose, body) : undefined;
    return parts && mac !== undefined && equalSecret(mac, given) ? parts : undefined;
  }

  #isNow(untilMs: number): 'good' | 'expired' {
    return this.#options.clock.nowMs() < untilMs ? 'good' : 'expired';
  }

  #mac(org: string, purpose: string, body: string): string | undefined {
    const hex = this.#options.mac(org, purpose, body);
    return hex && Buffer.from(hex, 'hex').toString('base64url');
  }
}

function partsOf(body: string): unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}
