// The oldest entries into segment files by themselves, and then out of the database, as far as rules let them go; by one gateway at a time.
// INVARIANT: nothing leaves the database that is not in a file on the disk that was read again and verifies, and no file is ever written over
// (test/scenario/archive-schedule.test.ts).
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ArchiveContext, headAt, isCrossed, removable } from '../admin/archive-log.ts';
import type { Checkpointer } from '../audit/checkpointer.ts';
import { BLOCK_LEAVES } from '../audit/merkle.ts';
import { SEGMENT_FORMAT, type SegmentHead } from '../audit/segment.ts';
import { readSegment, segmentBytes } from '../audit/segment-file.ts';
import { LogVerifier } from '../audit/verify.ts';
import { GatewayError } from '../lib/error.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { Logger } from '../observe/log.ts';
import type { KeeperOptions } from './retention-keeper.ts';

/** Who works holds the work for this long after its last step, milliseconds. */
const HOLD_MS = 120_000;
const WORK = 'archive';
/** As whoever took entries out stands in the log. */
const AUTHOR = 'gateway';

export interface ArchiveOptions extends Pick<KeeperOptions, 'core' | 'controls' | 'instance' | 'longestCallMs'> {
  checkpointer: Pick<Checkpointer, 'segment' | 'keepBlocks' | 'keys'>;
  logger: Pick<Logger, 'info' | 'error'>;
  /** undefined: nothing is archived by itself. */
  directory: string | undefined;
  intervalMs: number;
}

/** A file that was begun and is nobody's any more: its gateway ended before it was whole, milliseconds. */
const GIVEN_UP_MS = 86_400_000;
const UNFINISHED = '.unfinished';

/** How archiving by itself is doing, of one organization and as far as this process knows. */
export interface ArchiveState {
  /** When it was last tried; undefined: not yet, or another gateway was at it. */
  triedMs: number | undefined;
  problem: ArchiveProblem | undefined;
}

export interface ArchiveProblem {
  code: string;
  /** For operators of this organization: names no folder of the machine. */
  text: string;
  /** Since when every try fails. */
  sinceMs: number;
}

interface Segment {
  path: string;
  to: number;
}

/** Read again from the disk, and verified. */
interface Checked extends Segment {
  hash: string;
  file: string;
}

export class ArchiveKeeper {
  readonly #options: ArchiveOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosing = false;
  readonly #states = new Map<string, ArchiveState>();
  /** Told of each try that failed, and of the first one that did not. */
  onTried: (org: string, what: 'failed' | 'recovered', problem: ArchiveProblem) => void = () => undefined;

  constructor(options: ArchiveOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.directory === undefined) return;
    this.#timer = setInterval(() => void this.settled(), this.#options.intervalMs).unref();
  }

  /** What may be archived by now is, or was tried, when it resolves. Never rejects. */
  settled(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Organizations whose last try failed. */
  failing(): string[] {
    return [...this.#states].filter(([, { problem }]) => problem !== undefined).map(([org]) => org);
  }

  /** undefined: nothing of this organization is archived by itself, by this process. */
  state(org: string): ArchiveState | undefined {
    const { directory, controls } = this.#options;
    const control = controls.all().find((one) => one.org === org);
    if (directory === undefined || !control || !mayArchive(control.view)) return undefined;
    return this.#states.get(org) ?? { triedMs: undefined, problem: undefined };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #work(): Promise<void> {
    const { directory, controls, core, instance } = this.#options;
    if (directory === undefined) return;
    for (const { org, view } of controls.all()) {
      if (mayArchive(view)) await this.#tryOne(org, join(directory, org));
      else this.#states.delete(org);
    }
    const nowMs = core.clock.nowMs();
    await core.store.retention.claimWork(WORK, instance, nowMs, nowMs - 1).catch(() => false); // the lease ends by itself
  }

  async #tryOne(org: string, folder: string): Promise<void> {
    const { logger, core } = this.#options;
    const before = this.#states.get(org)?.problem;
    try {
      let isOurs = false;
      while (!this.#isClosing && (await this.#claim())) {
        isOurs = true;
        if (!(await this.#archiveOne(org, folder))) break;
      }
      // Another gateway is at it: what this one met is not known to be mended.
      if (!isOurs) return;
      this.#states.set(org, { triedMs: core.clock.nowMs(), problem: undefined });
      if (before) this.onTried(org, 'recovered', before);
    } catch (error) {
      const nowMs = core.clock.nowMs();
      const problem = { ...problemOf(error), sinceMs: before?.sinceMs ?? nowMs };
      this.#states.set(org, { triedMs: nowMs, problem });
      const why = error instanceof Error ? error.message : String(error);
      logger.error({ org, folder, why }, 'the oldest entries of the log could not be archived');
      this.onTried(org, 'failed', problem);
    }
  }

  /** False when nothing (more) may go. */
  async #archiveOne(org: string, folder: string): Promise<boolean> {
    const { core, logger } = this.#options;
    const { log: logStore, retention } = core.store;
    const context: ArchiveContext = { org, logStore, retention, clock: core.clock, longestCallMs: this.#options.longestCallMs };
    const view = await this.#view(org);
    const archived = (await retention.archived(org))?.seq ?? 0;
    const { to, rule } = await removable(context, view, archived);
    if (rule === undefined || to <= archived) return false;
    const left = await leftBefore(context, folder, archived + 1, to);
    const segment = left ? await this.#checked(org, left, archived + 1) : await this.#write(org, folder, archived + 1, to);
    const { hash, file } = segment;
    const head = await headAt(context, segment.to);
    if (head?.hash !== hash) throw unsound(segment.path, 'is not of this log; move it away');
    // Whoever wrote it may have ended before it was there for good.
    await onDisk(segment.path, folder);
    const entry = await this.#remove(context, view, { head, file, from: archived + 1, rule });
    if (entry !== undefined) logger.info({ org, file: segment.path, from: archived + 1, to: segment.to, entry }, 'entries were archived');
    return entry !== undefined;
  }

  async #remove(
    { org }: ArchiveContext,
    view: ControlView,
    { head, file, from, rule }: { head: NonNullable<Awaited<ReturnType<typeof headAt>>>; file: string; from: number; rule: string },
  ): Promise<number | undefined> {
    const { core, checkpointer, instance } = this.#options;
    const { seq: to, hash } = head;
    await checkpointer.keepBlocks(org, to / BLOCK_LEAVES);
    if (!(await this.#claim())) return undefined;
    const fields = { event: 'archive' as const, timeMs: core.clock.nowMs(), from, to, hash, file, rule, author: AUTHOR, instance };
    const entry = core.log.entry(org, { type: 'system', fields });
    const removed = await core.store.retention.removeEntries(org, head, view.revision, entry);
    return removed.type === 'erased' ? removed.receipt.seq : undefined;
  }

  /** Under its name it is there whole and on the disk, or not at all. */
  async #write(org: string, folder: string, from: number, to: number): Promise<Checked> {
    const { core, checkpointer } = this.#options;
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await onDisk(dirname(folder), dirname(made));
    await removeGivenUp(folder, core.clock.nowMs());
    const path = join(folder, `${org}-${from}-${to}.segment.jsonl`);
    const unfinished = join(folder, `.${randomUUID()}${UNFINISHED}`);
    const head: SegmentHead = { format: SEGMENT_FORMAT, version: 1, org, from, to, ...(await checkpointer.segment(org, from, to)) };
    try {
      const out = await open(unfinished, 'wx', 0o600);
      try {
        // All of it: a disk that fills up takes a part of what it is given, and says nothing.
        for await (const chunk of segmentBytes(head, core.store.log.read({ org, fromSeq: from, toSeq: to }))) await out.appendFile(chunk);
        await out.sync();
      } finally {
        await out.close();
      }
      // What does not verify gets no name, or it would be in the way of the next try.
      const checked = await this.#checked(org, { path: unfinished, to }, from);
      await link(unfinished, path);
      return { ...checked, path };
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** Read again from the disk. Throws for anything that does not verify alone, with the keys of this log. */
  async #checked(org: string, { path, to }: Segment, from: number): Promise<Checked> {
    // Whoever reads something else may wait for ever.
    if (!(await stat(path)).isFile()) throw unsound(path, 'is no regular file; move it away');
    const log = new LogVerifier({ allowPartial: true });
    const digest = createHash('sha256');
    const chunks = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of createReadStream(path)) {
        digest.update(chunk as Uint8Array);
        yield chunk as Uint8Array;
      }
    };
    const check = await readSegment(chunks(), log, await this.#options.checkpointer.keys(org));
    const { state, reason = '' } = check?.verdict() ?? { state: 'broken' as const };
    const { head, state: chain } = log.verdict();
    if (state !== 'sound' || chain === 'broken' || head?.seq !== to || check?.head.from !== from)
      throw unsound(path, `does not verify, so nothing was taken out of the database; move it away: ${reason || 'it ends early'}`);
    return { path, to, hash: head.hash, file: digest.digest('hex') };
  }

  async #claim(): Promise<boolean> {
    const { core, instance } = this.#options;
    const nowMs = core.clock.nowMs();
    // Whoever is alone on the store need not wait for one that is gone.
    const othersMs = (await core.store.presence.count()) <= 1 ? Number.MAX_SAFE_INTEGER : nowMs;
    return core.store.retention.claimWork(WORK, instance, othersMs, nowMs + HOLD_MS);
  }

  async #view(org: string): Promise<ControlView> {
    const { revision } = await this.#options.core.store.log.head(org);
    return (await this.#options.controls.atLeast(org, revision)).view;
  }
}

function mayArchive(view: ControlView): boolean {
  return view.list('retention').some(({ spec }) => spec.archive !== undefined);
}

function unsound(path: string, what: string): GatewayError {
  return new GatewayError('segment_unsound', `${basename(path)} ${what}`, { detail: path });
}

function problemOf(error: unknown): { code: string; text: string } {
  if (error instanceof GatewayError) return { code: error.code, text: error.message };
  const { code, syscall } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (typeof code !== 'string') return { code: 'unknown', text: 'it failed; the process log says why' };
  const at = typeof syscall === 'string' ? `${code} at ${syscall}` : code;
  return { code, text: `a file could not be written or read (${at}); the process log names it` };
}

/** A file of these entries that is there already: written before a gateway ended, or by hand. It is used as it is. */
async function leftBefore(context: ArchiveContext, folder: string, from: number, to: number): Promise<Segment | undefined> {
  const { org } = context;
  const begin = `${org}-${from}-`;
  const names = await readdir(folder).catch(() => []);
  const ends = names
    .filter((name) => name.startsWith(begin) && name.endsWith('.segment.jsonl'))
    .map((name) => Number(name.slice(begin.length, -'.segment.jsonl'.length)))
    .filter((end) => Number.isSafeInteger(end) && end >= from && end <= to);
  const end = ends.length === 0 ? undefined : Math.max(...ends);
  if (end === undefined || (end < to && (await isCrossed(context, end)))) return undefined;
  return { path: join(folder, `${begin}${end}.segment.jsonl`), to: end };
}

async function removeGivenUp(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.') || !name.endsWith(UNFINISHED)) continue;
    const path = join(folder, name);
    const changedMs = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (changedMs !== undefined && changedMs < nowMs - GIVEN_UP_MS) await rm(path, { force: true });
  }
}

/** Files and folders: what is in them survives the loss of power. */
async function onDisk(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const at = await open(path, 'r');
    await at.sync().finally(() => at.close());
  }
}
