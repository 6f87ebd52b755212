// `sallyport log archive`: the oldest entries into a segment file, checked before anything else; and, when told to, out of the database.
// Never asks for a removal before the file is on the disk and verifies.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../lib/error.ts';
import type { AdminClient } from '../admin-client.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { saveStream } from '../save-stream.ts';
import { readNumber } from '../when.ts';
import { judgeSegments } from './verify-segment.ts';

export const archiveAction: Action = async (run) => {
  const out = run.options.text('out');
  if (out === undefined) throw usageError('--out names the directory for the segment, for example: sallyport log archive --out archive');
  const removes = run.options.flag('remove');
  const last = readNumber(run.options.text('to'), '--to', 1);
  return withGateway(run, async (client) => {
    const { archived, full, removable, why } = await client.archiveState();
    const to = last ?? (removes ? removable : full);
    if (to <= archived) {
      const message = removes
        ? `No entry behind ${archived} may be archived now: ${why}.`
        : `There is no full block of entries behind ${archived} yet.`;
      throw new GatewayError('nothing_to_archive', message);
    }
    const done: Segment[] = [await archiveOne(run, client, { out, from: archived + 1, to, removes })];
    // One segment after the other, as many as the rule lets go.
    while (removes && last === undefined) {
      const next = await client.archiveState();
      if (next.removable <= next.archived) break;
      done.push(await archiveOne(run, client, { out, from: next.archived + 1, to: next.removable, removes }));
    }
    show(run, { segments: done }, () => done.map(segmentText).join('\n'));
    return exitCode.ok;
  });
};

interface Segment {
  path: string;
  from: number;
  to: number;
  /** SHA-256 of the file. */
  file: string;
  /** Entry that says that they are out of the database. */
  entry?: number;
}

interface Wanted {
  out: string;
  from: number;
  to: number;
  removes: boolean;
}

async function archiveOne(run: Run, client: AdminClient, { out, from, to, removes }: Wanted): Promise<Segment> {
  const { organization } = await client.status();
  const path = join(out, `${organization}-${from}-${to}.segment.jsonl`);
  await mkdir(out, { recursive: true, mode: 0o700 });
  await saveStream(run, await client.segment({ from: String(from), to: String(to) }), path);
  const { keys } = await client.signingKeys();
  const verdict = await judgeSegments([path], keys);
  const { head } = verdict.log;
  if (verdict.state !== 'sound' || head?.seq !== to)
    throw new GatewayError(
      'segment_unsound',
      `${path} does not verify: ${verdict.reason ?? 'it ends early'}. Nothing was taken out of the database.`,
    );
  const file = await digestOf(path);
  const done = removes ? await client.archive({ to, hash: head.hash, file }) : undefined;
  return { path, from, to, file, ...(done ? { entry: done.entry } : {}) };
}

function segmentText({ path, from, to, entry }: Segment): string {
  const wrote = `Wrote entries ${from} to ${to} to ${path}; it verifies alone.`;
  return entry === undefined
    ? wrote
    : `${wrote}\nThey are out of the database; entry ${entry} says so. Keep the file: it is the only copy.`;
}

async function digestOf(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest('hex');
}
