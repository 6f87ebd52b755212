// The file of a segment: written from a log as it stands, and read again for whoever checks it. Bounded memory both ways.
import { entryLine } from './chain.ts';
import type { StoredEntry } from './port.ts';
import { parseSegmentHead, SEGMENT_START, SegmentCheck, type SegmentHead, segmentHeadLine } from './segment.ts';
import { type LogVerifier, splitLines } from './verify.ts';

const CHUNK_CHARS = 64 * 1024;

export async function* segmentBytes(head: SegmentHead, entries: AsyncIterable<StoredEntry>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  let text = `${segmentHeadLine(head)}\n`;
  for await (const entry of entries) {
    text += `${entryLine(entry)}\n`;
    if (text.length < CHUNK_CHARS) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}

/** Its entries go to `log` too, which may have read others before. undefined: no segment, but an export. */
export async function readSegment(
  chunks: AsyncIterable<Uint8Array>,
  log: LogVerifier,
  keys: readonly string[],
): Promise<SegmentCheck | undefined> {
  let check: SegmentCheck | undefined;
  let isFirst = true;
  for await (const line of splitLines(chunks)) {
    const head = isFirst && line.startsWith(SEGMENT_START) ? parseSegmentHead(line) : undefined;
    isFirst = false;
    if (head) {
      check = new SegmentCheck(head, keys);
      continue;
    }
    if (!log.take(line)) break;
    const [, hash = '', org = '', seq = ''] = ENDING.exec(line.slice(-ENDING_UNITS)) ?? [];
    check?.take(org, Number(seq), hash);
  }
  return check;
}

/** The end of a line that keeps the rules; it has one form (docs/audit-format.md §1, §2). */
const ENDING =
  /,"hash":"([0-9a-f]{64})","header":\{"content":"[0-9a-f]{64}","org":"([a-z0-9-]+)","prev":"[0-9a-f]{64}","revision":\d+,"seq":(\d+),"v":1\}\}$/;
const ENDING_UNITS = 400;
