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
    const { address, port } = system as { address?: string; port?: number };
    const where = port === undefined ? 'An address that the gateway should listen at' : `Port ${port} of ${address}`;
    const message = `${where} is in use by another program. Stop it, or choose another port (--listen for agents, --admin for operators).`;
    return { code: 'port_in_use', message, details: [] };
  }
  const unusable = addressProblem(system);
  if (unusable !== undefined) return { code: 'usage', message: unusable, details: [] };
  if (typeof system?.syscall === 'string' && typeof system.code === 'string')
    return { code: 'file_unreadable', message: fileProblem(system), details: [] };
  const why = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `This is a bug: ${why}. Please report it.`, details: [] };
}

/** What the system said of an address to listen at; undefined when it was about something else. */
function addressProblem(error: unknown): string | undefined {
  const { code, syscall, address, port } = (error ?? {}) as NodeJS.ErrnoException & { address?: string; port?: number };
  if (syscall !== 'listen' || port === undefined) return undefined;
  const where = '(--listen for agents, --admin for operators)';
  if (code === 'EACCES')
    return `This user may not open port ${port} of ${address}. Choose one from 1024 on ${where}, or run as a user that may.`;
  return code === 'EADDRNOTAVAIL' ? `This machine has no address ${address}. Name one that it has ${where}.` : undefined;
}

/** What the system said of a file, and what to do about it. */
function fileProblem({ code, message, path }: NodeJS.ErrnoException): string {
  const next = FILE_STEPS[code ?? ''];
  const what = path === undefined ? '' : ` ${path}`;
  return next === undefined ? message : `${next.why}${what} (${code}). ${next.step}`;
}

const OWNER = 'Run as the user that owns it, check owner and mode of it and its folder, or name another data directory with --data.';
const FILE_STEPS: Readonly<Record<string, { why: string; step: string }>> = {
  EACCES: { why: 'This user may not use', step: OWNER },
  EPERM: { why: 'This user may not use', step: OWNER },
  ENOENT: { why: 'There is no file or folder', step: 'Check the name: it is looked for from the folder you are in.' },
  EISDIR: { why: 'Not a file but a folder:', step: 'Name a file in it.' },
  EROFS: { why: 'The file system cannot be written:', step: 'Name a place that can be written, such as a data directory with --data.' },
  ENOSPC: { why: 'There is no space left for', step: 'Make room, then try again.' },
  ENOTDIR: { why: 'A part of this path is no folder:', step: 'Check the path.' },
};

/** The text of any error for a line of a report; of our own errors only the public message. */
export function messageOf(error: unknown): string {
  const system = error as NodeJS.ErrnoException;
  const unusable = addressProblem(system);
  if (unusable !== undefined) return unusable;
  if (typeof system?.syscall === 'string' && typeof system.code === 'string') return fileProblem(system);
  return error instanceof Error ? error.message : String(error);
}
