// One validation while it runs: where it is in the value, what it found, what it may still spend. Never outlives the call to validate.
import type { Json } from '../lib/json.ts';
import { MAX_EVALUATION_DEPTH, MAX_ISSUES, MAX_MATCHED_CHARS, MAX_PATH_CHARS, MAX_STEPS } from './schema-limits.ts';

export interface Issue {
  /** JSON pointer into the value (RFC 6901); empty for the value itself. */
  path: string;
  /** For people and models: what is expected there. */
  message: string;
}

/** Which members and elements a subschema looked at; kept only when a schema says `unevaluated…`. */
export interface Seen {
  everyKey: boolean;
  keys: Set<string> | undefined;
  everyItem: boolean;
  items: Set<number> | undefined;
}

export interface SchemaNode {
  /** Checks in order. Filled after creation, because schemas may refer to themselves. */
  checks: Check[];
  /** It says `unevaluated…` and so must not see what others than its own keywords looked at. */
  ownSeen?: boolean;
}

export type Check = (value: Json, run: Run, seen: Seen | undefined) => boolean;

/** Thrown inside, caught in schema.ts: the validation costs more than it may. */
export class BudgetSpent extends Error {}

export class Run {
  readonly issues: Issue[] = [];
  readonly tracking: boolean;
  readonly #path: (string | number)[] = [];
  #quiet = 0;
  #steps = 0;
  #depth = 0;
  #matched = 0;

  constructor(tracking: boolean) {
    this.tracking = tracking;
  }

  /** Nothing more is reported: what does not fit need not be looked at further. */
  get isDone(): boolean {
    return this.#quiet > 0 || this.issues.length >= MAX_ISSUES;
  }

  /** Does the value fit? Reports issues unless inside `probe`. */
  check(node: SchemaNode, value: Json, seen: Seen | undefined): boolean {
    this.spend(1);
    if (++this.#depth > MAX_EVALUATION_DEPTH) throw new BudgetSpent();
    const own = node.ownSeen ? newSeen() : seen;
    let fits = true;
    for (const check of node.checks) {
      if (check(value, this, own)) continue;
      fits = false;
      if (this.isDone) break;
    }
    this.#depth--;
    if (fits && own && seen && own !== seen) mergeSeen(seen, own);
    return fits;
  }

  /** The same one level further down in the value. */
  checkAt(node: SchemaNode, value: Json, key: string | number): boolean {
    this.#path.push(key);
    const fits = this.check(node, value, this.tracking ? newSeen() : undefined);
    this.#path.pop();
    return fits;
  }

  /** Without reporting: for alternatives. */
  probe(node: SchemaNode, value: Json, seen: Seen | undefined): boolean {
    this.#quiet++;
    const fits = this.check(node, value, seen);
    this.#quiet--;
    return fits;
  }

  probeAt(node: SchemaNode, value: Json): boolean {
    return this.probe(node, value, this.tracking ? newSeen() : undefined);
  }

  /** Notes what is wrong here (or at a member of it); always false. */
  fail(message: string, key?: string | number): false {
    if (this.isDone) return false;
    const path = key === undefined ? this.#path : [...this.#path, key];
    this.issues.push({ path: pointer(path), message });
    return false;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new BudgetSpent();
  }

  spendMatch(chars: number): void {
    this.#matched += chars;
    if (this.#matched > MAX_MATCHED_CHARS) throw new BudgetSpent();
  }
}

/** RFC 6901; names in it come from the value and may be long. */
function pointer(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    text += `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (text.length > MAX_PATH_CHARS) return `${text.slice(0, MAX_PATH_CHARS)}…`;
  }
  return text;
}

export function newSeen(): Seen {
  return { everyKey: false, keys: undefined, everyItem: false, items: undefined };
}

export function addKey(seen: Seen, key: string): void {
  if (!seen.keys) seen.keys = new Set();
  seen.keys.add(key);
}

export function addItem(seen: Seen, index: number): void {
  if (!seen.items) seen.items = new Set();
  seen.items.add(index);
}

export function mergeSeen(into: Seen, from: Seen): void {
  into.everyKey ||= from.everyKey;
  into.everyItem ||= from.everyItem;
  if (from.keys) for (const key of from.keys) addKey(into, key);
  if (from.items) for (const item of from.items) addItem(into, item);
}
