// What limits need to remember, as ports: quotas durably and shared by every gateway of a database, rates wherever they are counted.
// Types only.
import type { Pace } from './gcra.ts';
import type { PlaceItem } from './places.ts';

export interface QuotaItem {
  /** Name of the limit. */
  name: string;
  /** Whose count. */
  key: string;
  /** To add; whole, 0 or more. */
  units: number;
  maxUnits: number;
  bucketMs: number;
  afterMs: number;
  untilMs: number;
}

export interface QuotaFull {
  /** Place of the item without room. */
  index: number;
  used: number;
  /** Start of the oldest bucket that counts; undefined when nothing is used. */
  oldestMs: number | undefined;
}

export interface QuotaUse {
  name: string;
  key: string;
  bucketMs: number;
  used: number;
  untilMs: number;
}

export interface QuotaStore {
  /** All or nothing, in one transaction; durable when it resolves. undefined: reserved. Rejects with GatewayError when the store fails. */
  reserve(org: string, items: readonly QuotaItem[]): Promise<QuotaFull | undefined>;
  /** Takes reserved units out of the bucket they are in, never below zero. */
  release(org: string, items: readonly QuotaItem[]): Promise<void>;
  /** Sets reservations aside under a ticket for the next round of the same call. They stay counted. */
  park(org: string, ticket: string, text: string, untilMs: number): Promise<void>;
  /** What was set aside; each ticket once. */
  claim(org: string, ticket: string): Promise<string | undefined>;
  /** Buckets that still count at this time; of one limit when named. At most `limit` rows, fullest first. */
  usage(org: string, nowMs: number, name: string | undefined, limit: number): Promise<QuotaUse[]>;
  /** Drops what counts for nothing any more. */
  forget(nowMs: number): Promise<void>;
}

export interface RateItem {
  key: string;
  pace: Pace;
}

export interface RateRefusal {
  /** Place of the item that is too fast. */
  index: number;
  retryAfterMs: number;
}

export interface RateStore {
  /** All or none of the items. undefined: taken. */
  take(org: string, items: readonly RateItem[]): RateRefusal | undefined | Promise<RateRefusal | undefined>;
  /** How far ahead of its time the count of each item is, microseconds; 0: nothing is used. Takes nothing. */
  ahead(org: string, items: readonly RateItem[]): number[] | Promise<number[]>;
}

/** Calls at once, counted for all gateways of a database. */
export interface PlaceStore {
  /** A place under every key, or none: then the number of the item that is full. Rejects with GatewayError when the store fails. */
  take(org: string, ticket: string, items: readonly PlaceItem[]): Promise<number | undefined>;
  /** Gives back all that was taken under the ticket. Resolves when it is free, or when the store will be asked again later. Never rejects. */
  leave(ticket: string): Promise<void>;
  /** Places taken under a key, whoever took them. Takes none. Rejects with GatewayError when the store fails. */
  inUse(org: string, key: string): Promise<number>;
}
