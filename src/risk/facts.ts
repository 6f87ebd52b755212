// History facts for conditions of rules: what is remembered of the agent, the tool and the amounts at hand. Plain JSON, always the same
// members; what is not known is 0 or absent as described.
import type { JsonObject } from '../lib/json.ts';
import type { Amounts } from './amounts.ts';
import type { History } from './history.ts';

const DAY_MS = 86_400_000;

/**
 * Shape (`facts` in `when`):
 * - `agent`: `calls` let through (fading), `calls_last_hour`, `calls_last_minute`, `refused_last_hour`, `tools` different tools used
 *   (approximate), `days` since first seen, `hour_share` of its calls that come at this hour of the week (0–1);
 * - `tool`: `calls`, `calls_by_agent`, `first_use` (true when this agent never used it);
 * - `amounts`: place in the arguments → `value`, `count` of earlier amounts of this agent there, `median`, `p95`, `max` (absent when count is 0).
 */
export function factsOf(
  history: History | undefined,
  subject: { agent: string; server: string; tool: string; nowMs: number; amounts: Amounts },
): JsonObject {
  const { agent, server, tool, nowMs } = subject;
  const memory = history?.agent(agent);
  const pair = history?.pair(agent, server, tool);
  const amounts: JsonObject = {};
  for (const [place, value] of subject.amounts) {
    const sketch = pair?.sketches.get(place);
    const known = sketch && sketch.count > 0;
    Object.defineProperty(amounts, place, {
      value: {
        value,
        count: sketch?.count ?? 0,
        ...(known ? { median: sketch.quantile(0.5) ?? 0, p95: sketch.quantile(0.95) ?? 0, max: sketch.max } : {}),
      },
      enumerable: true,
    });
  }
  return {
    agent: {
      calls: memory?.activity.total ?? 0,
      calls_last_hour: memory?.activity.lastHour(nowMs) ?? 0,
      calls_last_minute: memory?.activity.lastMinute(nowMs) ?? 0,
      refused_last_hour: memory?.refused.lastHour(nowMs) ?? 0,
      tools: memory?.tools.count ?? 0,
      days: memory ? Math.max(0, Math.floor((nowMs - memory.firstMs) / DAY_MS)) : 0,
      hour_share: memory?.activity.shareAround(nowMs) ?? 0,
    },
    tool: {
      calls: history?.tool(server, tool)?.calls ?? 0,
      calls_by_agent: pair?.calls ?? 0,
      first_use: (pair?.calls ?? 0) === 0,
    },
    amounts,
  };
}
