// How the servers are, for operators: one line for each, its endpoints beneath it. Never shows a credential of a URL.
import type { Health } from './breaker.ts';
import type { UpstreamStatus } from './exchange.ts';
import type { ServerEntry } from './server-entry.ts';

export function statusOf(entries: readonly ServerEntry[]): UpstreamStatus[] {
  const groups = new Map<string, ServerEntry[]>();
  for (const entry of entries) {
    const key = `${entry.options.org}\n${entry.options.server}`;
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const sum = (count: (entry: ServerEntry) => number) => group.reduce((total, entry) => total + count(entry), 0);
    return [
      {
        org: first.options.org,
        server: first.options.server,
        transport: first.spec.transport,
        era: first.era,
        connections: sum((entry) => entry.pool.size),
        inFlight: sum((entry) => entry.capacity.inUse),
        lastError: group.find((entry) => entry.lastError !== undefined)?.lastError,
        health: best(group.map((entry) => entry.breaker.health)),
        endpoints: group.length === 1 ? undefined : group.map(endpointOf),
      },
    ];
  });
}

function endpointOf({ spec, breaker, lastError }: ServerEntry): { url: string; health: Health; lastError: string | undefined } {
  return { url: shownUrl(spec.url ?? ''), health: breaker.health, lastError };
}

function best(healths: readonly Health[]): Health {
  return healths.includes('up') ? 'up' : healths.includes('trial') ? 'trial' : 'resting';
}

export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return '';
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}
