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
/** The longest pause for a server that says so after every reading: as old as definitions may be anyway. */
const MAX_REREAD_PAUSE_MS = 300_000;

interface Reread {
  timer: NodeJS.Timeout;
  hasBegun: boolean;
  /** The server said something since it began. */
  isWanted: boolean;
}

export interface DefinitionsOptions {
  catalog: Catalog;
  control: ControlSource;
  log: AuditLog;
  clock: Clock;
  logger: Logger;
  instance: string;
  /** Canonical text of a definition that was approved once; undefined when it is not kept. */
  text(org: string, hash: string): Promise<string | undefined>;
  /** Whoever judges something by definitions: is told when those of a server are, or may be, not as before. */
  judging?: { definitionsRead(org: string, server: string): void; asksAbout(org: string, server: string): boolean };
}

export class Definitions {
  readonly watch: DriftWatch;
  readonly #options: DefinitionsOptions;
  /** By organization and server: a reading that is about to begin, or that runs, or the pause after one. */
  readonly #rereads = new Map<string, Reread>();
  #isClosed = false;
  /** Set once the pipeline is made: the two need each other. */
  pipeline: Pipeline | undefined;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
    this.watch = new DriftWatch({
      looking: (org, server) => this.#options.judging?.definitionsRead(org, server),
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
   * The server says that its definitions changed, or an agent misses one: they are read soon, once for many such words. Only where that can be drift, or is judged by.
   * What it says after a reading began is not lost: they are read again after the pause, which grows as long as it goes on so.
   */
  changed(org: string, server: string): void {
    const key = `${org}\n${server}`;
    const running = this.#rereads.get(key);
    if (running) running.isWanted = running.hasBegun;
    else if (this.#isHeld(org, server) || this.#isJudgedBy(org, server)) this.#reread(key, REREAD_PAUSE_MS);
  }

  #reread(key: string, pauseMs: number): void {
    const [org = '', server = ''] = key.split('\n');
    const afterPause = (): void => {
      this.#rereads.delete(key);
      if (reread.isWanted) this.#reread(key, Math.min(2 * pauseMs, MAX_REREAD_PAUSE_MS));
    };
    const begin = (): void => {
      reread.hasBegun = true;
      void this.refresh(org, server)
        .catch((error: unknown) => this.#options.logger.warn({ org, server, why: String(error) }, 'changed definitions could not be read'))
        .finally(() => {
          if (!this.#isClosed) reread.timer = setTimeout(afterPause, pauseMs).unref();
        });
    };
    const reread: Reread = { timer: setTimeout(begin, REREAD_AFTER_MS).unref(), hasBegun: false, isWanted: false };
    this.#rereads.set(key, reread);
  }

  close(): void {
    this.#isClosed = true;
    this.watch.close();
    for (const { timer } of this.#rereads.values()) clearTimeout(timer);
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

  /** Of a server that was read before: what was not is looked at once it is. */
  #isJudgedBy(org: string, server: string): boolean {
    const { catalog, control, judging } = this.#options;
    const spec = control.current(org)?.view.server(server)?.spec;
    if (spec === undefined || spec.disabled || catalog.names(org, server, 'tool').length === 0) return false;
    return judging?.asksAbout(org, server) === true;
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
