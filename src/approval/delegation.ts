// Whether delegations of deciding fit together: none that are in force at the same time may lead back to where they began. Pure.
import type { StoredObject } from '../object/kinds.ts';

type Delegation = StoredObject<'delegation'>;

/** Names of the delegations that, with this one, hand the same thing in a circle; undefined when none do. */
export function circleWith(one: Delegation, all: readonly Delegation[]): string[] | undefined {
  const others = all.filter(({ metadata }) => metadata.name !== one.metadata.name);
  const walk = (person: string, window: Window, path: readonly string[]): string[] | undefined => {
    if (person === one.spec.from) return [...path];
    if (path.length > MAX_CHAIN) return undefined;
    for (const next of others) {
      const shared = next.spec.from === person && !path.includes(next.metadata.name) ? overlap(window, windowOf(next)) : undefined;
      const found = shared && walk(next.spec.to, shared, [...path, next.metadata.name]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(one.spec.to, windowOf(one), []);
}

/** Delegations that are followed one after the other. */
const MAX_CHAIN = 16;

interface Window {
  fromMs: number;
  untilMs: number;
}

function windowOf({ spec }: Delegation): Window {
  return { fromMs: spec.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(spec.since), untilMs: Date.parse(spec.until) };
}

function overlap(a: Window, b: Window): Window | undefined {
  const both = { fromMs: Math.max(a.fromMs, b.fromMs), untilMs: Math.min(a.untilMs, b.untilMs) };
  return both.fromMs < both.untilMs ? both : undefined;
}
