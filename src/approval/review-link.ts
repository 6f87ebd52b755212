// Addresses of tickets for people: signed, short-lived, and worth nothing without a sign-in on the page they lead to.
// INVARIANT: a link names one ticket of one organization and cannot be made or changed without the organization's key (review-link.test.ts).
import type { Clock } from '../lib/clock.ts';
import { equalSecret } from '../lib/digest.ts';

/** A link leads somewhere for this time, milliseconds, or until its ticket ends. */
export const LINK_MS = 30 * 60_000;
/** Characters of a link that is looked at. */
export const MAX_LINK_CHARS = 1_024;
export const REVIEW_PATH = '/review/';
const PURPOSE = 'review-link';

export type ReadLink = { type: 'good' | 'expired'; org: string; ticket: string } | { type: 'invalid' };

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

  urlOf(org: string, ticket: string, ticketUntilMs: number): { url: string; untilMs: number } | undefined {
    if (this.base === undefined) return undefined;
    const untilMs = Math.min(ticketUntilMs, this.#options.clock.nowMs() + LINK_MS);
    const body = Buffer.from(JSON.stringify([org, ticket, untilMs])).toString('base64url');
    const mac = this.#mac(org, body);
    return mac === undefined ? undefined : { url: `${this.base.replace(/\/$/, '')}${REVIEW_PATH}${body}.${mac}`, untilMs };
  }

  read(link: string): ReadLink {
    const parts = link.length <= MAX_LINK_CHARS ? /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(link) : null;
    const named = parts && partsOf(parts[1] ?? '');
    const mac = named && this.#mac(named.org, parts[1] ?? '');
    if (!named || mac === undefined || mac === null || !equalSecret(mac, parts[2] ?? '')) return { type: 'invalid' };
    const { org, ticket, untilMs } = named;
    return { type: this.#options.clock.nowMs() < untilMs ? 'good' : 'expired', org, ticket };
  }

  #mac(org: string, body: string): string | undefined {
    const hex = this.#options.mac(org, PURPOSE, body);
    return hex && Buffer.from(hex, 'hex').toString('base64url');
  }
}

function partsOf(body: string): { org: string; ticket: string; untilMs: number } | undefined {
  try {
    const [org, ticket, untilMs, ...rest] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as unknown[];
    const fits = typeof org === 'string' && typeof ticket === 'string' && typeof untilMs === 'number' && rest.length === 0;
    return fits ? { org, ticket, untilMs } : undefined;
  } catch {
    return undefined;
  }
}
