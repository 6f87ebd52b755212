// The histories of all organizations that ask for one: built from what was kept and the log, told what this gateway decides, and following the
// log for what others decide. Kept now and then; what was not kept is read again from the log. Never on the path of a call.

import { setImmediate as breathe } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { AuditLog } from '../audit/log.ts';
import type { LogStore } from '../audit/port.ts';
import type { Logger } from '../observe/log.ts';
import { History, type Observed } from '../risk/history.ts';
import type { HistorySource } from '../risk/history-source.ts';
import type { HistoryStore } from '../risk/port.ts';
import { recordedCall, withArguments } from '../risk/recorded-call.ts';

/** Entries read at most when a history is built without a kept one; older ones are not remembered. */
export const MAX_REBUILD_ENTRIES = 200_000;
/** Between two looks at what other gateways decided, milliseconds. */
const FOLLOW_MS = 1_000;
const KEEP_MS = 300_000;
/** Lines written between two breaths of the event loop. */
const LINES_AT_ONCE = 200;

export interface KeeperOptions {
  log: LogStore;
  audit: Pick<AuditLog, 'value'>;
  store: HistoryStore;
  logger: Logger;
}

interface Kept {
  history: History;
  /** Every entry up to here is in it; undefined while it is being loaded. */
  seq: number;
  /** Entries beyond that are in it, or have nothing for it: written here. */
  beyond: Set<number>;
  changed: boolean;
  /** Calls that came while it is being written down: they are in it when that is done. */
  waiting: Observed[] | undefined;
}

export class HistoryKeeper implements HistorySource {
  readonly #options: KeeperOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #wanted = new Set<string>();
  #following: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();
  #timers: NodeJS.Timeout[] = [];

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timers = [setInterval(() => this.#soon(), FOLLOW_MS).unref(), setInterval(() => void this.keep(), KEEP_MS).unref()];
  }

  /** Called with every change of objects. */
  want(org: string, isWanted: boolean): void {
    if (!isWanted) {
      this.#wanted.delete(org);
      this.#kept.delete(org);
    } else if (!this.#wanted.has(org)) {
      this.#wanted.add(org);
      this.#soon();
    }
  }

  of(org: string): History | undefined {
    return this.#kept.get(org)?.history;
  }

  observe(org: string, seq: number, call: Observed): void {
    const kept = this.#kept.get(org);
    if (!kept || seq <= kept.seq) return;
    take(kept, call);
    kept.beyond.add(seq);
  }

  passOver(org: string, seq: number): void {
    const kept = this.#kept.get(org);
    if (kept && seq > kept.seq) kept.beyond.add(seq);
  }

  /** Everything that is in the log by now is in the histories when it resolves. */
  async settled(): Promise<void> {
    this.#soon();
    await this.#following;
  }

  /** What is kept already when this is called is waited for, too: nothing is under way when it resolves. */
  keep(): Promise<void> {
    this.#keeping = this.#keeping.then(() => this.#keepAll());
    return this.#keeping;
  }

  async #keepAll(): Promise<void> {
    for (const [org, kept] of this.#kept) {
      if (!kept.changed) continue;
      kept.changed = false;
      const { seq } = kept;
      const beyond = [...kept.beyond];
      try {
        await this.#options.store.saveHistory(org, { seq, beyond, data: await pack(kept) });
      } catch (error) {
        kept.changed = true;
        this.#options.logger.warn(
          { org, why: text(error) },
          'the history of calls could not be kept; it is read from the log again after a restart',
        );
      }
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#following;
    await this.keep();
  }

  /** One look after the other, however often it is asked for. */
  #soon(): void {
    this.#following = this.#following.then(() => this.#follow());
  }

  async #follow(): Promise<void> {
    for (const org of this.#wanted) {
      try {
        const kept = this.#kept.get(org) ?? (await this.#load(org));
        await this.#catchUp(org, kept);
      } catch (error) {
        this.#options.logger.warn({ org, why: text(error) }, 'the log could not be followed for the history of calls');
      }
    }
  }

  async #load(org: string): Promise<Kept> {
    const { store, log } = this.#options;
    const found = await store.loadHistory(org);
    const history = found && History.from((await unpack(found.data)).split('\n').filter((line) => line !== ''));
    const head = await log.head(org);
    const kept: Kept =
      found && history && found.seq <= head.seq
        ? { history, seq: found.seq, beyond: new Set(found.beyond), changed: false, waiting: undefined }
        : {
            history: new History(),
            seq: Math.max(0, head.seq - MAX_REBUILD_ENTRIES),
            beyond: new Set(),
            changed: false,
            waiting: undefined,
          };
    this.#kept.set(org, kept);
    return kept;
  }

  async #catchUp(org: string, kept: Kept): Promise<void> {
    const { log, audit } = this.#options;
    // What this gateway wrote itself is not read again, as far as nobody else wrote in between.
    while (kept.beyond.delete(kept.seq + 1)) kept.seq++;
    for await (const entry of log.read({ org, fromSeq: kept.seq + 1 })) {
      const recorded = kept.beyond.has(entry.seq) ? undefined : recordedCall(entry);
      // What this gateway decided a moment ago is about to be told to it; then it is in `beyond`.
      if (recorded) {
        const value =
          recorded.arguments === undefined ? undefined : await audit.value(org, recorded.arguments, entry.seq).catch(() => undefined);
        if (!kept.beyond.has(entry.seq)) take(kept, (value === undefined ? recorded : withArguments(recorded, value)).observed);
      }
      kept.beyond.delete(entry.seq);
      kept.seq = entry.seq;
    }
  }
}

function take(kept: Kept, call: Observed): void {
  kept.changed = true;
  if (kept.waiting) kept.waiting.push(call);
  else kept.history.observe(call);
}

/** INVARIANT: what is written down is the history as it was when this was called: calls since then are read from the log again (history-keeper.test.ts). */
async function pack(kept: Kept): Promise<Uint8Array> {
  const lines: string[] = [];
  kept.waiting = [];
  try {
    for (const line of kept.history.lines()) {
      lines.push(line);
      if (lines.length % LINES_AT_ONCE === 0) await breathe();
    }
  } finally {
    for (const call of kept.waiting) kept.history.observe(call);
    kept.waiting = undefined;
  }
  return promisify(gzip)(lines.join('\n'));
}

async function unpack(data: Uint8Array): Promise<string> {
  return (await promisify(gunzip)(data)).toString('utf8');
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
