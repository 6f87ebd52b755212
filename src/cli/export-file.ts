// A file that an export is gone on with: what it holds is known by a cursor beside it, which is written after the bytes are on disk.
// Whatever a broken-off run wrote beyond the cursor is cut off, so no entry is missing and none is there twice. Never touches a file without a cursor.
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { canonicalJson } from '../lib/canonical-json.ts';
import { GatewayError } from '../lib/error.ts';
import { isObject, type Json } from '../lib/json.ts';

/** What the file is about: the same for every run that goes on with it. */
export interface ExportSubject {
  organization: string;
  query: Readonly<Record<string, string | undefined>>;
}

export class ExportFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #subject: string;
  #bytes: number;
  #next: number;

  private constructor(path: string, file: FileHandle, subject: string, bytes: number, next: number) {
    this.#path = path;
    this.#file = file;
    this.#subject = subject;
    this.#bytes = bytes;
    this.#next = next;
  }

  /** Throws GatewayError `file_exists`, `export_cursor_mismatch`. */
  static async open(path: string, subject: ExportSubject, from: number): Promise<ExportFile> {
    const text = canonicalJson(subject);
    const cursor = await readCursor(path);
    if (!cursor) {
      const made = new ExportFile(path, await openEmpty(path), text, 0, from);
      await made.reached(from);
      return made;
    }
    if (cursor.subject !== text)
      throw new GatewayError(
        'export_cursor_mismatch',
        `${path} holds another export: ${cursor.subject}. Ask for the same, or choose another file.`,
      );
    const file = await open(path, 'r+');
    try {
      const { size } = await file.stat();
      if (size < cursor.bytes)
        throw new GatewayError(
          'export_cursor_mismatch',
          `${path} is shorter than ${cursorPath(path)} says. Put it back, or begin another file.`,
        );
      await file.truncate(cursor.bytes);
      return new ExportFile(path, file, text, cursor.bytes, cursor.next);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** First place of the log that is not in the file. */
  get next(): number {
    return this.#next;
  }

  async append(chunk: Uint8Array): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.#file.write(chunk, written, chunk.length - written, this.#bytes + written);
      written += bytesWritten;
    }
    this.#bytes += chunk.length;
  }

  /** Everything before `next` is in the file: durable when it resolves. Throws GatewayError `export_cursor_mismatch` when somebody else writes to it. */
  async reached(next: number): Promise<void> {
    const { size } = await this.#file.stat();
    if (size !== this.#bytes)
      throw new GatewayError('export_cursor_mismatch', `Somebody else writes to ${this.#path}. Run one export at a time into a file.`);
    await this.#file.sync();
    this.#next = next;
    const partial = `${cursorPath(this.#path)}.partial`;
    const cursor = await open(partial, 'w', 0o600);
    try {
      await cursor.writeFile(`${canonicalJson({ bytes: this.#bytes, next, subject: this.#subject })}\n`);
      await cursor.sync();
    } finally {
      await cursor.close();
    }
    await rename(partial, cursorPath(this.#path));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** A new file, or one that an export had only begun. */
async function openEmpty(path: string): Promise<FileHandle> {
  const file = await open(path, 'a+', 0o600);
  await file.close();
  const opened = await open(path, 'r+');
  if ((await opened.stat()).size === 0) return opened;
  await opened.close();
  const where = cursorPath(path);
  throw new GatewayError(
    'file_exists',
    `There is a file ${path}, but no ${where} that says how far it goes. Choose another name or remove it.`,
  );
}

function cursorPath(path: string): string {
  return `${path}.cursor`;
}

async function readCursor(path: string): Promise<{ bytes: number; next: number; subject: string } | undefined> {
  const text = await readFile(cursorPath(path), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const value = parsed(text);
  if (isObject(value) && Number.isSafeInteger(value.bytes) && Number.isSafeInteger(value.next) && typeof value.subject === 'string')
    return { bytes: Number(value.bytes), next: Number(value.next), subject: value.subject };
  throw new GatewayError('export_cursor_mismatch', `${cursorPath(path)} cannot be read. Begin another file.`);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
