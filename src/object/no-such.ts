// What is said of a name that no object has: the nearest one that there is, or how to see which there are.
import { didYouMean } from '../lib/suggest.ts';
import type { Kind } from './kinds.ts';

/** Longest name that is repeated, characters. */
const MAX_SHOWN = 64;

export function noSuch(kind: Kind, name: string, names: Iterable<string>): string {
  return `There is no ${kind}/${name.slice(0, MAX_SHOWN)}.${nearestOrList(kind, name, names)}`;
}

/** Begins with a blank: to be put behind a sentence about the name. */
export function nearestOrList(kind: Kind, name: string, names: Iterable<string>): string {
  const known = [...names];
  if (known.length === 0) return ` There is no ${kind} at all yet.`;
  return didYouMean(name, known) || ` To see what there is: sallyport get ${kind}`;
}
