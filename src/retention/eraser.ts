// Deletes sealed values by rule and on request, a bounded batch at a time, each batch one transaction with the entry that says so.
// INVARIANT: nothing under a legal hold is deleted: each batch holds only at the control revision it was chosen under (test/scenario/retention.test.ts).
// A crash between batches loses nothing: what is gone has its entry, and the next look finds the rest.
import type { ErasureFields } from '../audit/erasure-entry.ts';
import { rangesOf } from '../audit/erasure-entry.ts';
import type { AuditLog } from '../audit/log.ts';
import type { Clock } from '../lib/clock.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { ControlView } from '../object/snapshot.ts';
import { type CallFacts, isSelected } from './facts.ts';
import type { RetentionStore } from './port.ts';
import { compileKeepRules, holdsOn } from './rules.ts';
import { type SealedArguments, type SealedOfCall, someAreOpen, type WalkPorts, walkTickets, walkValues } from './walk.ts';

/** Values that one entry deletes. */
export const MAX_BATCH = 500;
/** Names of legal holds in one entry. */
const MAX_NAMED_HOLDS = 50;
/** A call that was decided longer ago does not run any more, milliseconds: where nobody lets calls take longer. */
const LONGEST_CALL_MS = 3_600_000;

/** The same where a call may take so long. */
export function longestCallOf({ callTimeoutMs }: { callTimeoutMs: number }): number {
  return Math.max(LONGEST_CALL_MS, callTimeoutMs);
}

/** Clocks of gateways may differ by this much, milliseconds. */
const CLOCK_SKEW_MS = 300_000;

export interface EraserOptions extends WalkPorts {
  store: RetentionStore;
  audit: Pick<AuditLog, 'entry'>;
  clock: Clock;
  instance: string;
  /** A call that was decided longer ago does not run any more, milliseconds. */
  longestCallMs: number;
  /** Objects of the organization, at least as new as the newest change in the store. */
  view(org: string): Promise<ControlView>;
  /** Ends a live ticket: a grant whose arguments nobody can look at any more must not be used. */
  endTicket(org: string, id: string, why: string): Promise<void>;
}

export interface ErasurePreview {
  arguments: number;
  results: number;
  tickets: number;
  /** Of these so many stay, because of the legal holds named. */
  held: number;
  holds: string[];
}

export type RequestState = { state: 'completed' | 'open' | 'withheld'; values: number; held: number; holds: string[] };

type Sealed = SealedOfCall | SealedArguments;

/** What deletes a value: a rule, or a request. */
interface Cause {
  cause: ErasureFields['cause'];
  rule?: string;
  request?: string;
}

export class Eraser {
  readonly #options: EraserOptions;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  /** What an erasure would delete now. Reads only. */
  async preview(org: string, view: ControlView, spec: StoredObject<'erasure'>['spec']): Promise<ErasurePreview> {
    const preview: ErasurePreview = { arguments: 0, results: 0, tickets: 0, held: 0, holds: [] };
    const holds = new Set<string>();
    for await (const sealed of walkAll(this.#options, org)) {
      if (!isMeant(spec, sealed.facts)) continue;
      const keeping = holdsOn(view, sealed.facts);
      if (sealed.kind === 'ticket') preview.tickets++;
      else if (sealed.role === 'arguments') preview.arguments++;
      else preview.results++;
      if (keeping.length > 0) preview.held++;
      for (const name of keeping) holds.add(name);
    }
    preview.holds = [...holds].sort();
    return preview;
  }

  /** Carries a request out as far as it can be. */
  async request(org: string, name: string): Promise<RequestState> {
    const { clock, log, longestCallMs } = this.#options;
    let values = 0;
    while (true) {
      const view = await this.#options.view(org);
      const request = view.get('erasure', name);
      if (!request) return { state: 'completed', values, held: 0, holds: [] };
      const spec = request.spec;
      const chosen = (facts: CallFacts): Cause | undefined => (isMeant(spec, facts) ? { cause: 'request', request: name } : undefined);
      const atMs = Date.parse(spec.at);
      const isRecent = clock.nowMs() < atMs + longestCallMs;
      // Asked before the sweep: a call that ends while it goes on is not passed over.
      const open = isRecent && (await someAreOpen(log, org, atMs - longestCallMs, (facts) => isMeant(spec, facts)));
      const sweep = await this.#sweep(org, view, ({ facts }) => chosen(facts), `erasure ${name}`);
      values += sweep.values;
      if (sweep.changed) continue;
      if (open) return { state: 'open', values, held: sweep.held, holds: sweep.holds };
      if (sweep.held > 0) {
        await this.#tell(
          org,
          view,
          { what: 'withheld', cause: 'request', request: name, values, held: sweep.held, holds: sweep.holds },
          undefined,
        );
        return { state: 'withheld', values, held: sweep.held, holds: sweep.holds };
      }
      const done = { name, revision: request.revision ?? 0 };
      if (await this.#tell(org, view, { what: 'completed', cause: 'request', request: name, values }, done))
        return { state: 'completed', values, held: 0, holds: [] };
    }
  }

  /** Deletes what the rules of retention do not keep any more; resolves to how many values that were. */
  async retain(org: string): Promise<number> {
    let values = 0;
    while (true) {
      const view = await this.#options.view(org);
      const rules = compileKeepRules(view.list('retention'));
      if (rules.shortestMs === undefined) return values;
      const nowMs = this.#options.clock.nowMs();
      const youngestMs = nowMs - rules.shortestMs;
      const choose = (sealed: Sealed): Cause | 'stop' | undefined => {
        if (sealed.kind === 'value' && sealed.facts.timeMs > youngestMs + CLOCK_SKEW_MS) return 'stop';
        if (sealed.kind === 'ticket' && sealed.live) return undefined;
        const [role, findings] = sealed.kind === 'ticket' ? (['ticket', sealed.facts.findings] as const) : [sealed.role, sealed.findings];
        const rule = rules.ruleOf(sealed.facts, role, findings);
        return rule && sealed.facts.timeMs <= nowMs - rule.keepMs ? { cause: 'retention', rule: rule.rule } : undefined;
      };
      const sweep = await this.#sweep(org, view, choose, 'retention');
      values += sweep.values;
      if (!sweep.changed) return values;
    }
  }

  /** Once over everything that is sealed. `changed`: what was seen is not there any more, or other objects are in force: begin again. */
  async #sweep(org: string, view: ControlView, choose: (sealed: Sealed) => Cause | 'stop' | undefined, why: string): Promise<Sweep> {
    const sweep: Sweep = { values: 0, held: 0, holds: [], changed: false };
    const holds = new Set<string>();
    const batches = new Map<string, { cause: Cause; sealed: Sealed[] }>();
    const flush = async (key: string): Promise<void> => {
      const batch = batches.get(key);
      batches.delete(key);
      if (!batch || sweep.changed) return;
      const count = await this.#erase(org, view, batch.cause, batch.sealed, why);
      if (count === undefined) sweep.changed = true;
      else sweep.values += count;
    };
    for (const walk of [walkValues, walkTickets]) {
      for await (const sealed of walk(this.#options, org)) {
        const cause = choose(sealed);
        if (cause === 'stop') break;
        if (cause === undefined) continue;
        const keeping = holdsOn(view, sealed.facts);
        if (keeping.length > 0) {
          sweep.held++;
          for (const name of keeping) holds.add(name);
          continue;
        }
        const key = cause.rule ?? '';
        const batch = batches.get(key) ?? { cause, sealed: [] };
        batches.set(key, batch);
        if (batch.sealed.push(sealed) >= MAX_BATCH) await flush(key);
        if (sweep.changed) break;
      }
      for (const key of [...batches.keys()]) await flush(key);
    }
    sweep.holds = [...holds].sort().slice(0, MAX_NAMED_HOLDS);
    return sweep;
  }

  /** How many values are gone now; undefined: nothing was done, look again. */
  async #erase(org: string, view: ControlView, cause: Cause, sealed: readonly Sealed[], why: string): Promise<number | undefined> {
    const { store, audit, clock, instance } = this.#options;
    const tickets = sealed.filter((one) => one.kind === 'ticket');
    for (const { id, live } of tickets) if (live) await this.#options.endTicket(org, id, `its arguments are deleted: ${why}`);
    const values = sealed.filter((one) => one.kind === 'value').map(({ value }) => value);
    const entries = rangesOf(values.map(({ seq }) => seq));
    const ids = tickets.map(({ id }) => id);
    const fields: ErasureFields = {
      event: 'erasure',
      timeMs: clock.nowMs(),
      what: 'erased',
      ...cause,
      values: sealed.length,
      ...(entries.length > 0 ? { entries } : {}),
      ...(ids.length > 0 ? { tickets: ids } : {}),
      instance,
    };
    const part = { values, tickets: ids, atRevision: view.revision, done: undefined };
    const result = await store.erase(org, part, audit.entry(org, { type: 'system', fields }));
    return result.type === 'erased' ? sealed.length : undefined;
  }

  async #tell(
    org: string,
    view: ControlView,
    what: Pick<ErasureFields, 'what' | 'cause' | 'request' | 'values' | 'held' | 'holds'>,
    done: { name: string; revision: number } | undefined,
  ): Promise<boolean> {
    const { store, audit, clock, instance } = this.#options;
    const fields: ErasureFields = { event: 'erasure', timeMs: clock.nowMs(), ...what, instance };
    const part = { values: [], tickets: [], atRevision: view.revision, done };
    return (await store.erase(org, part, audit.entry(org, { type: 'system', fields }))).type === 'erased';
  }
}

interface Sweep {
  values: number;
  held: number;
  holds: string[];
  changed: boolean;
}

async function* walkAll(ports: WalkPorts, org: string): AsyncGenerator<Sealed, void, undefined> {
  yield* walkValues(ports, org);
  yield* walkTickets(ports, org);
}

/** What came after `at` was not asked about. */
function isMeant({ match, at }: StoredObject<'erasure'>['spec'], facts: CallFacts): boolean {
  return facts.timeMs <= Date.parse(at) && isSelected(match, facts);
}
