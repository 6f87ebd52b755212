// The outside of a command as a port: where it writes, what it reads, who it is run by. Made once by main.ts.
// Never colours anything that is not a terminal, and never when NO_COLOR is set.
import { systemClock } from '../lib/clock.ts';

/** A signal repeated within this time is the same one: npm hands on a Ctrl-C that the terminal has already sent, milliseconds. */
const SAME_SIGNAL_MS = 500;

export interface Terminal {
  /** One or more lines on standard output; the last line end is added. */
  out(text: string): void;
  /** The same on standard error. */
  err(text: string): void;
  /** Text as it is on standard output; resolves when it is written. Rejects with OutputClosed when nobody reads it any more. */
  write(text: string | Uint8Array): Promise<void>;
  /** Replaces the progress line on standard error; empty clears it. Nothing happens when that is not a terminal. */
  progress(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** May text on standard output be coloured? */
  readonly color: boolean;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Calls back at the first Ctrl-C or SIGTERM instead of ending the process; returns the function that stops listening. */
  onInterrupt(listener: () => void): () => void;
}

/** Whoever read standard output has seen enough (`| head`): a reason to stop, not a failure. */
export class OutputClosed extends Error {}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  // Told by `write`; a gateway goes on when nobody reads what it printed at its start.
  stdout.on('error', () => undefined);
  stderr.on('error', () => undefined);
  const color = stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => {
          if (!error) resolve();
          else reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosed() : error);
        });
      }),
    progress: (text) => void (stderr.isTTY && stderr.write(`\r\u001b[2K${text}`)),
    env,
    color,
    stdin: process.stdin,
    onInterrupt: (listener) => {
      let toldMs: number | undefined;
      const heard = (signal: NodeJS.Signals): void => {
        const nowMs = systemClock.monotonicMs();
        if (toldMs === undefined) {
          toldMs = nowMs;
          listener();
        } else if (nowMs - toldMs > SAME_SIGNAL_MS) process.exit(signal === 'SIGINT' ? 130 : 143);
      };
      process.on('SIGINT', heard);
      process.on('SIGTERM', heard);
      return () => {
        // Told once, the command is ending: the same Ctrl-C, handed on again by npm, must not cut that short.
        if (toldMs !== undefined) return;
        process.off('SIGINT', heard);
        process.off('SIGTERM', heard);
      };
    },
  };
}
