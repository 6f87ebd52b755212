// How a statement is made: shown with its numbers and entries, a gap, or outside of what a gateway can know.
import type { Count, CountBy } from './count.ts';
import type { EvidenceFacts, Statement } from './facts.ts';

export type StatementMaker = (facts: EvidenceFacts) => Statement[];

/** Rows of a table. */
const MAX_ROWS = 20;
/** Objects that a statement names. */
const MAX_OBJECTS = 50;

interface Shown {
  numbers?: Record<string, number>;
  from?: readonly (Count | CountBy)[];
  rows?: CountBy;
  objects?: readonly string[];
}

export function shown(id: string, text: string, more: Shown = {}): Statement {
  return make('shown', id, text, more);
}

export function gap(id: string, text: string, more: Shown = {}): Statement {
  return make('gap', id, text, more);
}

export function outside(id: string, text: string): Statement {
  return make('outside', id, text, {});
}

function make(kind: Statement['kind'], id: string, text: string, { numbers = {}, from = [], rows, objects }: Shown): Statement {
  const entries = [...new Set(from.flatMap((one) => one.entries()))].sort((a, b) => a - b);
  return {
    ...{ id, kind, text, numbers, entries },
    ...(rows && rows.total() > 0 ? { rows: rows.rows(MAX_ROWS) } : {}),
    ...(objects && objects.length > 0 ? { objects: objects.slice(0, MAX_OBJECTS) } : {}),
  };
}

/** `3 calls`, `1 call`. */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
