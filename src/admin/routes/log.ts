// The audit log for operators: query, one entry with its values, follow, export. Entries leave exactly as they stand in the log.
import { entryLine } from '../../audit/chain.ts';
import type { EntryQuery, StoredEntry } from '../../audit/port.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { commitmentsOf, entryFilter } from '../log-filter.ts';
import type { LogTails } from '../log-tail.ts';
import { isCurrent, mayAct } from '../operator.ts';
import { failure, type Route, route } from '../route.ts';

/** Entries looked at for one page when a filter is set; the page then says where to go on. */
export const MAX_SCANNED = 20_000;
const EXPORT_CHUNK_CHARS = 64 * 1024;

export function logRoutes(tails: LogTails): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/log',
      role: 'viewer',
      summary: 'Entries, newest first, by place, call and content',
      query: contract.logQuery,
      reply: contract.logReply,
      async handle({ context, query }) {
        const { entries, next } = await page(context, query);
        return raw(`{"entries":[${entries.map(entryLine).join(',')}]${next === undefined ? '' : `,"next":${next}`}}`);
      },
    }),
    tailRoute(tails),
    route({
      method: 'get',
      path: '/api/v1/log/export',
      role: 'viewer',
      summary: 'The log as JSON lines, for `sallyport verify` and for keeping',
      query: contract.logExportQuery,
      media: 'application/x-ndjson',
      handle({ context, query: { from, to } }) {
        const range = { org: context.org, ...(from === undefined ? {} : { fromSeq: from }), ...(to === undefined ? {} : { toSeq: to }) };
        const headers = {
          'content-type': 'application/x-ndjson',
          'content-disposition': `attachment; filename="${context.org}-log.jsonl"`,
        };
        return new Response(lines(context, range), { headers });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/log/{seq}',
      role: 'viewer',
      summary: 'One entry; with values=true (role reviewer) the full values behind its commitments',
      query: contract.entryQuery,
      reply: contract.entryReply,
      async handle({ context, operator, param, query: { values } }) {
        const seq = Number(param('seq'));
        if (!Number.isSafeInteger(seq) || seq < 1)
          return failure(400, 'invalid_request', 'The number of an entry is a whole number from 1.');
        if (values === 'true' && !mayAct(operator.role, 'reviewer'))
          return failure(403, 'forbidden', 'Full values are shown to role reviewer and above.');
        const [entry] = await collect(context.logStore.read({ org: context.org, fromSeq: seq, toSeq: seq, limit: 1 }));
        if (!entry) return failure(404, 'not_found', `The log has no entry ${seq}.`);
        if (values !== 'true') return raw(`{"entry":${entryLine(entry)}}`);
        const found = await valuesOf(context, entry);
        const isGone = Object.values(found).includes(null);
        const by = isGone ? await context.retention.erasedBy(context.org, seq) : undefined;
        const erased = by === undefined ? '' : `,"erased":${by}`;
        return raw(`{"entry":${entryLine(entry)},"values":${JSON.stringify(found)}${erased}}`);
      },
    }),
  ];
}

function tailRoute(tails: LogTails): Route {
  return route({
    method: 'get',
    path: '/api/v1/log/tail',
    role: 'viewer',
    summary: 'Entries as they are written (server-sent events); `from` or Last-Event-ID to go on',
    query: contract.tailQuery,
    media: 'text/event-stream',
    async handle({ context, operator, query, raw: request }) {
      const last = Number(request.req.header('last-event-id'));
      const from = Number.isSafeInteger(last) && last > 0 ? last + 1 : query.from;
      const stillAllowed = async () => isCurrent(await context.view(), operator, context.clock.nowMs());
      const body = tails.open(context, from, request.req.raw.signal, stillAllowed);
      if (!body) return failure(503, 'limit_exceeded', 'Too many readers follow the log already. Close one, or export instead.');
      return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } });
    },
  });
}

interface LogPageQuery {
  from?: number | undefined;
  to?: number | undefined;
  call?: string | undefined;
  type?: string | undefined;
  effect?: string | undefined;
  agent?: string | undefined;
  server?: string | undefined;
  tool?: string | undefined;
  limit: number;
  order: 'newest' | 'oldest';
}

async function page(context: AdminContext, query: LogPageQuery): Promise<{ entries: StoredEntry[]; next: number | undefined }> {
  const wanted = entryFilter(query);
  const reverse = query.order === 'newest';
  const range: EntryQuery = { org: context.org, reverse };
  if (query.from !== undefined) range.fromSeq = query.from;
  if (query.to !== undefined) range.toSeq = query.to;
  if (query.call !== undefined) range.callId = query.call;
  const entries: StoredEntry[] = [];
  let scanned = 0;
  for await (const entry of context.logStore.read(range)) {
    if (entries.length === query.limit || scanned === MAX_SCANNED) return { entries, next: entry.seq };
    scanned++;
    if (wanted(entry)) entries.push(entry);
  }
  return { entries, next: undefined };
}

function lines(context: AdminContext, range: EntryQuery): ReadableStream<Uint8Array> {
  const source = context.logStore.read(range)[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = '';
      while (text.length < EXPORT_CHUNK_CHARS) {
        const { value, done } = await source.next();
        if (done) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += `${entryLine(value)}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await source.return?.();
    },
  });
}

async function valuesOf(context: AdminContext, entry: StoredEntry): Promise<Record<string, string | null>> {
  const values: Record<string, string | null> = {};
  for (const commitment of commitmentsOf(entry))
    values[commitment] = (await context.audit.value(context.org, commitment, entry.seq)) ?? null;
  return values;
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

function raw(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json' } });
}
