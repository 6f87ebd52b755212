// The master key: 32 bytes from a setting or from a 0600 file in the data directory, made at the first start.
// Never printed, never logged, never stored anywhere else; a file that others can read is refused.
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../lib/digest.ts';
import { GatewayError } from '../lib/error.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import { KEY_BYTES } from './envelope.ts';

export const MASTER_KEY_FILE = 'master.key';
export const NEXT_MASTER_KEY_FILE = 'master.key.next';

export interface MasterKey {
  /** First 8 hex characters of a digest of the key. */
  id: string;
  bytes: Uint8Array;
}

/** `current` wraps; `others` only unwrap what an earlier master key wrapped. */
export interface MasterKeys {
  current: MasterKey;
  others: readonly MasterKey[];
}

export interface MasterKeySource {
  /** Base64, base64url or hex of 32 bytes. When set, no file is read or made. */
  text: string | undefined;
  /** The key before the last rotation, same forms. */
  previousText: string | undefined;
  dataDir: string;
  /** Make the file when there is none. False for commands that must not create keys. */
  create: boolean;
  random?: Random;
}

/** Throws GatewayError `master_key_invalid`, `master_key_missing`, `master_key_exposed`. */
export function loadMasterKeys(source: MasterKeySource): MasterKeys {
  const previous = source.previousText === undefined ? [] : [parseMasterKey(source.previousText, 'SALLYPORT_MASTER_KEY_PREVIOUS')];
  if (source.text !== undefined) return { current: parseMasterKey(source.text, 'SALLYPORT_MASTER_KEY'), others: previous };
  const path = join(source.dataDir, MASTER_KEY_FILE);
  const next = readKeyFile(join(source.dataDir, NEXT_MASTER_KEY_FILE));
  const key = readKeyFile(path) ?? (source.create && !next ? createKeyFile(path, source.random) : undefined);
  if (next) return { current: next, others: key ? [key, ...previous] : previous };
  if (key) return { current: key, others: previous };
  throw new GatewayError('master_key_missing', `There is no master key at ${path}. Run \`sallyport init\`, or set SALLYPORT_MASTER_KEY.`);
}

/** Step 1 of a rotation of the key file: a new key beside the old one. From now on both are loaded and the new one wraps. */
export function beginMasterRotation(dataDir: string, random: Random = systemRandom): MasterKey {
  const path = join(dataDir, NEXT_MASTER_KEY_FILE);
  return readKeyFile(path) ?? createKeyFile(path, random);
}

/** Step 2, only after every data key is wrapped by the new key: the new file takes the place of the old one. */
export function finishMasterRotation(dataDir: string): void {
  renameSync(join(dataDir, NEXT_MASTER_KEY_FILE), join(dataDir, MASTER_KEY_FILE));
  syncDirectory(dataDir);
}

/** Key of 32 bytes in base64, base64url or hex. `from` names the setting in errors; the value never appears. */
export function parseMasterKey(text: string, from: string): MasterKey {
  const trimmed = text.trim();
  const bytes = /^[0-9a-fA-F]{64}$/.test(trimmed) ? Buffer.from(trimmed, 'hex') : decodeBase64(trimmed);
  if (bytes?.length !== KEY_BYTES) {
    const next = 'Make one with `openssl rand -base64 32`.';
    throw new GatewayError('master_key_invalid', `${from} is not a key of ${KEY_BYTES} bytes in base64 or hex. ${next}`);
  }
  return masterKey(bytes);
}

function decodeBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function masterKey(bytes: Uint8Array): MasterKey {
  return { id: sha256Hex(Buffer.concat([Buffer.from('sallyport master key id\n'), bytes])).slice(0, 8), bytes };
}

function readKeyFile(path: string): MasterKey | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new GatewayError('master_key_missing', `The master key file ${path} cannot be read. Check its owner and mode.`, { cause: error });
  }
  try {
    const { mode } = fstatSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new GatewayError(
        'master_key_exposed',
        `The master key file ${path} has mode ${octal}: others can read it. Run \`chmod 600 ${path}\`.`,
      );
    }
    return parseMasterKey(readFileSync(file, 'utf8'), path);
  } finally {
    closeSync(file);
  }
}

/** Exclusive creation: of two processes that start at once, the slower one reads what the faster one wrote. */
function createKeyFile(path: string, random: Random = systemRandom): MasterKey {
  const bytes = random.bytes(KEY_BYTES);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A name nobody else takes: what a crash left behind must not stand in the way.
  const partial = `${path}.${Buffer.from(systemRandom.bytes(8)).toString('hex')}.tmp`;
  const file = openSync(partial, 'wx', 0o600);
  try {
    writeSync(file, `${Buffer.from(bytes).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(partial, 0o600);
  return claim(partial, path) ?? masterKey(bytes);
}

/** Links the finished file to its name; when the name is taken, returns the key that is there. */
function claim(partial: string, path: string): MasterKey | undefined {
  try {
    linkSync(partial, path);
    syncDirectory(dirname(path));
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readKeyFile(path);
  } finally {
    unlinkSync(partial);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
