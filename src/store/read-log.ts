// Reading the log in pages, the same for both drivers: bounded memory, no long transaction, and an end even while others append.
import type { EntryQuery, Head, StoredEntry } from '../audit/port.ts';

/** Entries fetched at a time. */
export const PAGE_ENTRIES = 256;

export interface PageQuery {
  org: string;
  fromSeq: number;
  toSeq: number;
  callId: string | undefined;
  reverse: boolean;
  limit: number;
}

/** Entries up to the head as it was when the reading began. */
export async function* readPages(
  query: EntryQuery,
  head: () => Promise<Head>,
  page: (query: PageQuery) => Promise<StoredEntry[]>,
): AsyncGenerator<StoredEntry, void, undefined> {
  const reverse = query.reverse ?? false;
  let fromSeq = Math.max(1, query.fromSeq ?? 1);
  let toSeq = Math.min(query.toSeq ?? Number.MAX_SAFE_INTEGER, (await head()).seq);
  let left = query.limit ?? Number.MAX_SAFE_INTEGER;
  while (left > 0 && fromSeq <= toSeq) {
    const limit = Math.min(left, PAGE_ENTRIES);
    const entries = await page({ org: query.org, fromSeq, toSeq, callId: query.callId, reverse, limit });
    yield* entries;
    const last = entries.at(-1);
    if (!last || entries.length < limit) return;
    left -= entries.length;
    if (reverse) toSeq = last.seq - 1;
    else fromSeq = last.seq + 1;
  }
}
