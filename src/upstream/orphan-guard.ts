// No server process outlives the gateway, SIGKILL of the gateway included: one small shell process (under 2 MB) holds a pipe to the gateway,
// knows every live process group, and ends them when the pipe closes. It never speaks to a server and is not in the path of any message.
import { type ChildProcess, spawn } from 'node:child_process';
import { newId, type Random, systemRandom } from '../lib/id.ts';

/** Set in the environment of every stdio server; finds the one process that may have started but not been reported yet. */
export const MARKER_NAME = 'SALLYPORT_STDIO';
/** Times the guard is started again when something ends it; after that the operator is told that there is none. */
export const MAX_GUARD_RESTARTS = 5;

// `+ n` and `- n` add and remove a group, `q` is an orderly end. Reading nothing more means that the gateway is gone: ask, wait, insist.
// The gateway reports a process right after starting it. When it died in between, the number of the marker is the next after those reported;
// Linux shows it in /proc. (Elsewhere such a process has only the closed stdin to tell it, for those few microseconds.)
const SCRIPT = `
trap '' HUP INT QUIT TERM
mark=$1 count=$2 live=' '
while read -r verb group; do
  case $verb$group in
    q) exit 0 ;;
    [+-]*[!0-9]*) ;;
    +[0-9]*) count=$((count + 1)); live="$live$group " ;;
    -[0-9]*) case $live in *" $group "*) live="\${live%% $group *} \${live#* $group }" ;; esac ;;
  esac
done
end() {
  for group in $live; do kill -s "$1" -- "-$group"; done
  [ -d /proc/self ] || return 0
  for file in $(grep -las -- "$mark-$((count + 1))" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -s "$1" -- "\${pid%/environ}"
  done
}
end TERM
sleep 1
for group in $live; do kill -s 0 -- "-$group" && sleep 1 && break; done
end KILL
`;

export interface OrphanGuardOptions {
  /** PATH of the gateway, for the guard's own `grep` and `sleep`. */
  path: string | undefined;
  /** Told once when servers are not protected any more (no /bin/sh, or it keeps dying). */
  onUnprotected(reason: string): void;
  random?: Random;
}

export class OrphanGuard {
  readonly #options: OrphanGuardOptions;
  readonly #mark: string;
  readonly #groups = new Set<number>();
  #child: ChildProcess | undefined;
  #count = 0;
  #starts = 0;
  #closed = false;
  #unprotected = false;

  constructor(options: OrphanGuardOptions) {
    this.#options = options;
    this.#mark = `${MARKER_NAME}=${newId('g', 0, options.random ?? systemRandom)}`;
  }

  /** Process id of the guard; undefined when it is not running. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Runs `start`, which must start exactly one process group synchronously with the given marker in its environment, and takes it in.
   * INVARIANT: nothing happens between the start and the report, so at most one group is ever unreported (test: orphan-guard.test.ts).
   */
  adopt(start: (marker: string) => number | undefined): void {
    this.#run();
    const pgid = start(`${this.#mark.slice(MARKER_NAME.length + 1)}-${this.#count + 1}`);
    if (pgid === undefined) return;
    this.#count++;
    this.#groups.add(pgid);
    this.#tell(`+ ${pgid}\n`);
  }

  /** The group is gone. */
  release(pgid: number): void {
    if (this.#groups.delete(pgid)) this.#tell(`- ${pgid}\n`);
  }

  /** Call when every group was ended in order; groups that are left are ended now. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.ref();
    child.stdin?.end(this.#groups.size === 0 ? 'q\n' : '');
    await gone;
  }

  #run(): void {
    if (this.#child || this.#closed || this.#unprotected) return;
    if (this.#starts++ > MAX_GUARD_RESTARTS) {
      this.#fail('the guard process keeps ending');
      return;
    }
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'sallyport-guard', this.#mark, String(this.#count - this.#groups.size)], {
      // Its own group: a signal to the gateway's group, like Ctrl-C, must not reach it.
      detached: true,
      cwd: '/',
      env: { PATH: this.#options.path ?? '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child = child;
    child.on('error', (error) => {
      this.#child = undefined;
      this.#fail(error.message);
    });
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined;
      if (!this.#closed && this.#groups.size > 0) this.#run();
    });
    child.stdin?.on('error', () => {});
    child.unref();
    (child.stdin as { unref?: () => void } | null)?.unref?.();
    for (const pgid of this.#groups) this.#tell(`+ ${pgid}\n`);
  }

  #tell(line: string): void {
    this.#child?.stdin?.write(line);
  }

  #fail(reason: string): void {
    if (this.#unprotected || this.#closed) return;
    this.#unprotected = true;
    this.#options.onUnprotected(reason);
  }
}
