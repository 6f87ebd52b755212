// What ends by itself, soon or since a short while: tokens of agents and operators, and secrets that say until when they hold. Pure: the same object
// gives the same events, whichever gateway looks and however often.
import type { ControlView } from '../object/snapshot.ts';
import type { EventDraft, EventType } from './event.ts';

const DAY_MS = 86_400_000;
/** Of organizations that do not say when they want to hear of it. */
export const EXPIRING_WITHIN_MS = 7 * DAY_MS;
/** What ended longer ago is not told any more. */
export const EXPIRED_WITHIN_MS = 7 * DAY_MS;

export interface Expiry {
  /** The same for the same end of the same object. */
  key: string;
  draft: EventDraft;
}

interface Ending {
  expiresAt?: string | undefined;
  revokedAt?: string | undefined;
  replacedBy?: string | undefined;
  agent?: string | undefined;
}

export function expiriesOf(view: ControlView, nowMs: number): Expiry[] {
  const withinMs = view.organization()?.spec.tokens?.expiringWithinMs ?? EXPIRING_WITHIN_MS;
  const look = (what: 'token' | 'operator' | 'credential', name: string, spec: Ending): Expiry[] => {
    if (spec.expiresAt === undefined || spec.revokedAt !== undefined || spec.replacedBy !== undefined) return [];
    const leftMs = Date.parse(spec.expiresAt) - nowMs;
    if (!(leftMs <= withinMs && leftMs > -EXPIRED_WITHIN_MS)) return [];
    const type: EventType = `${what}.${leftMs > 0 ? 'expiring' : 'expired'}`;
    const data = { name, until: spec.expiresAt, ...(spec.agent === undefined ? {} : { agent: spec.agent }) };
    return [{ key: `${type}/${name}/${spec.expiresAt}`, draft: { type, subject: `${what}/${name}`, data } }];
  };
  return [
    ...view.tokens().flatMap(({ metadata, spec }) => look('token', metadata.name, spec)),
    ...view.operators().flatMap(({ metadata, spec }) => look('operator', metadata.name, spec)),
    ...view.secrets().flatMap(({ metadata, spec }) => look('credential', metadata.name, spec)),
  ];
}
