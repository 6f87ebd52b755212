// What `sallyport doctor` says of the log: its last entries verified, as the running gateway exports them; its anchors and its archive.
import { splitLines, verifyLog } from '../audit/verify.ts';
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

/** Entries at the end of the log that are verified. */
const TAIL_ENTRIES = 1_000;

/** A line for each anchor; none where there is no anchor. */
export async function lookAtAnchors(client: AdminClient): Promise<Check[]> {
  try {
    const { anchors } = await client.anchors();
    return anchors.map(({ anchor, kind, state, size, problem }): Check => {
      const name = `anchor ${anchor}`;
      if (state !== 'failing')
        return { name, state: 'ok', message: `${kind}: ${state === 'ok' ? `has ${size} entries` : 'not asked yet'}` };
      return { name, state: 'warn', message: `${kind}: ${problem}`, next: 'Calls go on. Run `sallyport log anchor` once it is mended.' };
    });
  } catch (error) {
    return [{ name: 'anchors', state: 'warn', message: messageOf(error) }];
  }
}

/** Nothing where the gateway archives nothing by itself. */
export async function lookAtArchive(client: AdminClient): Promise<Check[]> {
  const name = 'archive';
  try {
    const { archived, byItself } = await client.archiveState();
    if (!byItself) return [];
    const { state, tried, problem, since } = byItself;
    if (state === 'failing') {
      const next = 'Entries stay in the database until it is mended; then they go at the next look (audit.archiveIntervalMs).';
      return [{ name, state: 'warn', message: `fails since ${since}: ${problem}`, next }];
    }
    const when = tried === undefined ? 'not tried yet by this gateway' : `last looked at ${tried}`;
    return [{ name, state: 'ok', message: `entries up to ${archived} are archived; ${when}` }];
  } catch (error) {
    return [{ name, state: 'warn', message: messageOf(error) }];
  }
}

export async function verifyTail(client: AdminClient): Promise<Check> {
  const name = 'log';
  try {
    const { log } = await client.status();
    const from = Math.max(1, log.seq - TAIL_ENTRIES + 1);
    const chunks = await client.exportLog({ from: String(from), to: String(log.seq) });
    const verdict = await verifyLog(splitLines(chunks), { allowPartial: true, expectedHead: { seq: log.seq, hash: log.hash } });
    const { firstBad } = verdict;
    if (verdict.state !== 'broken')
      return { name, state: 'ok', message: `the last ${verdict.entries} of ${log.seq} entries hold together` };
    const message = `entry ${firstBad?.seq} breaks the rule "${firstBad?.rule}"`;
    return {
      name,
      state: 'fail',
      message,
      next: 'Keep the database as it is, and run `sallyport log export -o log.jsonl` and `sallyport verify log.jsonl`.',
    };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}
