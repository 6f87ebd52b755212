// `sallyport verify SEGMENT…`: segments of a log, each checked alone and all of them as one: what begins after an entry goes on from it. An export that
// goes on from the last segment may come last. Needs no gateway.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { SEGMENT_START, type SegmentVerdict } from '../../audit/segment.ts';
import { readSegment } from '../../audit/segment-file.ts';
import { LogVerifier, type Verdict } from '../../audit/verify.ts';
import { type Run, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable } from '../text-table.ts';

export interface SegmentsVerdict {
  /** `sound`: each segment is joined to a checkpoint by a trusted key, and one goes on from the other. */
  state: 'sound' | 'broken' | 'cannot_tell';
  segments: (SegmentVerdict & { path: string })[];
  /** Of all entries together. */
  log: Verdict;
  reason?: string;
}

/** Does the file begin as a segment does? */
export async function isSegment(path: string): Promise<boolean> {
  if (path === '-' || /^https?:\/\//i.test(path)) return false;
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const start = Buffer.alloc(SEGMENT_START.length);
    await file.read(start, 0, start.length, 0);
    return start.toString('utf8') === SEGMENT_START;
  } finally {
    await file.close();
  }
}

export async function verifySegmentsAction(run: Run, paths: readonly string[], keys: readonly string[]): Promise<number> {
  for (const path of paths)
    if (path === '-' || /^https?:\/\//i.test(path))
      throw usageError(`Several sources are files; ${JSON.stringify(path.slice(0, 200))} is none.`);
  const verdict = await judgeSegments(paths, keys);
  show(run, verdict, () => segmentsText(verdict));
  if (verdict.state === 'sound') return exitCode.ok;
  return verdict.state === 'broken' ? exitCode.negative : exitCode.usage;
}

export async function judgeSegments(paths: readonly string[], keys: readonly string[]): Promise<SegmentsVerdict> {
  const log = new LogVerifier({ allowPartial: true });
  const segments: SegmentsVerdict['segments'] = [];
  let hasExport = false;
  for (const [at, path] of paths.entries()) {
    const check = await readSegment(createReadStream(path), log, keys);
    if (check) segments.push({ path, ...check.verdict() });
    else if (at < paths.length - 1) throw usageError(`${path} is an export; only the last source may be one.`);
    else hasExport = true;
  }
  const chain = log.verdict();
  const broken = segments.find(({ state }) => state === 'broken');
  if (chain.state === 'broken') return { state: 'broken', segments, log: chain, reason: 'they do not go on from each other' };
  if (broken) return { state: 'broken', segments, log: chain, reason: `${broken.path}: ${broken.reason ?? ''}` };
  const untold = segments.find(({ state }) => state !== 'sound');
  if (segments.length === 0 || untold) return { state: 'cannot_tell', segments, log: chain, reason: untold?.reason ?? chain.reason ?? '' };
  // What an export adds behind the last segment is held by the chain alone, like any export without a checkpoint.
  return {
    state: 'sound',
    segments,
    log: chain,
    ...(hasExport ? { reason: 'what stands behind the last segment has no checkpoint here' } : {}),
  };
}

function segmentsText({ state, segments, log, reason }: SegmentsVerdict): string {
  const word = { sound: 'SOUND', broken: 'BROKEN', cannot_tell: 'CANNOT TELL' }[state];
  const first = segments[0];
  const lines = [`${word}: ${segments.length} segments${reason === undefined || reason === '' ? '' : `: ${printable(reason)}`}`];
  for (const one of segments)
    lines.push(
      printable(
        `  ${one.from}–${one.to}  ${one.state.replace('_', ' ')}, checkpoint of ${one.size ?? '-'} entries, signed by ${one.signedBy ?? '-'}: ${one.path}`,
      ),
    );
  if (log.firstBad)
    lines.push(
      printable(
        `  entry ${log.firstBad.seq} breaks the rule "${log.firstBad.rule}": expected ${log.firstBad.expected}, found ${log.firstBad.found}`,
      ),
    );
  if (log.head) lines.push(`  entries  ${log.entries}, up to ${log.head.seq}:${log.head.hash}`);
  if (state === 'sound' && first && first.from > 1) lines.push(`  what was decided before entry ${first.from} is not looked at`);
  return lines.join('\n');
}
