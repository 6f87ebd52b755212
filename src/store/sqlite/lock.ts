// One gateway process per data directory. A kernel lock (held through SQLite, released by any death) decides; a small file names the holder.
// Never judges by age: a lock is taken over only when its process is gone.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../../lib/error.ts';
import { isObject } from '../../lib/json.ts';
import { createForOwner } from './database.ts';

/** File whose kernel lock is held. It has no content of interest. */
export const LOCK_FILE = 'lock.db';
/** JSON that names the holder: pid, start time, boot. */
export const HOLDER_FILE = 'lock.json';

export interface Holder {
  pid: number;
  /** Start of the process in clock ticks since boot; undefined where the system does not tell. */
  startTicks: string | undefined;
  /** Identifier of this boot; undefined where the system does not tell. */
  bootId: string | undefined;
}

/** Creates the directory (mode 0700) when it is missing. Throws GatewayError `data_directory_in_use`. Returns the release function. */
export function lockDataDirectory(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const held = takeKernelLock(dataDir);
  try {
    const holder = readHolder(dataDir);
    // Second opinion for file systems whose locks do not work: same boot, same process, still running.
    if (holder && holder.pid !== process.pid && isRunning(holder)) throw inUse(dataDir, holder);
    const path = join(dataDir, HOLDER_FILE);
    writeFileSync(`${path}.new`, `${JSON.stringify(thisProcess())}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    held.close();
    throw error;
  }
  return () => {
    rmSync(join(dataDir, HOLDER_FILE), { force: true });
    held.close();
  };
}

/** Who uses the data directory now; undefined when nobody does, or the system does not tell. Takes and changes nothing. */
export function lockHolder(dataDir: string): Holder | undefined {
  const holder = readHolder(dataDir);
  return holder && isRunning(holder) ? holder : undefined;
}

function takeKernelLock(dataDir: string): DatabaseSync {
  createForOwner(join(dataDir, LOCK_FILE));
  const held = new DatabaseSync(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    held.exec('BEGIN EXCLUSIVE');
    return held;
  } catch (error) {
    held.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) throw inUse(dataDir, readHolder(dataDir));
    throw error;
  }
}

function inUse(dataDir: string, holder: Holder | undefined): GatewayError {
  const who = holder ? `process ${holder.pid}` : 'another process';
  return new GatewayError(
    'data_directory_in_use',
    `The data directory ${dataDir} is in use by ${who}. Stop that gateway first, or give this one another data directory.`,
  );
}

function readHolder(dataDir: string): Holder | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(dataDir, HOLDER_FILE), 'utf8'));
    if (!isObject(parsed) || !Number.isSafeInteger(parsed.pid)) return undefined;
    const { startTicks, bootId } = parsed;
    return {
      pid: Number(parsed.pid),
      startTicks: typeof startTicks === 'string' ? startTicks : undefined,
      bootId: typeof bootId === 'string' ? bootId : undefined,
    };
  } catch {
    return undefined;
  }
}

function thisProcess(): Holder {
  return { pid: process.pid, startTicks: startTicksOf(process.pid), bootId: currentBootId() };
}

/** Only a positive answer counts: where the system tells nothing, the kernel lock has already decided. */
function isRunning(holder: Holder): boolean {
  return holder.startTicks !== undefined && holder.bootId === currentBootId() && holder.startTicks === startTicksOf(holder.pid);
}

function startTicksOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // Field 22; the name in field 2 may hold spaces and brackets, so count from the last bracket.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function currentBootId(): string | undefined {
  return readText('/proc/sys/kernel/random/boot_id')?.trim();
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
