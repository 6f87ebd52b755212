// Subscriptions, compiled: which of them an event is for. Only what is named is told; a subscription that names nothing is told nothing.
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { Json } from '../lib/json.ts';
import type { StoredObject, SubscriptionSpec } from '../object/kinds.ts';
import { EVENT_TYPES, type NotifyEvent, type Severity } from './event.ts';

export const GRAVITY: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };
/** Members of an event that a filter looks at. */
const FILTERED = { agents: 'agent', servers: 'server', tools: 'tool', rules: 'rule', codes: 'code' } as const;

export interface Subscription {
  name: string;
  /** Control revision of the object. */
  revision: number;
  spec: SubscriptionSpec;
  wants(event: NotifyEvent): boolean;
  /** The same, disabled or not. */
  fits(event: NotifyEvent): boolean;
}

export interface SubscriptionSet {
  readonly all: readonly Subscription[];
  /** Does any of them want calls that were allowed, whatever their rules ask for? */
  readonly wantsAllowed: boolean;
  get(name: string): Subscription | undefined;
}

export const NO_SUBSCRIPTIONS: SubscriptionSet = { all: [], wantsAllowed: false, get: () => undefined };

const compiled = new WeakMap<readonly StoredObject<'subscription'>[], SubscriptionSet>();

/** The same set for the same list: a view keeps its lists as long as nothing in them changes. */
export function subscriptionsOf(objects: readonly StoredObject<'subscription'>[]): SubscriptionSet {
  if (objects.length === 0) return NO_SUBSCRIPTIONS;
  const known = compiled.get(objects);
  if (known) return known;
  const all = objects.map(compile);
  const byName = new Map(all.map((one) => [one.name, one]));
  const set = {
    all,
    wantsAllowed: all.some(({ spec }) => !spec.disabled && (spec.events ?? []).some((glob) => compileGlob(glob).test('decision.allowed'))),
    get: (name: string) => byName.get(name),
  };
  compiled.set(objects, set);
  return set;
}

function compile({ metadata, spec, revision }: StoredObject<'subscription'>): Subscription {
  const events = (spec.events ?? []).map(compileGlob);
  const answers = (spec.answers ?? []).map(compileGlob);
  const filters = Object.entries(FILTERED).flatMap(([filter, member]): [string, Glob[]][] => {
    const globs = spec.only?.[filter as keyof typeof FILTERED];
    return globs ? [[member, globs.map(compileGlob)]] : [];
  });
  const least = GRAVITY[spec.only?.severityAtLeast ?? 'info'];
  const most = GRAVITY[spec.only?.severityAtMost ?? 'critical'];
  const isNamed = ({ type, channels }: NotifyEvent) =>
    events.some((glob) => glob.test(type)) || channels.some((channel) => answers.some((glob) => glob.test(channel)));
  const isFor = (event: NotifyEvent): boolean =>
    GRAVITY[event.severity] >= least &&
    GRAVITY[event.severity] <= most &&
    isNamed(event) &&
    filters.every(([member, globs]) => fits(event.data[member], globs));
  return { name: metadata.name, revision: revision ?? 0, spec, wants: (event) => !spec.disabled && isFor(event), fits: isFor };
}

function fits(value: Json | undefined, globs: readonly Glob[]): boolean {
  return typeof value === 'string' && globs.some((glob) => glob.test(value));
}

/** What is most likely not meant, in words for whoever wrote it. */
export function subscriptionWarnings({ events = [], channel }: SubscriptionSpec): string[] {
  const types = Object.keys(EVENT_TYPES);
  const unknown = events.filter((pattern) => !types.some((type) => compileGlob(pattern).test(type)));
  const warnings = unknown.map((pattern) => `no type of event fits ${JSON.stringify(pattern)}; docs/notifications.md lists them`);
  if (channel.type === 'template' && hasBrokenPlace(JSON.stringify(channel.template)))
    warnings.push('spec.channel.template holds {{ that begins no placeholder; write {{data.agent}}, names and dots only');
  return warnings;
}

function hasBrokenPlace(text: string): boolean {
  return text.replaceAll(/\{\{\s*[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+){0,8}\s*\}\}/g, '').includes('{{');
}

/** Channels that these rules tell and no subscription answers. */
export function unansweredChannels(channels: readonly string[], subscriptions: readonly StoredObject<'subscription'>[]): string[] {
  const answers = subscriptions.flatMap(({ spec }) => (spec.disabled ? [] : (spec.answers ?? []))).map(compileGlob);
  return [...new Set(channels)].filter((channel) => !answers.some((glob) => glob.test(channel)));
}
