// Ends a whole process group: a server behind `sh -c` or `npx` is several processes, and a signal to the first would orphan the others.
// Never signals a group again once it was seen gone: its number may belong to somebody else by then.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds a group has after SIGKILL before it counts as gone: what is left then are zombies nobody reaps, or processes stuck in the kernel. */
export const KILL_WAIT_MS = 2_000;
const FIRST_POLL_MS = 5;
const MAX_POLL_MS = 50;
/** Polls between two looks into /proc, which cost a few milliseconds. */
const POLLS_PER_LOOK = 4;

export interface EndGroupOptions {
  /** Milliseconds to wait before SIGTERM, and between SIGTERM and SIGKILL. */
  graceMs: number;
  termMs: number;
}

export class ProcessGroup {
  readonly #pgid: number;
  #gone = false;

  /** The number of a group is that of its first process. */
  constructor(pgid: number) {
    // kill(-1) and kill(-0) would reach every process there is.
    if (!Number.isSafeInteger(pgid) || pgid < 2) throw new RangeError(`no process group: ${pgid}`);
    this.#pgid = pgid;
  }

  /** Waits, asks, insists; resolves with true when nothing of the group is left, with false when something outlived SIGKILL. */
  async end(options: EndGroupOptions): Promise<boolean> {
    if (await this.#goneWithin(options.graceMs)) return true;
    this.#signal('SIGTERM');
    if (await this.#goneWithin(options.termMs)) return true;
    this.#signal('SIGKILL');
    return this.#goneWithin(KILL_WAIT_MS);
  }

  alive(): boolean {
    if (!this.#gone) this.#signal(0);
    return !this.#gone;
  }

  #signal(signal: 0 | 'SIGTERM' | 'SIGKILL'): void {
    if (this.#gone) return;
    try {
      process.kill(-this.#pgid, signal);
    } catch (error) {
      // EPERM: the group exists but is not ours to signal (a set-uid child, or only zombies on some systems); nothing more can be done than wait.
      if ((error as { code?: unknown }).code === 'ESRCH') this.#gone = true;
    }
  }

  async #goneWithin(ms: number): Promise<boolean> {
    let leftMs = ms;
    let pollMs = FIRST_POLL_MS;
    for (let poll = 1; this.alive(); poll++) {
      if (poll % POLLS_PER_LOOK === 0 && (await onlyZombies(this.#pgid))) {
        // Zombies do not mind; one that was born while we looked does.
        this.#signal('SIGKILL');
        this.#gone = true;
      } else if (leftMs <= 0) return false;
      else {
        const waitMs = Math.min(pollMs, leftMs);
        await sleep(waitMs);
        leftMs -= waitMs;
        pollMs = Math.min(pollMs * 2, MAX_POLL_MS);
      }
    }
    return true;
  }
}

/**
 * Where nobody reaps orphans (a container whose first process is the gateway itself), dead processes keep their group in existence.
 * Linux tells them apart: proc(5), /proc/<pid>/stat, fields 3 (state) and 5 (group). Elsewhere the answer is no.
 */
async function onlyZombies(pgid: number): Promise<boolean> {
  let seen = 0;
  try {
    for (const pid of await readdir('/proc')) {
      if (!/^[0-9]+$/.test(pid)) continue;
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
      // The name in field 2 is in parentheses and may hold anything, parentheses included.
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(group) !== pgid) continue;
      if (state !== 'Z' && state !== 'X') return false;
      seen++;
    }
  } catch {
    return false;
  }
  return seen > 0;
}
