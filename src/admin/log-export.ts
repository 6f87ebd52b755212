// The log leaving in one of the export formats: a stream of a range that is fixed when it begins, so that whoever reads it knows where to go on.
// Bounded memory; stops reading when nobody takes it. Entries of the JSON lines format leave exactly as they stand in the log.
import { setImmediate as breathe } from 'node:timers/promises';
import { entryLine } from '../audit/chain.ts';
import { compileFilter, type EntryFilter, type EntryMatch } from '../export/entry-filter.ts';
import { type ExportFormat, formats } from '../export/format.ts';
import { JoinedLog } from '../export/joined-log.ts';
import type { AdminContext } from './context.ts';
import type { EntryMatchQuery } from './contract.ts';

const CHUNK_CHARS = 64 * 1024;
/** Entries looked at between two breaths of the event loop: calls come first. */
const ENTRIES_AT_ONCE = 50;

export interface ExportQuery extends EntryMatchQuery {
  from?: number | undefined;
  to?: number | undefined;
  span?: number | undefined;
  format: ExportFormat;
}

/** Number of the last entry that is in segments outside of the database; 0: none. */
export async function archivedTo({ retention, org }: AdminContext): Promise<number> {
  return (await retention.archived(org))?.seq ?? 0;
}

/**
 * Headers: `sallyport-next` (first place that is not covered), `sallyport-head` (entries of the log as the answer began),
 * `sallyport-archived-to` (entries up to this one are asked for and are in segments).
 */
export async function exportLog(context: AdminContext, query: ExportQuery): Promise<Response> {
  const { seq: head } = await context.logStore.head(context.org);
  const from = query.from ?? 1;
  const last = Math.min(head, query.to ?? head, query.span === undefined ? head : from + query.span - 1);
  const { media, suffix } = formats[query.format];
  const filter = compileFilter(matchOf(query));
  const archived = await archivedTo(context);
  const texts =
    last < from
      ? none()
      : query.format === 'jsonl' && filter.isOpen
        ? lines(context, from, last)
        : written(context, from, last, query.format, filter);
  return new Response(chunked(texts), {
    headers: {
      'content-type': media,
      'content-disposition': `attachment; filename="${context.org}-log.${suffix}"`,
      'sallyport-next': String(Math.max(from, last + 1)),
      'sallyport-head': String(head),
      ...(archived > 0 && from <= archived ? { 'sallyport-archived-to': String(archived) } : {}),
    },
  });
}

/** Comma-separated lists of the query as what a filter takes. */
export function matchOf({ since, until, ...query }: EntryMatchQuery): EntryMatch {
  const names = ['type', 'event', 'effect', 'agent', 'user', 'server', 'tool', 'rule', 'code'] as const;
  const given = names.flatMap((name) => {
    const text = query[name];
    return text === undefined ? [] : [[name, text.split(',').map((part) => part.trim())] as const];
  });
  return {
    ...Object.fromEntries(given),
    sinceMs: since === undefined ? undefined : Date.parse(since),
    untilMs: until === undefined ? undefined : Date.parse(until),
  };
}

async function* none(): AsyncGenerator<string, void, undefined> {}

async function* lines({ logStore, org }: AdminContext, fromSeq: number, toSeq: number): AsyncGenerator<string, void, undefined> {
  for await (const entry of logStore.read({ org, fromSeq, toSeq })) yield `${entryLine(entry)}\n`;
}

async function* written(
  { logStore, org, version }: AdminContext,
  fromSeq: number,
  toSeq: number,
  format: ExportFormat,
  filter: EntryFilter,
): AsyncGenerator<string, void, undefined> {
  const { write } = formats[format];
  let looked = 0;
  for await (const { event } of new JoinedLog(logStore, org).read(fromSeq, toSeq, filter)) {
    if (++looked % ENTRIES_AT_ONCE === 0) await breathe();
    if (event) yield write(event, version);
  }
}

function chunked(texts: AsyncGenerator<string, void, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = '';
      while (text.length < CHUNK_CHARS) {
        const { value, done } = await texts.next();
        if (done) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += value;
      }
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await texts.return();
    },
  });
}
