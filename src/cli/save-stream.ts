// A stream into a new file or to standard output. The file gets its name only when all of it has arrived; it never replaces another one.
import { link, open, rm } from 'node:fs/promises';
import { GatewayError } from '../lib/error.ts';
import type { Run } from './command.ts';

export interface Saved {
  bytes: number;
  lines: number;
}

/** Mode 0600. Throws GatewayError `file_exists`, `interrupted`, `gateway_answer_invalid`. */
export async function saveStream(run: Run, chunks: AsyncIterable<Uint8Array>, path: string | undefined): Promise<Saved> {
  const saved: Saved = { bytes: 0, lines: 0 };
  if (path === undefined) {
    for await (const chunk of whole(chunks)) {
      count(chunk, saved);
      await run.terminal.write(chunk);
    }
    return saved;
  }
  const partial = `${path}.partial`;
  const file = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw isExists(error) ? exists(partial) : error;
  });
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => undefined);
  const stopListening = run.terminal.onInterrupt(() =>
    interrupted.reject(new GatewayError('interrupted', `Interrupted; ${path} was not written.`)),
  );
  try {
    for await (const chunk of whole(chunks, interrupted.promise)) {
      count(chunk, saved);
      await file.writeFile(chunk);
      run.terminal.progress(`${saved.lines} lines`);
    }
    await file.sync();
    await link(partial, path);
    return saved;
  } catch (error) {
    throw isExists(error) ? exists(path) : error;
  } finally {
    stopListening();
    run.terminal.progress('');
    await file.close();
    await rm(partial, { force: true });
  }
}

/** A stream that breaks off is a failure of the gateway, told as one; an interruption does not wait for a silent one. */
async function* whole(chunks: AsyncIterable<Uint8Array>, interrupted?: Promise<never>): AsyncGenerator<Uint8Array, void, undefined> {
  const source = chunks[Symbol.asyncIterator]();
  for (;;) {
    const arriving = source.next().catch((error: unknown) => {
      throw new GatewayError('gateway_answer_invalid', 'The answer broke off before its end. Run it again.', { cause: error });
    });
    const next = await (interrupted ? Promise.race([arriving, interrupted]) : arriving);
    if (next.done) return;
    yield next.value;
  }
}

function count(chunk: Uint8Array, saved: Saved): void {
  saved.bytes += chunk.length;
  for (const byte of chunk) if (byte === LF) saved.lines++;
}

const LF = 10;

function isExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function exists(path: string): GatewayError {
  return new GatewayError('file_exists', `There is already a file ${path}. Choose another name or remove it.`);
}
