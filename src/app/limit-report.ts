// Limits and their use in the words of the admin API. Reads only.

import type { LimitState } from '../admin/context.ts';
import type { LimitBody } from '../admin/contract.ts';
import { stateOf, usageOf } from '../limit/usage.ts';
import type { DecideInput } from '../policy/decide-input.ts';
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

/** What a request like this would meet now. */
export async function limitState(
  { control, limits, clock }: Inside,
  org: string,
  input: DecideInput,
  quotas: readonly string[],
): Promise<LimitState[]> {
  const set = control.current(org)?.limits;
  if (!set) return [];
  const { principal, kind, method, server, capability, args } = input;
  const subject = {
    principal: { ...principal, inScope: () => true },
    kind,
    method,
    server,
    tool: capability?.kind === 'tool' ? capability.name : undefined,
  };
  const states = await stateOf(limits.limiter, set, subject, args, clock.nowMs(), quotas);
  return states.map(({ roomAtMs, ...state }) => ({
    ...state,
    ...(roomAtMs === undefined ? {} : { roomAt: new Date(roomAtMs).toISOString() }),
  }));
}
