// The definitions of servers for operators: what a server states now, against what was approved; and telling of what differs.
// Reads go through the pipeline like any other call; nothing here decides about one.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Neighbour, reviewDefinition } from '../admin/definition-review.ts';
import { type DriftRef, MAX_DRIFT_CHANGES } from '../audit/entry.ts';
import type { AuditLog } from '../audit/log.ts';
import type { Catalog, DefinitionKind } from '../catalog/catalog.ts';
import { type Compared, compareWithSnapshot, type Stated } from '../catalog/drift.ts';
import { DriftWatch } from '../catalog/drift-watch.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { ControlSource } from '../pipeline/control.ts';
import { readServer } from '../pipeline/own-reading.ts';
import type { Pipeline } from '../pipeline/run.ts';

const KINDS = ['tool', 'prompt', 'template'] as const;
const NAME: Readonly<Record<(typeof KINDS)[number], string>> = { tool: 'name', prompt: 'name', template: 'uriTemplate' };

/** From the word of a change to the reading, and between two readings of one server, milliseconds. */
const REREAD_AFTER_MS = 200;
const REREAD_PAUSE_MS = 2_000;

export interface DefinitionsOptions {
  catalog: Catalog;
  control: ControlSource;
  log: AuditLog;
  clock: Clock;
  logger: Logger;
  instance: string;
  /** Canonical text of a definition that was approved once; undefined when it is not kept. */
  text(org: string, hash: string): Promise<string | undefined>;
}

export class Definitions {
  readonly watch: DriftWatch;
  readonly #options: DefinitionsOptions;
  /** By organization and server: a reading that is about to begin, or the pause after one. */
  readonly #rereads = new Map<string, NodeJS.Timeout>();
  /** Told of again meanwhile. */
  readonly #again = new Set<string>();
  #isClosed = false;
  /** Set once the pipeline is made: the two need each other. */
  pipeline: Pipeline | undefined;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
    this.watch = new DriftWatch({
      compare: (org, server) => this.#drift(org, server),
      tell: (org, server, drift) => this.#tell(org, server, drift),
    });
  }

  /** As last seen, in the order tools, prompts, templates. */
  stated(org: string, server: string): Stated[] {
    const { catalog } = this.#options;
    return KINDS.flatMap((kind) =>
      catalog.list(org, server, kind).map(({ value, hash }) => ({ kind, name: String(value[NAME[kind]]), value, hash })),
    );
  }

  compare(org: string, server: string): Compared[] {
    const { catalog, control } = this.#options;
    const snapshot = control.current(org)?.view.get('snapshot', server)?.spec;
    const whole = new Set(KINDS.filter((kind) => catalog.readMs(org, server, kind) !== undefined));
    return compareWithSnapshot(snapshot, this.stated(org, server), whole);
  }

  /** Something that a server states is, or may be, not as before: it is compared with what was approved. */
  noticed(org: string, server: string): void {
    this.watch.noticed(org, server);
  }

  /**
   * The server says that its definitions changed, or an agent misses one: they are read soon, once for many such words, and once more for those that come
   * while they are read or soon after. Only where that can be drift.
   */
  changed(org: string, server: string): void {
    const key = `${org}\n${server}`;
    if (!this.#isHeld(org, server)) return;
    if (this.#rereads.has(key)) {
      this.#again.add(key);
      return;
    }
    const pause = (): void => {
      if (this.#isClosed) return;
      const over = (): void => {
        this.#rereads.delete(key);
        if (this.#again.delete(key)) this.changed(org, server);
      };
      this.#rereads.set(key, setTimeout(over, REREAD_PAUSE_MS).unref());
    };
    const reread = (): void => {
      this.#again.delete(key);
      void this.refresh(org, server)
        .catch((error: unknown) => this.#options.logger.warn({ org, server, why: String(error) }, 'changed definitions could not be read'))
        .finally(pause);
    };
    this.#rereads.set(key, setTimeout(reread, REREAD_AFTER_MS).unref());
  }

  close(): void {
    this.#isClosed = true;
    this.watch.close();
    for (const timer of this.#rereads.values()) clearTimeout(timer);
  }

  /** Reads everything anew. Resolves with what could not be read, one line each. */
  async refresh(org: string, server: string): Promise<string[]> {
    const { catalog, clock } = this.#options;
    if (!this.pipeline) throw new Error('definitions are read before there is a pipeline');
    const { lists, problems } = await readServer(this.pipeline, clock, org, server);
    for (const [kind, list] of lists) catalog.put(org, server, kind as DefinitionKind, list, clock.nowMs());
    this.watch.noticed(org, server);
    return problems;
  }

  #drift(org: string, server: string): Compared[] | undefined {
    return this.#isHeld(org, server) ? this.compare(org, server) : undefined;
  }

  /** Only what is held to a snapshot can drift. */
  #isHeld(org: string, server: string): boolean {
    const view = this.#options.control.current(org)?.view;
    const spec = view?.server(server)?.spec;
    return spec !== undefined && !spec.trust && !spec.disabled && view?.get('snapshot', server) !== undefined;
  }

  async #tell(org: string, server: string, drift: readonly Compared[]): Promise<void> {
    const { log, clock, logger, instance } = this.#options;
    const changes = await this.#judged(org, server, drift);
    logger.warn(
      { org, server, changes: changes.slice(0, 20) },
      `definitions of a server differ from the approved ones; what is new or changed is quarantined until somebody approves it: sallyport server review ${server}`,
    );
    try {
      await log.record(org, { type: 'system', fields: { event: 'drift', timeMs: clock.nowMs(), server, changes, instance } });
    } catch (error) {
      logger.error(
        { org, server, why: error instanceof Error ? error.message : String(error) },
        'changed definitions could not be recorded',
      );
    }
  }

  /** With what speaks against each, as its review will say; one after the other, so that calls are served meanwhile. */
  async #judged(org: string, server: string, drift: readonly Compared[]): Promise<DriftRef[]> {
    const others = this.#neighbours(org, server);
    const changes: DriftRef[] = [];
    for (const { kind, name, state, now, before } of drift.slice(0, MAX_DRIFT_CHANGES)) {
      const change: DriftRef = { kind, name, state, definition: now?.hash };
      changes.push(change);
      if (now === undefined) continue;
      await nextTurn();
      const old = before === undefined ? undefined : await this.#options.text(org, before.hash);
      const { findings } = reviewDefinition(server, now, old, others);
      if (findings !== undefined) change.findings = countedTypes(findings);
    }
    return changes;
  }

  #neighbours(org: string, server: string): Neighbour[] {
    const servers = this.#options.control.current(org)?.view.servers() ?? [];
    return servers
      .map(({ metadata }) => metadata.name)
      .filter((name) => name !== server)
      .flatMap((name) => this.stated(org, name).map(({ kind, name: own, value }) => ({ server: name, kind, name: own, value })));
  }
}

function countedTypes(findings: readonly { type: string }[]): { type: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { type } of findings) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => ({ type, count }));
}
