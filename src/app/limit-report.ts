// Limits and their use in the words of the admin API. Reads only.
import type { LimitBody } from '../admin/contract.ts';
import { usageOf } from '../limit/usage.ts';
import type { Inside } from './gateway.ts';

export async function limitReport({ control, limits, clock }: Inside, org: string, name: string | undefined): Promise<LimitBody[]> {
  const set = control.current(org)?.limits;
  if (!set) return [];
  const uses = await usageOf(limits.limiter, set, org, clock.nowMs(), name);
  return uses.map(({ limit, counts }) => ({
    name: limit.name,
    spec: limit.spec,
    usage: counts.map(({ part, key, used, max, roomAtMs }) => ({
      part,
      key,
      used,
      max,
      ...(roomAtMs === undefined ? {} : { roomAt: new Date(roomAtMs).toISOString() }),
    })),
  }));
}
