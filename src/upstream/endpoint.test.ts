// Which endpoint a request goes to: sessions stay, callers stay, nobody goes to one that is down while another is up.
import { describe, expect, it } from 'vitest';
import { specOf } from '../../test/support/upstream-agent.ts';
import { Endpoints, endpointsOf, MAX_SESSION_HOMES, type RestOf } from './endpoint.ts';
import type { UpstreamRequest } from './exchange.ts';

const URLS = ['http://127.0.0.1:1/mcp', 'http://127.0.0.1:2/mcp', 'http://127.0.0.1:3/mcp'];
const all = endpointsOf(specOf({ urls: URLS })) ?? [];

function request(principalKey: string, sessionId?: string): UpstreamRequest {
  return { org: 'acme', server: 'shop', principalKey, client: { sessionId } } as UpstreamRequest;
}

const upExcept =
  (...down: (string | undefined)[]) =>
  (url: string) => {
    const restMs = down.includes(url) ? 1_000 : 0;
    return { forAnybody: restMs, forCaller: restMs };
  };

describe('endpoints', () => {
  it('url and urls together, each once; one place only without urls', () => {
    expect(endpointsOf(specOf({ url: URLS[0], urls: URLS }))?.map(({ url }) => url)).toEqual(URLS);
    expect(endpointsOf(specOf({ url: URLS[0] }))).toBeUndefined();
    expect(all.every((spec) => spec.urls === undefined)).toBe(true);
  });

  it('who loses an endpoint moves, everybody else stays', () => {
    const endpoints = new Endpoints();
    const home = (key: string, down?: string) => endpoints.choose(request(key), all, upExcept(down), undefined).url;
    const keys = Array.from({ length: 60 }, (_, i) => `agent-${i}`);
    const before = keys.map((key) => home(key));
    expect(new Set(before).size).toBe(3);
    const after = keys.map((key) => home(key, URLS[1]));
    for (const [at, url] of before.entries()) if (url !== URLS[1]) expect(after[at]).toBe(url);
    expect(after).not.toContain(URLS[1]);
  });

  it('a session stays where it is while that is up, also when its first endpoint comes back', () => {
    const endpoints = new Endpoints();
    const at = (...down: (string | undefined)[]) => endpoints.choose(request('agent-1', 's1'), all, upExcept(...down), undefined).url;
    const first = at();
    const second = at(first);
    expect(second).not.toBe(first);
    expect(at()).toBe(second);
    endpoints.endSession('acme', 'shop', 's1');
    expect(at()).toBe(first);
  });

  it('one that rests for others gets nothing from this caller, too, while another is well; a session that it answers stays', () => {
    const endpoints = new Endpoints();
    const sparedAt =
      (...resting: (string | undefined)[]): RestOf =>
      (url) => ({ forAnybody: resting.includes(url) ? 1_000 : 0, forCaller: 0 });
    const first = endpoints.choose(request('agent-1', 's1'), all, sparedAt(), undefined).url;
    const other = endpoints.choose(request('agent-1'), all, sparedAt(first), undefined).url;
    expect(other).not.toBe(first);
    expect(endpoints.choose(request('agent-1', 's1'), all, sparedAt(first), undefined).url).toBe(first);
    // Where none is well, it may still be for this caller.
    expect(endpoints.choose(request('agent-1'), all, sparedAt(...URLS), undefined).url).toBe(first);
  });

  it('one that has just failed the request is avoided, even when no other is up', () => {
    const endpoints = new Endpoints();
    const first = endpoints.choose(request('agent-1'), all, upExcept(), undefined).url;
    expect(endpoints.choose(request('agent-1'), all, upExcept(...URLS), first).url).not.toBe(first);
    expect(endpoints.choose(request('agent-1'), all.slice(0, 1), upExcept(...URLS), URLS[0]).url).toBe(URLS[0]);
  });

  it(`remembers the homes of ${MAX_SESSION_HOMES} sessions, the oldest is forgotten first`, () => {
    const endpoints = new Endpoints();
    const at = (session: string, down?: string) => endpoints.choose(request('agent-1', session), all, upExcept(down), undefined).url;
    const first = at('old');
    const moved = at('old', first);
    for (let i = 0; i < MAX_SESSION_HOMES - 1; i++) at(`s${i}`);
    expect(at('old')).toBe(moved);
    for (let i = 0; i < MAX_SESSION_HOMES; i++) at(`t${i}`);
    expect(at('old')).toBe(first);
  });
});
