// Erasure beside the calls: requests as soon as they are there, rules of retention at an interval, on one gateway at a time.
// A failure is told and tried again; it is never in the way of a call.
import type { Clock } from '../lib/clock.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { Logger } from '../observe/log.ts';
import type { Control } from '../pipeline/control.ts';
import { Eraser } from '../retention/eraser.ts';
import type { RetentionStore } from '../retention/port.ts';
import type { Core } from './core.ts';

/** Between two looks for what rules do not keep any more, milliseconds. */
const RETENTION_EVERY_MS = 3_600_000;
/** Between two looks at requests whose calls still run, milliseconds. */
const OPEN_EVERY_MS = 5_000;
/** Who works holds the work for this long after its last step, milliseconds: a gateway that died is followed by another one then. */
const HOLD_MS = 60_000;
const WORK = 'retention';

export interface KeeperOptions {
  core: Pick<Core, 'clock' | 'log' | 'store'>;
  controls: { all(): readonly Control[]; atLeast(org: string, revision: number): Promise<Control> };
  logger: Logger;
  instance: string;
  longestCallMs: number;
  endTicket(org: string, id: string, why: string): Promise<void>;
}

export class RetentionKeeper {
  readonly eraser: Eraser;
  readonly #options: KeeperOptions;
  readonly #store: RetentionStore;
  readonly #clock: Clock;
  /** Requests that only a legal hold keeps open, with the holds they were looked at under. */
  readonly #withheld = new Map<string, unknown>();
  #timers: NodeJS.Timeout[] = [];
  #isWanted = false;
  #isClosing = false;
  #hasOpen = false;
  #needsScrub = false;
  #retainedMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    const { log, store, clock } = options.core;
    this.#options = options;
    this.#store = store.retention;
    this.#clock = clock;
    this.eraser = new Eraser({
      log: store.log,
      store: store.retention,
      audit: log,
      clock,
      instance: options.instance,
      longestCallMs: options.longestCallMs,
      view: (org) => this.#view(org),
      endTicket: options.endTicket,
    });
  }

  start(): void {
    const open = setInterval(() => {
      if (this.#hasOpen || this.#needsScrub) this.wake();
    }, OPEN_EVERY_MS);
    this.#timers = [setInterval(() => this.wake(), RETENTION_EVERY_MS).unref(), open.unref()];
    this.wake();
  }

  /** Called with every change of objects. */
  follow(next: Control, previous: Control | undefined): void {
    const { changedKinds } = next.view;
    if (changedKinds.has('retention') || changedKinds.has('legal-hold')) this.#retainedMs = Number.NEGATIVE_INFINITY;
    if (previous && (['retention', 'legal-hold', 'erasure'] as const).some((kind) => changedKinds.has(kind))) this.wake();
  }

  /** A look soon, after the one that is being made. */
  wake(): void {
    this.#isWanted = true;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      if (this.#isWanted && !this.#isClosing) this.wake();
    });
  }

  /** Everything that is to be done by now is done, or was tried, when it resolves. */
  async settled(): Promise<void> {
    this.wake();
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#timers) clearInterval(timer);
    while (this.#running) await this.#running;
  }

  async #work(): Promise<void> {
    this.#isWanted = false;
    const { logger, controls } = this.#options;
    try {
      const wanted = controls.all().filter(({ view }) => view.list('retention').length > 0 || view.list('erasure').length > 0);
      if (wanted.length === 0 && !this.#needsScrub) return;
      if (!(await this.#claim())) {
        this.#hasOpen = true;
        return;
      }
      const retains = this.#clock.monotonicMs() - this.#retainedMs >= RETENTION_EVERY_MS;
      if (retains) this.#retainedMs = this.#clock.monotonicMs();
      this.#hasOpen = false;
      for (const { org } of wanted) await this.#workOn(org, retains);
      if (this.#needsScrub) this.#needsScrub = !(await this.#store.scrub());
      const nowMs = this.#clock.nowMs();
      await this.#store.claimWork(WORK, this.#options.instance, nowMs, nowMs - 1);
    } catch (error) {
      this.#hasOpen = true;
      logger.warn({ why: error instanceof Error ? error.message : String(error) }, 'sealed values could not be deleted; it is tried again');
    }
  }

  async #workOn(org: string, retains: boolean): Promise<void> {
    const view = await this.#view(org);
    const done = new Map((await this.#store.doneErasures(org)).map(({ name, revision }) => [name, revision]));
    for (const { metadata, revision } of view.list('erasure')) {
      const key = `${org}/${metadata.name}/${revision}`;
      const holds = view.list('legal-hold');
      if (this.#isClosing || done.get(metadata.name) === revision || this.#withheld.get(key) === holds) continue;
      await this.#claim();
      const { state, values } = await this.eraser.request(org, metadata.name);
      if (values > 0) this.#needsScrub = true;
      if (state === 'open') this.#hasOpen = true;
      if (state === 'withheld') this.#withheld.set(key, holds);
    }
    if (!retains || this.#isClosing) return;
    await this.#claim();
    if ((await this.eraser.retain(org)) > 0) this.#needsScrub = true;
  }

  /** INVARIANT: one gateway deletes at a time; that two would do no harm is the store's affair (test/contract/retention-cases.ts). */
  async #claim(): Promise<boolean> {
    const { core, instance } = this.#options;
    const nowMs = this.#clock.nowMs();
    // Whoever is alone on the store need not wait for one that is gone.
    const othersMs = (await core.store.presence.count()) <= 1 ? Number.MAX_SAFE_INTEGER : nowMs;
    return this.#store.claimWork(WORK, instance, othersMs, nowMs + HOLD_MS);
  }

  async #view(org: string): Promise<ControlView> {
    const { revision } = await this.#options.core.store.log.head(org);
    return (await this.#options.controls.atLeast(org, revision)).view;
  }
}
