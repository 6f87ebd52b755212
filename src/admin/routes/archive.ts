// Segments of the log, and taking out of the database what is in one. Entries leave exactly as they stand in the log.
// INVARIANT: entries go only by a rule in force at that moment, and only with the entry that says so (test/scenario/archive.test.ts).
import { createHash } from 'node:crypto';
import { BLOCK_LEAVES } from '../../audit/merkle.ts';
import { SEGMENT_FORMAT, type SegmentHead } from '../../audit/segment.ts';
import { segmentBytes } from '../../audit/segment-file.ts';
import { Lru } from '../../lib/lru.ts';
import { headAt, isCrossed, removable } from '../archive-log.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';

export function archiveRoutes(): Route[] {
  const handedOut = new HandedOut();
  return [
    route({
      method: 'get',
      path: '/api/v1/log/archive',
      role: 'viewer',
      summary: 'Which entries are archived, and which may be',
      reply: contract.archiveState,
      async handle({ context }) {
        const { org, logStore } = context;
        const archived = (await context.retention.archived(org))?.seq ?? 0;
        const { seq } = await logStore.head(org);
        const { to, why } = await removable(context, await context.view(), archived);
        const full = seq - (seq % BLOCK_LEAVES);
        return json(200, { archived, head: seq, full, removable: to, why, ...byItself(context) } satisfies contract.ArchiveState);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/log/segment',
      role: 'viewer',
      summary: 'A segment of the log that verifies alone: its head, then entries as in an export',
      query: contract.segmentQuery,
      media: 'application/x-ndjson',
      async handle({ context, query: { from, to } }) {
        const { org, logStore } = context;
        const first = ((await context.retention.archived(org))?.seq ?? 0) + 1;
        const begin = from ?? first;
        const { seq } = await logStore.head(org);
        if (to > seq || to % BLOCK_LEAVES > 0 || begin > to || begin < first || (begin - 1) % BLOCK_LEAVES > 0)
          return failure(
            400,
            'invalid_request',
            `A segment ends at a multiple of ${BLOCK_LEAVES}, at most ${seq - (seq % BLOCK_LEAVES)}, and begins behind one, at entry ${first} or later.`,
          );
        const joined = await context.checkpointer.segment(org, begin, to);
        const head: SegmentHead = { format: SEGMENT_FORMAT, version: 1, org, from: begin, to, ...joined };
        const name = `${org}-${begin}-${to}.segment.jsonl`;
        const headers = { 'content-type': 'application/x-ndjson', 'content-disposition': `attachment; filename="${name}"` };
        const entries = logStore.read({ org, fromSeq: begin, toSeq: to });
        return new Response(ReadableStream.from(handedOut.watched(`${org}/${begin}/${to}`, segmentBytes(head, entries))), { headers });
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/log/archive',
      role: 'admin',
      summary: 'Take entries out of the database that are in a segment, by a rule of kind retention',
      body: contract.archiveRequest,
      reply: contract.archiveReply,
      handle: ({ context, operator, body }) => remove(context, operator.name, body, handedOut),
    }),
  ];
}

function byItself({ archiving }: AdminContext): Pick<contract.ArchiveState, 'byItself'> {
  const now = archiving();
  if (!now) return {};
  const { triedMs, problem } = now;
  const tried = triedMs === undefined ? {} : { tried: new Date(triedMs).toISOString() };
  if (problem) return { byItself: { state: 'failing', ...tried, problem: problem.text, since: new Date(problem.sinceMs).toISOString() } };
  return { byItself: { state: triedMs === undefined ? 'not_tried' : 'ok', ...tried } };
}

/** Segments remembered; more of them have to be asked for again. */
const MAX_HANDED_OUT = 100;

/** Hashes of the segments that were handed out whole: what nobody has is not taken out of the database. */
class HandedOut {
  readonly #digests = new Lru<string, string>(MAX_HANDED_OUT);

  async *watched(what: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const digest = createHash('sha256');
    for await (const chunk of chunks) {
      digest.update(chunk);
      yield chunk;
    }
    this.#digests.set(what, digest.digest('hex'));
  }

  has(what: string, digest: string): boolean {
    return this.#digests.get(what) === digest;
  }
}

async function remove(
  context: AdminContext,
  author: string,
  { to, hash, file }: contract.ArchiveRequest,
  handedOut: HandedOut,
): Promise<Response> {
  const { org, retention, checkpointer, audit, clock, instance } = context;
  const view = await context.view();
  const archived = (await retention.archived(org))?.seq ?? 0;
  const may = await removable(context, view, archived);
  if (may.rule === undefined || to > may.to || to <= archived || to % BLOCK_LEAVES > 0)
    return failure(
      409,
      'not_removable',
      `Entries up to ${Math.max(may.to, archived)} may be archived now, not up to ${to}: the next ones are kept: ${may.why}.`,
    );
  if (to < may.to && (await isCrossed(context, to)))
    return failure(409, 'not_removable', `A call runs over entry ${to}: it was decided before and ended behind it. Choose another end.`);
  const head = await headAt(context, to);
  if (head?.hash !== hash)
    return failure(409, 'conflict', `Entry ${to} has another hash than the one given. Is the segment one of this log?`);
  if (!handedOut.has(`${org}/${archived + 1}/${to}`, file))
    return failure(
      409,
      'conflict',
      `This gateway has not handed out a segment of entries ${archived + 1} to ${to} with that hash. Get it here first.`,
    );
  await checkpointer.keepBlocks(org, to / BLOCK_LEAVES);
  const fields = { event: 'archive' as const, timeMs: clock.nowMs(), from: archived + 1, to, hash, file, rule: may.rule, author, instance };
  const result = await retention.removeEntries(org, head, view.revision, audit.entry(org, { type: 'system', fields }));
  if (result.type !== 'erased') return failure(409, 'conflict', 'Something changed meanwhile, and nothing was archived. Repeat it.');
  return json(200, { archived: to, entry: result.receipt.seq } satisfies contract.ArchiveReply);
}
