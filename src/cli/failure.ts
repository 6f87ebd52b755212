// How a command fails: a message that names the input and the next step, or one JSON value with --json, and the exit code that goes with it.
// Never prints a stack trace, the cause of an error, or the value of a secret.
import { CommanderError } from 'commander';
import type { PlacedProblem } from '../admin/contract.ts';
import { GatewayError } from '../lib/error.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { OutputClosed, type Terminal } from './terminal.ts';
import { printable } from './text-table.ts';

/** A failure with one line for every problem that was found. */
export class ListedFailure extends GatewayError {
  readonly details: readonly string[];
  /** Problems with their place in the objects that were sent. */
  readonly problems: readonly PlacedProblem[];
  constructor(code: string, message: string, details: readonly string[], problems: readonly PlacedProblem[] = []) {
    super(code, message);
    this.details = details;
    this.problems = problems;
  }
}

export function usageError(message: string): GatewayError {
  return new GatewayError('usage', message);
}

/** Prints the failure and returns the exit code. */
export function reportFailure(error: unknown, terminal: Terminal, json: boolean): number {
  terminal.progress('');
  if (error instanceof OutputClosed) return exitCode.ok;
  if (error instanceof CommanderError) return reportUsage(error, terminal, json);
  const { code, message, details } = readable(error);
  if (json) terminal.out(JSON.stringify({ error: { code, message, ...(details.length > 0 ? { details } : {}) } }));
  else
    for (const line of [`sallyport: ${message}`, ...details.filter((detail) => !message.includes(detail)).map((detail) => `  ${detail}`)])
      terminal.err(printable(line));
  return exitCodeOf(code);
}

/** Commander has printed its message already, unless a JSON value is wanted. Asking for help is no failure. */
function reportUsage(error: CommanderError, terminal: Terminal, json: boolean): number {
  if (error.exitCode === 0) return exitCode.ok;
  if (json) terminal.out(JSON.stringify({ error: { code: 'usage', message: error.message.replace(/^error: /, '') } }));
  return exitCode.usage;
}

function readable(error: unknown): { code: string; message: string; details: readonly string[] } {
  if (error instanceof GatewayError)
    return { code: error.code, message: error.message, details: error instanceof ListedFailure ? error.details : [] };
  const system = error as NodeJS.ErrnoException;
  if (system?.code === 'EADDRINUSE') {
    const message = `${system.message}. Another program listens there: stop it, or choose another port (--listen, --admin).`;
    return { code: 'port_in_use', message, details: [] };
  }
  // A file that cannot be read or written: the system's message names it.
  if (typeof system?.syscall === 'string' && typeof system.code === 'string')
    return { code: 'file_unreadable', message: fileText(system), details: [] };
  const why = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `This is a bug: ${why}. Please report it.`, details: [] };
}

function fileText({ code, message, path }: NodeJS.ErrnoException): string {
  if (path === undefined) return message;
  const shown = JSON.stringify(path);
  if (code === 'ENOENT') return `There is no file or folder ${shown}. Check the name: it is looked for from the folder you are in.`;
  if (code === 'EISDIR') return `${shown} is a folder. Name a file in it.`;
  if (code === 'ENOTDIR') return `${shown} leads through a file as if it were a folder. Check the path.`;
  if (code === 'EACCES' || code === 'EPERM')
    return `${shown} may not be read or written by you (${code}). Change its permissions, or be another user.`;
  return message;
}

/** The text of any error for a line of a report; of our own errors only the public message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
