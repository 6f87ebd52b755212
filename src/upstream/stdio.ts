// A server as a child process: one JSON-RPC text per line on stdin and stdout (MCP 2025-11-25 and 2026-07-28, stdio transport).
// Own process group, own short environment, every buffer bounded. Never leaves a process behind and never lets output that is no message pass.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type Clock, systemClock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import type { Duplex } from './channel.ts';
import { ChildOutput, type OutputSink } from './child-output.ts';
import { childEnvironment } from './environment.ts';
import { LineReader } from './line-reader.ts';
import { MARKER_NAME, type OrphanGuard } from './orphan-guard.ts';
import { ProcessGroup } from './process-group.ts';
import type { Veil } from './veil.ts';

/** Bytes of one message from a server. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Bytes waiting for a server that does not read its stdin. */
export const MAX_UNREAD_BYTES = 32 * 1024 * 1024;
/** Milliseconds between closing stdin and SIGTERM, and between SIGTERM and SIGKILL. */
export const DEFAULT_GRACE_MS = 2_000;
export const DEFAULT_TERM_MS = 2_000;
/** `reason` of a channel that the gateway closed itself; every other reason is the server's doing. */
export const CLOSED_BY_GATEWAY = 'closed by the gateway';
/** Milliseconds for the last lines of a process that ended, when something else still holds its stdout open. */
const LAST_LINES_MS = 250;
/** Milliseconds a listener may take for what a dead server still said; then the end is reported without it. */
const LAST_LISTENER_MS = 10_000;

export interface StdioOptions {
  command: string;
  args: readonly string[];
  cwd: string | undefined;
  /** Variables of the server object and the lease; they win over the inherited ones. */
  env: Readonly<Record<string, string>>;
  /** The gateway's own environment; only the names of environment.ts are taken from it. */
  ownEnv: Readonly<Record<string, string | undefined>>;
  /** Names the server in errors for the operator. */
  label: string;
  /** Takes stderr and stray stdout lines; for the operator's log only. */
  onOutput: OutputSink;
  /** Takes the server's credential out of its output. */
  veil?: Veil;
  /** Without one, nothing ends the server when the gateway is killed with SIGKILL. */
  guard: OrphanGuard | undefined;
  clock?: Clock;
  maxLineBytes?: number;
  maxUnreadBytes?: number;
  graceMs?: number;
  termMs?: number;
}

export interface StdioChannel extends Duplex {
  readonly pid: number;
  /** Last lines of stderr, oldest first, cut; for the operator only. */
  lastLines(): readonly string[];
}

/** Resolves when the process runs; rejects with GatewayError `upstream_unreachable` when it cannot be started. */
export async function spawnStdio(options: StdioOptions): Promise<StdioChannel> {
  let child: ChildProcessWithoutNullStreams | undefined;
  const start = (marker: string | undefined): number | undefined => {
    child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { ...childEnvironment(options.ownEnv, options.env), ...(marker === undefined ? {} : { [MARKER_NAME]: marker }) },
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return child.pid;
  };
  try {
    if (options.guard) options.guard.adopt(start);
    else start(undefined);
  } catch (error) {
    throw cannotStart(options, error);
  }
  if (child === undefined) throw cannotStart(options, undefined);
  const started = child;
  if (started.pid === undefined) {
    for (const stream of [started.stdin, started.stdout, started.stderr]) stream?.on('error', () => {});
    throw cannotStart(options, await new Promise((resolve) => started.once('error', resolve)));
  }
  return new ChildChannel(started, started.pid, options);
}

/** Quotes the code of the failure only: texts of the runtime may quote arguments. */
function cannotStart(options: StdioOptions, error: unknown): GatewayError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const hint = code === 'ENOENT' ? ' (is the command on the PATH, and does the working directory exist?)' : '';
  return new GatewayError('upstream_unreachable', 'the server could not be started', {
    detail: `${options.label}: command ${options.command.slice(0, 200)}: ${typeof code === 'string' ? code : 'cannot be started'}${hint}`,
  });
}

class ChildChannel implements StdioChannel {
  readonly pid: number;
  readonly closed: Promise<{ reason: string }>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #options: StdioOptions;
  readonly #group: ProcessGroup;
  readonly #output: ChildOutput;
  readonly #lines: LineReader;
  readonly #resolveClosed: (value: { reason: string }) => void;
  #listener: ((text: string) => Promise<void> | undefined) | undefined;
  #waiting = false;
  #waitingChunks: Buffer[] = [];
  /** Why the channel is lost; set before it is over, so that what the server still said is handed out first. */
  #dying: string | undefined;
  #drained = false;
  /** Set once the channel is over. */
  #reason: string | undefined;
  #unreadBytes = 0;
  #ending: Promise<void> | undefined;

  constructor(child: ChildProcessWithoutNullStreams, pid: number, options: StdioOptions) {
    this.pid = pid;
    this.#child = child;
    this.#options = options;
    this.#group = new ProcessGroup(pid);
    this.#output = new ChildOutput(options.onOutput, options.clock ?? systemClock, options.veil);
    this.#lines = new LineReader({ maxLineBytes: options.maxLineBytes ?? MAX_LINE_BYTES, crEndsLine: false });
    const { promise, resolve } = Promise.withResolvers<{ reason: string }>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#wire();
  }

  lastLines(): readonly string[] {
    return this.#output.lastLines;
  }

  onMessage(listener: (text: string) => Promise<void> | undefined): void {
    this.#listener = listener;
    this.#child.stdout.resume();
  }

  send(text: string): Promise<void> {
    // A raw line end in a JSON text can only be insignificant white space (RFC 8259 §7: inside a string it must be escaped).
    const line = Buffer.from(`${/[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text}\n`);
    if (this.#dying !== undefined || this.#reason !== undefined) return Promise.reject(this.#closedError());
    if (this.#unreadBytes + line.length > (this.#options.maxUnreadBytes ?? MAX_UNREAD_BYTES)) {
      return Promise.reject(new GatewayError('upstream_closed', 'the server does not read its messages', { detail: this.#options.label }));
    }
    this.#unreadBytes += line.length;
    return new Promise((resolve, reject) => {
      this.#child.stdin.write(line, (error) => {
        this.#unreadBytes -= line.length;
        if (error) reject(this.#closedError());
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    this.#finish(CLOSED_BY_GATEWAY);
    return this.#end(this.#options.graceMs ?? DEFAULT_GRACE_MS);
  }

  #wire(): void {
    const { stdin, stdout, stderr } = this.#child;
    stdout.pause();
    stdout.on('data', (chunk: Buffer) => this.#onData(chunk));
    stderr.on('data', (chunk: Buffer) => this.#output.stderr(chunk));
    stderr.on('end', () => this.#output.end());
    // Streams end a moment before the exit is known, and the exit is the better reason: it gets that moment.
    stdout.on('end', () => this.#loseSoon('it closed its output'));
    stdout.on('error', () => this.#loseSoon('its output broke'));
    stdin.on('error', () => this.#loseSoon('it closed its input'));
    stderr.on('error', () => {});
    this.#child.on('error', () => {});
    this.#child.on('exit', (code, signal) => this.#lose(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`));
    this.#child.on('close', () => this.#onDrained());
  }

  #onData(chunk: Buffer): void {
    if (this.#reason !== undefined) return;
    if (this.#waiting) this.#waitingChunks.push(chunk);
    else {
      this.#lines.feed(chunk);
      this.#drain();
    }
  }

  #drain(): void {
    while (this.#reason === undefined) {
      const line = this.#lines.next();
      if (line === undefined) {
        if (this.#lines.overflowed) {
          this.#finish(`it sent a line longer than ${this.#options.maxLineBytes ?? MAX_LINE_BYTES} bytes`);
          void this.#end(0);
          return;
        }
        const chunk = this.#waitingChunks.shift();
        if (chunk === undefined) return;
        this.#lines.feed(chunk);
      } else if (!looksLikeMessage(line)) {
        if (line.trim() !== '') this.#output.stdout(line);
      } else {
        const taken = this.#deliver(line);
        if (taken) {
          this.#waitFor(taken);
          return;
        }
      }
    }
  }

  #deliver(line: string): Promise<void> | undefined {
    try {
      return this.#listener?.(line);
    } catch {
      this.#lose('the gateway failed on a message');
      return undefined;
    }
  }

  #waitFor(taken: Promise<void>): void {
    this.#waiting = true;
    this.#child.stdout.pause();
    taken.then(
      () => {
        this.#waiting = false;
        this.#drain();
        if (this.#waiting) return;
        this.#child.stdout.resume();
        this.#finishLost();
      },
      () => {
        this.#waiting = false;
        this.#lose('the gateway failed on a message');
      },
    );
  }

  #loseSoon(reason: string): void {
    setTimeout(() => this.#lose(reason), LAST_LINES_MS);
  }

  /** The channel is of no use any more, not by our wish: nothing polite is owed to what is left of it. */
  #lose(reason: string): void {
    if (this.#dying !== undefined) return;
    this.#dying = reason;
    void this.#end(0);
    // What a dead process wrote is still in the pipe; a process that it left behind may hold the pipe open, so this does not wait for long.
    setTimeout(() => this.#onDrained(), LAST_LINES_MS);
    setTimeout(() => this.#finish(reason), LAST_LISTENER_MS).unref();
    this.#finishLost();
  }

  #onDrained(): void {
    this.#drained = true;
    this.#finishLost();
  }

  #finishLost(): void {
    if (this.#dying !== undefined && this.#drained && !this.#waiting) this.#finish(`${this.#dying}${this.#lastWords()}`);
  }

  #lastWords(): string {
    const lines = this.#output.lastLines;
    return lines.length === 0 ? '' : `; its last lines: ${lines.join(' | ')}`;
  }

  #finish(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#waitingChunks = [];
    this.#resolveClosed({ reason });
  }

  #end(graceMs: number): Promise<void> {
    this.#ending ??= this.#endGroup(graceMs);
    return this.#ending;
  }

  async #endGroup(graceMs: number): Promise<void> {
    const { stdin, stdout, stderr } = this.#child;
    stdin.end();
    // A server that writes while it shuts down must not block on us.
    if (!this.#waiting) stdout.resume();
    const gone = await this.#group.end({ graceMs, termMs: this.#options.termMs ?? DEFAULT_TERM_MS });
    if (!gone) this.#options.onOutput('stderr', 'a process of this server could not be ended with SIGKILL');
    this.#options.guard?.release(this.pid);
    await this.closed;
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
  }

  #closedError(): GatewayError {
    return new GatewayError('upstream_closed', 'the server is not running any more', {
      detail: `${this.#options.label}: ${this.#reason ?? this.#dying ?? 'its input is closed'}`,
    });
  }
}

/** Cheap test for what could be a JSON-RPC text: an object with members, or a batch of them. Whoever parses it has the last word. */
function looksLikeMessage(line: string): boolean {
  return /^\s*(?:\[\s*)?\{\s*"/.test(line) && /[}\]]\s*$/.test(line);
}
