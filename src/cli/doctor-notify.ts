// The check of `sallyport doctor` that looks at notifications: does anything wait for long, was anything given up.
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

/** What waits longer is worth a look, milliseconds. */
const LONG_MS = 300_000;

export async function lookAtNotifications(client: AdminClient): Promise<Check> {
  const name = 'notifications';
  try {
    const { pending, dead, oldestMs = 0, resting } = await client.deliveries({ limit: '1' });
    const parts = [`${pending} wait`, ...(dead > 0 ? [`${dead} were given up`] : [])];
    if (oldestMs > LONG_MS) parts.push(`the oldest for ${Math.round(oldestMs / 60_000)} min`);
    if (resting.length > 0) parts.push(`left alone after failures: ${resting.join(', ')}`);
    if (dead === 0 && oldestMs <= LONG_MS && resting.length === 0) return { name, state: 'ok', message: parts.join(', ') };
    const next = 'See `sallyport webhook deliveries`; when the receiver is mended, `sallyport webhook replay --all-dead`.';
    return { name, state: 'warn', message: parts.join(', '), next };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}
