// Gives checkpoints to the anchors of each organization when they are due, keeps what they sign in the note, and remembers how each is doing.
// Runs beside the calls: an anchor that fails is an entry, a metric and a word of doctor, never in the way of a call.
import { appendFile } from 'node:fs/promises';
import { type AnchorObject, anchorKind, askAnchor } from '../anchor/ask.ts';
import type { AnchorWire } from '../anchor/wire.ts';
import { parseCheckpoint } from '../audit/checkpoint.ts';
import type { Checkpointer } from '../audit/checkpointer.ts';
import type { AuditLog } from '../audit/log.ts';
import type { KeptCheckpoint } from '../audit/port.ts';
import { isTimeStampLine } from '../audit/time-stamp.ts';
import type { Clock } from '../lib/clock.ts';
import { systemRandom } from '../lib/id.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { Logger } from '../observe/log.ts';

/** Longest wait until an anchor that failed is asked again, milliseconds; sooner when its interval is shorter. */
export const RETRY_MS = 60_000;
/** Name under which the anchor file is reported. */
export const FILE_ANCHOR = '(file)';

export interface AnchorState {
  anchor: string;
  kind: string;
  /** Why the last attempt failed; undefined when it did not. */
  problem: string | undefined;
  /** Entries of the newest checkpoint that it vouched for or kept, as far as this process knows, and when. */
  size: number;
  doneMs: number | undefined;
  /** When it was last asked. */
  askedMs: number | undefined;
}

export interface AnchorKeeperOptions {
  wire: AnchorWire;
  checkpointer: () => Pick<Checkpointer, 'latest' | 'consistency' | 'addSignatures'>;
  log: Pick<AuditLog, 'record'>;
  clock: Clock;
  logger: Logger;
  instance: string;
  anchorFile: string | undefined;
  view(org: string): ControlView | undefined;
  /** The plain value of a secret of an organization. */
  secret(org: string, name: string, sealed: string): string | undefined;
}

export class AnchorKeeper {
  readonly #options: AnchorKeeperOptions;
  readonly #states = new Map<string, Map<string, AnchorState>>();
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(options: AnchorKeeperOptions) {
    this.#options = options;
  }

  /** How the anchors of an organization are doing; those that were never asked included. */
  states(org: string): AnchorState[] {
    const known = this.#states.get(org);
    const objects = this.#options.view(org)?.list('anchor') ?? [];
    const named = objects.map((object) => known?.get(object.metadata.name) ?? newState(object.metadata.name, anchorKind(object)));
    const file = known?.get(FILE_ANCHOR);
    return file ? [...named, file] : named;
  }

  /** Organizations with an anchor whose last attempt failed. */
  failing(): { org: string; count: number }[] {
    return [...this.#states.keys()].map((org) => ({ org, count: this.states(org).filter(({ problem }) => problem !== undefined).length }));
  }

  /** Anchors the newest checkpoint with whoever is due: with everybody that `names` says, or who has not had one for an interval. One round at a time. */
  round(org: string, names?: readonly string[]): Promise<void> {
    const next = (this.#busy.get(org) ?? Promise.resolve()).then(() => this.#round(org, names));
    this.#busy.set(
      org,
      next.catch(() => undefined),
    );
    return next;
  }

  /** Resolves when what runs has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  /** One line for each checkpoint; whoever keeps the file elsewhere can check the log against it: `verify --anchor`. */
  async write(org: string, { size, madeMs, note }: KeptCheckpoint): Promise<void> {
    const { anchorFile, clock } = this.#options;
    if (anchorFile === undefined) return;
    const line = JSON.stringify({ organization: org, size, time: new Date(madeMs).toISOString(), note });
    const problem = await appendFile(anchorFile, `${line}\n`, { mode: 0o600, flush: true }).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => `the anchor file cannot be written: ${error.code ?? 'unknown error'}`,
    );
    await this.#note(org, { anchor: FILE_ANCHOR, kind: 'file', problem, size, doneMs: clock.nowMs(), askedMs: clock.nowMs() });
  }

  async #round(org: string, names: readonly string[] | undefined): Promise<void> {
    const { view, clock, checkpointer } = this.#options;
    const objects = view(org)?.list('anchor') ?? [];
    const due = objects.filter((object) => (names ? names.includes(object.metadata.name) : this.#isDue(org, object, clock.nowMs())));
    if (due.length === 0) return;
    const [checkpoint] = await checkpointer().latest(org);
    if (!checkpoint) return;
    // Who signs comes before who keeps: what is kept then has the signatures.
    const signers = due.filter(({ spec }) => !spec.bucket);
    const before = checkpoint.note;
    await Promise.all(signers.map((object) => this.#ask(org, object, checkpoint, names !== undefined)));
    const [signed = checkpoint] = (await checkpointer().latest(org)).filter(({ size }) => size === checkpoint.size);
    if (signed.note !== before) await this.write(org, signed);
    await Promise.all(due.filter(({ spec }) => spec.bucket).map((object) => this.#ask(org, object, signed, names !== undefined)));
  }

  #isDue(org: string, { metadata, spec }: AnchorObject, nowMs: number): boolean {
    const state = this.#states.get(org)?.get(metadata.name);
    if (state?.askedMs === undefined) return true;
    const waitMs = state.problem === undefined ? spec.intervalMs : Math.min(spec.intervalMs, RETRY_MS);
    return nowMs >= state.askedMs + waitMs;
  }

  async #ask(org: string, object: AnchorObject, checkpoint: KeptCheckpoint, isWanted: boolean): Promise<void> {
    const { wire, clock, checkpointer, view, secret } = this.#options;
    const { name } = object.metadata;
    const state = this.#states.get(org)?.get(name) ?? newState(name, anchorKind(object));
    const nowMs = clock.nowMs();
    const done = { ...state, problem: undefined, size: checkpoint.size, doneMs: nowMs, askedMs: nowMs };
    if (state.problem === undefined && state.size === checkpoint.size && !isWanted)
      return void this.#put(org, { ...state, askedMs: nowMs });
    if (isSignedBy(object, checkpoint.note)) return this.#note(org, done);
    const { lines, problem } = await askAnchor(object, checkpoint.note, {
      wire,
      random: systemRandom,
      nowMs,
      oldSize: state.size,
      consistency: (oldSize) => checkpointer().consistency(org, oldSize, checkpoint.size),
      secret: (secretName) => {
        const sealed = view(org)?.secret(secretName)?.spec.sealed;
        return sealed === undefined ? undefined : secret(org, secretName, sealed);
      },
    });
    if (!lines) return this.#note(org, { ...state, problem, askedMs: nowMs });
    const isKept = lines.length === 0 || (await checkpointer().addSignatures(org, checkpoint.size, lines));
    return this.#note(org, isKept ? done : { ...state, problem: 'its signature does not fit into the note any more', askedMs: nowMs });
  }

  /** Remembers it, and writes to the log when it begins to fail or works again. */
  async #note(org: string, state: AnchorState): Promise<void> {
    const { log, clock, logger, instance } = this.#options;
    const { anchor, kind, problem, size } = state;
    const before = this.#states.get(org)?.get(anchor)?.problem;
    this.#put(org, state);
    if ((problem === undefined) === (before === undefined)) return;
    const what = problem === undefined ? ('recovered' as const) : ('failed' as const);
    logger[problem === undefined ? 'info' : 'warn']({ org, anchor, kind, why: problem }, `an anchor of the log ${what}`);
    const fields = { event: 'anchor' as const, timeMs: clock.nowMs(), what, anchor, kind, size, reason: problem, instance };
    await log
      .record(org, { type: 'system', fields })
      .catch((error: unknown) => logger.error({ org, anchor, why: String(error) }, 'the state of an anchor could not be recorded'));
  }

  #put(org: string, state: AnchorState): void {
    const states = this.#states.get(org) ?? new Map<string, AnchorState>();
    this.#states.set(org, states.set(state.anchor, state));
  }
}

function newState(anchor: string, kind: string): AnchorState {
  return { anchor, kind, problem: undefined, size: 0, doneMs: undefined, askedMs: undefined };
}

/** Another gateway, or this process before it was restarted, may have asked already. */
function isSignedBy({ metadata, spec }: AnchorObject, note: string): boolean {
  const signatures = parseCheckpoint(note)?.signatures ?? [];
  if (spec.timeStamp) return signatures.some((line) => line.name === metadata.name && isTimeStampLine(line));
  const [name, keyId] = spec.witness?.key.split('+') ?? [];
  return name !== undefined && signatures.some((line) => line.name === name && line.keyId === keyId);
}
