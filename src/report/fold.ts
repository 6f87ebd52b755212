// What a report is made of: calls as the log tells them, one after the other, into a table. Bounded: a fold keeps counts, never calls.
// Reads decisions and outcomes as they stand; a void decision is nobody's, and is passed over.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

/** One entry of the log as reports see it. */
export interface ReportEntry {
  seq: number;
  /** Control revision of its header. */
  revision: number;
  content: JsonObject;
  /** Of an outcome: the decision it belongs to. */
  decision: JsonObject | undefined;
}

export type Cell = string | number | null;

export interface ReportTable {
  columns: string[];
  rows: Cell[][];
  /** What the numbers do not say. */
  notes: string[];
}

export interface ReportFold {
  take(entry: ReportEntry): void;
  table(): ReportTable;
}

/** By what a report groups; `team` is the agent's team as it is now. */
export const dimensions = ['agent', 'team', 'class', 'user', 'token', 'server', 'tool', 'method', 'rule'] as const;
export type Dimension = (typeof dimensions)[number];

/** Groups of one report; what is beyond is summed up under `(other)`. */
export const MAX_GROUPS = 10_000;
export const OTHER = '(other)';

export type TeamOf = (agent: string) => string | undefined;

/** Methods that count as calls unless all are asked for. */
const CALLS = new Set(['tools/call', 'resources/read', 'prompts/get', 'completion/complete']);

export interface CallView {
  decision: JsonObject;
  agent: string;
  timeMs: number;
}

/** The call an entry is about; undefined for what is no decision or outcome of a call of an agent, and for void decisions. */
export function callOf({ content, decision, revision }: ReportEntry, allMethods = false): CallView | undefined {
  if (content.type === 'decision' && content.judged !== revision) return undefined;
  const about = content.type === 'decision' ? content : content.type === 'outcome' ? decision : undefined;
  if (about?.origin !== 'agent') return undefined;
  if (!allMethods && !CALLS.has(String(about.method))) return undefined;
  const timeMs = Date.parse(String(content.time));
  return { decision: about, agent: text(isObject(about.principal) ? about.principal.agent : undefined), timeMs };
}

export function groupOf({ decision, agent }: CallView, by: readonly Dimension[], teamOf: TeamOf): string[] {
  const principal = isObject(decision.principal) ? decision.principal : {};
  return by.map((dimension) => {
    switch (dimension) {
      case 'agent':
        return agent;
      case 'team':
        return teamOf(agent) ?? '';
      case 'class':
      case 'user':
      case 'token':
        return text(principal[dimension]);
      case 'tool':
        return text(decision.tool ?? decision.prompt ?? decision.resource);
      default:
        return text(decision[dimension]);
    }
  });
}

/** Values by group, at most MAX_GROUPS of them. */
export class Groups<T> {
  readonly #values = new Map<string, { key: string[]; value: T }>();
  readonly #make: () => T;
  #overflowed = false;

  constructor(make: () => T) {
    this.#make = make;
  }

  of(key: string[]): T {
    const text = JSON.stringify(key);
    const known = this.#values.get(text);
    if (known) return known.value;
    if (this.#values.size >= MAX_GROUPS) {
      this.#overflowed = true;
      const other = key.map(() => OTHER);
      if (JSON.stringify(other) !== text && this.#values.size < MAX_GROUPS + 1) return this.#put(other);
      return this.#values.get(JSON.stringify(other))?.value ?? this.#put(other);
    }
    return this.#put(key);
  }

  entries(): { key: string[]; value: T }[] {
    return [...this.#values.values()];
  }

  notes(): string[] {
    return this.#overflowed ? [`There are more than ${MAX_GROUPS} groups; the rest is summed up as ${OTHER}.`] : [];
  }

  #put(key: string[]): T {
    const text = JSON.stringify(key);
    const found = this.#values.get(text);
    if (found) return found.value;
    const value = this.#make();
    this.#values.set(text, { key, value });
    return value;
  }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
