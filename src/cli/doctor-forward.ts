// What `sallyport doctor` says of forwards: whether the log arrives where it should.
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

/** Entries that may wait without being worth a word. */
const MAX_QUIET_LAG = 10_000;

/** Nothing when there is none. */
export async function lookAtForwards(client: AdminClient): Promise<Check[]> {
  const name = 'forwards';
  try {
    const { forwards } = await client.forwards();
    const bad = forwards.filter(({ state, lost, lag }) => state === 'failing' || lost > 0 || (state !== 'disabled' && lag > MAX_QUIET_LAG));
    const [first] = bad;
    if (forwards.length === 0) return [];
    if (!first) return [{ name, state: 'ok', message: `${forwards.length} up to date or sending` }];
    const what = [
      ...(first.state === 'failing' ? [`fails: ${first.lastError ?? 'no reason known'}`] : []),
      ...(first.lost > 0 ? [`has lost ${first.lost} entries`] : []),
      `${first.lag} entries wait`,
    ];
    const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : '';
    return [{ name, state: 'warn', message: `${first.name} ${what.join(', ')}${more}`, next: `sallyport forward show ${first.name}` }];
  } catch (error) {
    return [{ name, state: 'warn', message: messageOf(error) }];
  }
}
