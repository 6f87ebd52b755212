// `sallyport log export`: the log in pages, each a fixed range of places, into a new file, to standard output, or into a file that is gone on with.
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import type { AdminClient } from '../admin-client.ts';
import { archivedText } from '../archived-text.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { ExportFile } from '../export-file.ts';
import { usageError } from '../failure.ts';
import { RecordCounter } from '../record-counter.ts';
import { saveStream } from '../save-stream.ts';
import { OutputClosed } from '../terminal.ts';
import { readNumber, readSince } from '../when.ts';

/** Places of the log in one request. */
const PAGE_SPAN = 2_000;

export type MatchQuery = Record<string, string | undefined>;

export const exportLogAction: Action = async (run) => {
  const query = { format: run.options.text('format') ?? 'jsonl', to: numberOption(run, 'to'), ...matchQuery(run) };
  const from = Number(numberOption(run, 'from') ?? 1);
  const path = run.options.text('output');
  if (!run.options.flag('continue')) return exportOnce(run, query, from, path);
  if (path === undefined) throw usageError('--continue needs the file to go on with: --output FILE');
  return exportOn(run, query, from, path);
};

/** Filters as options give them; times as instants. Throws GatewayError `usage`. */
export function matchQuery(run: Run): MatchQuery {
  const names = ['type', 'event', 'agent', 'user', 'server', 'tool', 'effect', 'rule', 'code'];
  const times = ['since', 'until'].map((name) => {
    const text = run.options.text(name);
    return [name, text === undefined ? undefined : readSince(text, `--${name}`, systemClock.nowMs())] as const;
  });
  return { ...Object.fromEntries(names.map((name) => [name, run.options.text(name)])), ...Object.fromEntries(times) };
}

async function exportOnce(run: Run, query: MatchQuery & { format: string }, from: number, path: string | undefined): Promise<number> {
  const counter = new RecordCounter(query.format);
  const place = { next: from };
  const saved = await withGateway(run, (client) => saveStream(run, pages(run, client, query, place, counter), path)).catch(
    (error: unknown) => {
      if (path === undefined && !(error instanceof OutputClosed))
        run.terminal.err(`sallyport: everything before entry ${place.next} was written whole; go on with --from ${place.next}`);
      throw error;
    },
  );
  if (path !== undefined) {
    const check = query.format === 'jsonl' ? ` Check them with: sallyport verify ${path}` : '';
    show(
      run,
      { path, entries: counter.count, bytes: saved.bytes, next: place.next },
      () => `Wrote ${counter.count} entries to ${path}.${check}`,
    );
  }
  return exitCode.ok;
}

async function exportOn(run: Run, query: MatchQuery & { format: string }, from: number, path: string): Promise<number> {
  // "Seven days ago" moves on; what the file holds does not.
  const { since: _since, until: _until, ...fixed } = query;
  const times = { since: run.options.text('since'), until: run.options.text('until') };
  return withGateway(run, async (client) => {
    const { organization } = await client.status();
    const file = await ExportFile.open(path, { organization, query: { ...fixed, ...times } }, from);
    const stop = { now: false };
    const stopListening = run.terminal.onInterrupt(() => {
      stop.now = true;
    });
    const counter = new RecordCounter(query.format);
    const begun = file.bytes;
    try {
      for (;;) {
        const page = await client.exportPage({ ...query, from: String(file.next), span: String(PAGE_SPAN) });
        if (counter.count === 0 && page.archived >= file.next) run.terminal.err(archivedText(page.archived));
        for await (const chunk of counted(page.chunks, counter)) await file.append(chunk);
        const isNew = page.next > file.next;
        await file.reached(page.next);
        run.terminal.progress(`entry ${page.next - 1} of ${page.head}`);
        if (!isNew || page.next > page.head || stop.now || isAtEnd(page.next, query.to)) break;
      }
    } finally {
      stopListening();
      run.terminal.progress('');
      await file.close();
    }
    const told = { path, entries: counter.count, bytes: file.bytes - begun, next: file.next };
    show(run, told, () => `Wrote ${counter.count} entries to ${path}; it goes on with entry ${file.next}.`);
    if (stop.now)
      throw new GatewayError('interrupted', `Interrupted; ${path} is whole up to entry ${file.next - 1}. Run the same command to go on.`);
    return exitCode.ok;
  });
}

async function* pages(
  run: Run,
  client: AdminClient,
  query: MatchQuery,
  place: { next: number },
  counter: RecordCounter,
): AsyncGenerator<Uint8Array, void, undefined> {
  // The end is that of the log when the export begins: it ends even while calls go on.
  let end: number | undefined;
  for (;;) {
    const page = await client.exportPage({
      ...query,
      from: String(place.next),
      span: String(PAGE_SPAN),
      ...(end === undefined ? {} : { to: String(end) }),
    });
    if (end === undefined && page.archived > 0) run.terminal.err(archivedText(page.archived));
    end ??= Math.min(page.head, Number(query.to ?? page.head));
    yield* counted(page.chunks, counter);
    const isNew = page.next > place.next;
    place.next = page.next;
    run.terminal.progress(`entry ${page.next - 1} of ${end}`);
    if (!isNew || page.next > end) return;
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, counter: RecordCounter): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    counter.add(chunk);
    yield chunk;
  }
}

function isAtEnd(next: number, to: string | undefined): boolean {
  return to !== undefined && next > Number(to);
}

function numberOption(run: Run, name: string): string | undefined {
  return readNumber(run.options.text(name), `--${name}`, 1)?.toString();
}
