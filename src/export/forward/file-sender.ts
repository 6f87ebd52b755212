// Appending to a file: whole lines, synced before they count as sent. A line that a crash cut off is taken away, or closed where it cannot be.
// Only a plain file in the directory of the organization; never follows a link, and opens anew for each batch, so that a file may be rotated.
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEvent } from '../event.ts';
import { networkReason, type Sender, type SendResult } from './sender.ts';

const LF = 10;
/** Bytes of the end that are looked through for the last line end at a time. */
const LOOK_BYTES = 64 * 1024;

export interface FilePlace {
  /** Of the organization; made with mode 0700. */
  directory: string;
  name: string;
  write(event: LogEvent): string;
}

export class FileSender implements Sender {
  readonly #place: FilePlace;

  constructor(place: FilePlace) {
    this.#place = place;
  }

  async send(events: readonly LogEvent[], _signal: AbortSignal): Promise<SendResult> {
    const { directory, name, write } = this.#place;
    let file: FileHandle | undefined;
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
      file = await open(join(directory, name), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
      if (!(await file.stat()).isFile()) return { type: 'failed', reason: `${name} is not a plain file` };
      const begun = await closeLastLine(file);
      await file.appendFile(begun + events.map(write).join(''));
      await file.sync();
      return { type: 'sent' };
    } catch (error) {
      return { type: 'failed', reason: networkReason(error) };
    } finally {
      await file?.close();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What has to be written first so that the next line stands alone: nothing, when what was cut off could be taken away. */
async function closeLastLine(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const whole = await endOfLines(file, size);
  if (whole === size) return '';
  return file.truncate(whole).then(
    () => '',
    () => '\n',
  );
}

async function endOfLines(file: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(LOOK_BYTES);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - LOOK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, end - from, from);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(LF);
    if (at >= 0) return from + at + 1;
    end = from;
  }
  return 0;
}
