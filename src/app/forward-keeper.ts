// The forwards of all organizations at work: one pump for each object, started, replaced and ended as the objects change. Beside the calls, never
// in their way; of several gateways the one with the lease sends.
import { setTimeout as timeout } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { compileFilter } from '../export/entry-filter.ts';
import { SenderInTurn } from '../export/forward/in-turn.ts';
import { openSender } from '../export/forward/open-sender.ts';
import { Pump } from '../export/forward/pump.ts';
import type { Sender, SendResult } from '../export/forward/sender.ts';
import { sendTest, testRecord } from '../export/forward/test-record.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import type { StoredObject } from '../object/kinds.ts';
import { referencesOf } from '../object/references.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { secretSealer } from '../vault/vault.ts';
import type { Core } from './core.ts';

/** Between two looks at how far forwards have come, for the metrics. */
const LOOK_MS = 5_000;
/** Versions of one forward that are looked through for the one that made it. */
const MAX_VERSIONS = 10_000;

export interface ForwardKeeperOptions {
  core: Core;
  config: Config;
  logger: Logger;
  metrics: Metrics;
  instance: string;
  version: string;
  random?: Random;
}

/** Forwards of one organization at work in one gateway. */
export const MAX_FORWARDS = 64;
const TOO_MANY = { problem: `there are more than ${MAX_FORWARDS} forwards in this organization; remove or disable some` };

interface Running {
  /** Changes whenever the object, or a secret that it names, does. */
  version: string;
  /** Why it cannot work. */
  problem: string | undefined;
  /** Of the one at work. */
  sender: Sender | undefined;
  stop(): Promise<void>;
}

/** What became of a test record. */
export interface ForwardTest {
  result: SendResult;
  /** Hash of the record, as the target has it. */
  hash: string;
  durationMs: number;
}

interface Lag {
  entries: number;
  lost: number;
  failures: number;
}

export class ForwardKeeper {
  readonly #options: ForwardKeeperOptions;
  readonly #views = new Map<string, ControlView>();
  readonly #running = new Map<string, Map<string, Running>>();
  readonly #lags = new Map<string, Map<string, Lag>>();
  #isStarted = false;
  #isClosed = false;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ForwardKeeperOptions) {
    this.#options = options;
    const { metrics } = options;
    const told: [name: string, help: string, member: keyof Lag][] = [
      ['sallyport_forward_lag_entries', 'Entries of the log that a forward has not dealt with yet.', 'entries'],
      ['sallyport_forward_lost_entries', 'Entries that the target refused for good or that were gone before they were sent.', 'lost'],
      ['sallyport_forward_failures', 'Failures of a forward since its last success.', 'failures'],
    ];
    for (const [name, help, member] of told) metrics.gaugeByOrg(name, help, () => this.#samples(member), 'forward');
  }

  /** `alone`: no other gateway is there, so no lease of a killed one need be waited for. */
  start(alone: boolean): void {
    this.#isStarted = true;
    if (alone) for (const { org } of this.#views.values()) this.#work = this.#work.then(() => this.#free(org));
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
    for (const org of this.#views.keys()) this.#soon(org);
  }

  /** Called with every change of objects. */
  follow(view: ControlView): void {
    const before = this.#views.get(view.org);
    this.#views.set(view.org, view);
    if (this.#isStarted && (!before || view.changedKinds.has('forward') || view.changedKinds.has('secret'))) this.#soon(view.org);
  }

  /** Why the forward cannot even be tried; undefined when it is at work or not there. */
  problemOf(org: string, name: string): string | undefined {
    return this.#running.get(org)?.get(name)?.problem;
  }

  /** Sends one test record where the forward sends, past the queue; its cursor stays where it is. undefined: there is no such forward. */
  async test(org: string, name: string, author: string): Promise<ForwardTest | undefined> {
    await this.#work;
    const view = this.#views.get(org);
    const object = view?.get('forward', name);
    if (!view || !object) return undefined;
    const { core, instance } = this.#options;
    const record = testRecord({ org, forward: name, revision: view.revision, timeMs: core.clock.nowMs(), author });
    const beganMs = core.clock.monotonicMs();
    const tested = (result: SendResult): ForwardTest => ({
      ...{ result, hash: record.entry.hash },
      durationMs: Math.round(core.clock.monotonicMs() - beganMs),
    });
    const failed = (reason: string): ForwardTest => tested({ type: 'failed', reason });
    const running = this.#running.get(org)?.get(name);
    if (running?.problem !== undefined) return failed(running.problem);
    const worker = (await core.store.forwards.forwards(org)).find((cursor) => cursor.name === name)?.owner;
    // A file is written by one gateway at a time.
    if (object.spec.target.type === 'file' && worker && worker !== instance) return failed(`${worker} writes this file; ask that gateway`);
    const sender = running?.sender ?? this.#open(object, view);
    if (!('send' in sender)) return failed(sender.problem);
    try {
      return tested(await sendTest(sender, record));
    } finally {
      if (sender !== running?.sender) await sender.close();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#work;
    await Promise.all([...this.#running.values()].flatMap((running) => [...running.values()].map((one) => one.stop())));
  }

  #soon(org: string): void {
    this.#work = this.#work
      .then(() => this.#settle(org))
      .catch((error: unknown) => this.#options.logger.error({ org, why: String(error) }, 'forwards could not be brought up to date'));
  }

  async #free(org: string): Promise<void> {
    await this.#options.core.store.forwards.freeForwards(org).catch(() => undefined); // then the leases end by themselves
  }

  async #settle(org: string): Promise<void> {
    const view = this.#views.get(org);
    if (this.#isClosed || !view) return;
    const running = this.#running.get(org) ?? new Map<string, Running>();
    this.#running.set(org, running);
    const wanted = new Map(
      view.list('forward').flatMap((object) => (object.spec.disabled ? [] : [[object.metadata.name, object] as const])),
    );
    for (const [name, one] of running) {
      const object = wanted.get(name);
      if (object && one.version === versionOf(object, view)) continue;
      running.delete(name);
      await one.stop();
    }
    for (const [name, object] of wanted) if (!running.has(name)) running.set(name, await this.#begin(object, view, running.size));
    await this.#lookAt(org);
  }

  async #begin(object: StoredObject<'forward'>, view: ControlView, others: number): Promise<Running> {
    const { logger } = this.#options;
    const { org } = view;
    const sender = others >= MAX_FORWARDS ? TOO_MANY : this.#open(object, view);
    const version = versionOf(object, view);
    if ('send' in sender) {
      const stop = this.#pump(object, org, sender, await this.#createdAt(org, object));
      return { version, problem: undefined, sender, stop };
    }
    logger.error({ org, forward: object.metadata.name, why: sender.problem }, 'a forward cannot work');
    return { version, problem: sender.problem, sender: undefined, stop: async () => undefined };
  }

  #open(object: StoredObject<'forward'>, view: ControlView): Sender | { problem: string } {
    const { core, config, version } = this.#options;
    const sealer = secretSealer(core.vault, view.org);
    const sender = openSender(object, {
      org: view.org,
      version,
      clock: core.clock,
      directory: config.audit.forwardDirectory,
      openSecret: (name) => {
        const secret = view.secret(name);
        return secret && sealer.open(name, secret.spec.sealed);
      },
    });
    return 'send' in sender ? new SenderInTurn(sender) : sender;
  }

  /** Revision of the change that made it, after whatever of the same name was deleted before. */
  async #createdAt(org: string, { metadata: { name }, revision = 0 }: StoredObject<'forward'>): Promise<number> {
    const versions = await this.#options.core.store.objects.history(org, 'forward', name, MAX_VERSIONS);
    const deleted = versions.findIndex(({ document }) => document === undefined);
    return (deleted < 0 ? versions : versions.slice(0, deleted)).at(-1)?.revision ?? revision;
  }

  #pump({ metadata: { name }, spec }: StoredObject<'forward'>, org: string, sender: Sender, created: number): () => Promise<void> {
    const { core, logger, instance, random = systemRandom } = this.#options;
    const about = { org, forward: name };
    const pump = new Pump({
      ...{ org, name, start: spec.start, created, owner: instance, sender },
      log: core.store.log,
      store: core.store.forwards,
      filter: compileFilter(spec.match),
      clock: core.clock,
      random: () => (random.bytes(1)[0] ?? 0) / 256,
      pause: (ms, signal) => timeout(ms, undefined, { signal, ref: false }).catch(() => undefined),
      onFailure: (why) => logger.warn({ ...about, why }, 'a forward failed and will be tried again'),
      onLost: (count, why) => logger.error({ ...about, count, why }, 'entries were not forwarded and will not be'),
    });
    const end = new AbortController();
    const running = pump.run(end.signal).catch((error: unknown) => logger.error({ ...about, why: String(error) }, 'a forward ended'));
    return async () => {
      end.abort();
      await running;
      await sender.close();
    };
  }

  async #look(): Promise<void> {
    for (const [org, running] of this.#running) if (running.size > 0 || this.#lags.has(org)) await this.#lookAt(org).catch(() => undefined); // the next look tells
  }

  async #lookAt(org: string): Promise<void> {
    const { log, forwards } = this.#options.core.store;
    const [head, cursors] = await Promise.all([log.head(org), forwards.forwards(org)]);
    const view = this.#views.get(org);
    const names = new Set(view?.list('forward').map(({ metadata }) => metadata.name));
    const known = cursors.filter(({ name }) => names.has(name));
    if (view && known.length < cursors.length) await forwards.keepForwards(org, [...names], view.revision);
    const lags = known.map(
      ({ name, next, lost, failures }) => [name, { entries: Math.max(0, head.seq + 1 - next), lost, failures }] as const,
    );
    if (cursors.length === 0) this.#lags.delete(org);
    else this.#lags.set(org, new Map(lags));
  }

  *#samples(member: keyof Lag): Generator<readonly [string, number, string]> {
    for (const [org, lags] of this.#lags) for (const [name, lag] of lags) yield [org, lag[member], name];
  }
}

function versionOf(object: StoredObject<'forward'>, view: ControlView): string {
  const secrets = referencesOf(object).map(({ name }) => `${name}@${view.secret(name)?.revision ?? 0}`);
  return [object.revision ?? 0, ...secrets].join(' ');
}
