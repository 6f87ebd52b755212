// Servers that fail are left alone, tried again, and come back; of several endpoints the bad one gets nothing; what is not safe to repeat is sent once.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, type RawHandler, type RawRequest, type RawServer, startRawServer } from '../../test/support/raw-server.ts';
import { Agent, type AgentOptions, specOf, startUpstreams, type TestGateway } from '../../test/support/upstream-agent.ts';
import { ManualClock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import type { ServerSpec } from '../object/kinds.ts';
import {
  BREAKER_MINIMUM,
  BREAKER_SIZE,
  Breaker,
  type Health,
  LONGEST_REST_MS,
  MAX_KEPT,
  MAX_WITNESSES,
  ServerResting,
  TRIAL_PATIENCE_MS,
} from './breaker.ts';

const REST_MS = 500;
const OK = { resultType: 'complete', content: [] };

let gateway: TestGateway;
let servers: RawServer[];

/** The time of day stands still: a rest is over when the test says so, however long the calls of the test take. */
function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  gateway = startUpstreams({ firstRestMs: REST_MS });
  servers = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await gateway.close();
  for (const server of servers) await server.close();
});

async function server(handler: RawHandler): Promise<RawServer> {
  const made = await startRawServer(handler);
  servers.push(made);
  return made;
}

function agentAt(spec: Partial<ServerSpec>, options: Partial<AgentOptions> = {}): Agent {
  return new Agent({ era: 'modern', spec: specOf({ era: 'modern', ...spec }), upstreams: gateway.upstreams, ...options });
}

const well: RawHandler = (request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, result: OK });
const broken: RawHandler = (_request, response) => void response.destroy();
const calls = (at: RawServer | undefined) =>
  (at?.received ?? []).filter(({ message }: RawRequest) => message?.method === 'tools/call').length;

async function codes(agent: Agent, count: number, method = 'tools/call', more: object = {}): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < count; i++) {
    const request = { ...agent.request(method, method === 'tools/call' ? { name: 't' } : {}), ...more };
    found.push(
      await gateway.upstreams.exchange(request).then(
        (reply) => reply.type,
        (error: { code: string }) => error.code,
      ),
    );
  }
  return found;
}

describe('a circuit breaker per server', () => {
  it('leaves a failing server alone, says so and for how long, and tries it again with one call', async () => {
    let isBroken = true;
    const one = await server((request, response) => (isBroken ? broken : well)(request, response));
    const agent = agentAt({ url: one.url });
    const failing = await codes(agent, BREAKER_MINIMUM + 3);
    expect(failing.slice(0, BREAKER_MINIMUM).every((code) => /^upstream_(closed|unreachable)$/.test(code))).toBe(true);
    expect(failing.slice(BREAKER_MINIMUM)).toEqual(['upstream_unavailable', 'upstream_unavailable', 'upstream_unavailable']);
    expect(calls(one)).toBe(BREAKER_MINIMUM);
    expect(gateway.upstreams.status()).toMatchObject([{ health: 'resting' }]);
    const refused = await gateway.upstreams.exchange(agent.request('tools/call', { name: 't' })).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ServerResting);
    expect((refused as ServerResting).retryAfterMs).toBeLessThanOrEqual(REST_MS);
    pass(REST_MS + 20);
    expect(await codes(agent, 2)).toEqual([expect.stringMatching(/closed|unreachable/), 'upstream_unavailable']); // a failed trial, a longer rest
    expect(calls(one)).toBe(BREAKER_MINIMUM + 1);
    isBroken = false;
    pass(2 * REST_MS + 20);
    expect(await codes(agent, 3)).toEqual(['result', 'result', 'result']);
    expect(gateway.upstreams.status()).toMatchObject([{ health: 'up' }]);
    const told = gateway.reports.filter(([event]) => event === 'server_health').map(([, { health }]) => health);
    expect(told).toEqual(['resting', 'trial', 'resting', 'trial', 'up']);
  });

  it('only one call is the trial; others are told to wait', async () => {
    let answer: RawHandler = broken;
    const one = await server((request, response) => answer(request, response));
    const agent = agentAt({ url: one.url });
    await codes(agent, BREAKER_MINIMUM);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    answer = async (request, response) => {
      await held;
      well(request, response);
    };
    pass(REST_MS + 20);
    const trial = codes(agent, 1);
    await expect.poll(() => gateway.upstreams.status()[0]?.health).toBe('trial');
    expect(await codes(agent, 2)).toEqual(['upstream_unavailable', 'upstream_unavailable']);
    release();
    expect(await trial).toEqual(['result']);
  });

  it('a trial that its caller gave up shows nothing: the server goes on resting', async () => {
    let answer: RawHandler = broken;
    const one = await server((request, response) => answer(request, response));
    const agent = agentAt({ url: one.url });
    await codes(agent, BREAKER_MINIMUM);
    answer = () => undefined;
    pass(REST_MS + 20);
    const controller = new AbortController();
    const trial = gateway.upstreams.exchange({ ...agent.request('tools/call', { name: 't' }), signal: controller.signal });
    await expect.poll(() => gateway.upstreams.status()[0]?.health).toBe('trial');
    controller.abort(new Error('gone'));
    await expect(trial).rejects.toThrow('gone');
    expect(gateway.upstreams.status()).toMatchObject([{ health: 'resting' }]);
  });

  it('errors a server answers with, and calls that agents give up, are no faults', async () => {
    const one = await server((request, response) =>
      json(response, { jsonrpc: '2.0', id: request.message?.id, error: { code: -32603, message: 'no' } }),
    );
    const agent = agentAt({ url: one.url });
    expect(new Set(await codes(agent, 30))).toEqual(new Set(['error']));
    for (let i = 0; i < 30; i++) {
      const controller = new AbortController();
      const request = { ...agent.request('tools/call', { name: 't' }), signal: controller.signal };
      const running = gateway.upstreams.exchange(request);
      controller.abort(new Error('gone'));
      await expect(running).rejects.toThrow('gone');
    }
    expect(gateway.upstreams.status()).toMatchObject([{ health: 'up' }]);
  });

  it('one of which half fails is not left alone: a tool that breaks must not take the others with it', async () => {
    let n = 0;
    const one = await server((request, response) => (++n % 2 === 0 ? broken : well)(request, response));
    expect(await codes(agentAt({ url: one.url }), 40)).not.toContain('upstream_unavailable');
  });
});

describe('a trial', () => {
  const at = (clock: ManualClock, told: Health[] = []) =>
    new Breaker({ server: 's', clock, onChange: (health) => told.push(health), firstRestMs: 20 });
  const fails = (code: string) => async () => {
    throw new GatewayError(code, 'no');
  };
  async function resting(breaker: Breaker, clock: ManualClock): Promise<void> {
    for (let i = 0; i < BREAKER_MINIMUM; i++) await breaker.run('a', fails('upstream_closed')).catch(() => undefined);
    expect(breaker.health).toBe('resting');
    pass(30);
    clock.advance(30);
  }

  it('that takes its time does not keep everybody out: after a while another call tries beside it', async () => {
    const clock = new ManualClock(Date.now());
    const told: Health[] = [];
    const breaker = at(clock, told);
    await resting(breaker, clock);
    const slow = Promise.withResolvers<string>();
    const trial = breaker.run('a', () => slow.promise);
    await expect(breaker.run('a', async () => 'early')).rejects.toThrow(ServerResting);
    clock.advance(TRIAL_PATIENCE_MS);
    await expect(breaker.run('a', fails('upstream_timeout'))).rejects.toThrow('no');
    expect(breaker.health).toBe('trial');
    expect(await breaker.run('a', async () => 'second')).toBe('second');
    expect(breaker.health).toBe('up');
    slow.reject(new GatewayError('upstream_closed', 'late'));
    await expect(trial).rejects.toThrow('late');
    expect(breaker.health).toBe('up');
    expect(told).toEqual(['resting', 'trial', 'up']);
  });

  it.each([
    ['upstream_auth', 'up'],
    ['upstream_header_mismatch', 'up'],
    ['upstream_timeout', 'resting'],
    ['upstream_overloaded', 'resting'],
  ])('that ends with %s leaves the server %s', async (code, health) => {
    const clock = new ManualClock(Date.now());
    const breaker = at(clock);
    await resting(breaker, clock);
    await breaker.run('a', fails(code)).catch(() => undefined);
    expect(breaker.health).toBe(health);
  });
});

describe('one agent whose calls fail', () => {
  /** Breaks on what the attacker sends, and answers everybody else. */
  const fragile: RawHandler = (request, response) =>
    (JSON.stringify(request.message).includes('poison') ? broken : well)(request, response);
  const poisoned = { params: { name: 't', arguments: { poison: true } }, paramsText: undefined };

  it('is kept away alone: the server goes on answering the others, and is told to rest once', async () => {
    // No trial while this runs, however slow the machine is.
    await gateway.close();
    gateway = startUpstreams({ firstRestMs: 60_000 });
    const one = await server(fragile);
    const [attacker, other] = ['attacker', 'other'].map((principalKey) => agentAt({ url: one.url }, { principalKey })) as [Agent, Agent];
    for (let round = 0; round < 3; round++) {
      expect((await codes(attacker, BREAKER_MINIMUM + 1, 'tools/call', poisoned)).at(-1)).toBe('upstream_unavailable');
      expect(await codes(other, 4)).toEqual(['result', 'result', 'result', 'result']);
      expect((await codes(attacker, 1))[0]).toBe('upstream_unavailable');
    }
    const told = gateway.reports.filter(([event]) => event === 'server_health').map(([, { health }]) => health);
    expect(told[0]).toBe('resting');
    expect(told).not.toContain('up');
  });

  it('joined by others is kept away with them, and keeps away nobody whose own calls are answered', async () => {
    await gateway.close();
    gateway = startUpstreams({ firstRestMs: 60_000 });
    const one = await server(fragile);
    const of = (principalKey: string): Agent => agentAt({ url: one.url }, { principalKey });
    const attackers = ['x', 'y', 'z'].map(of);
    const others = ['other', 'another', 'one more'].map(of);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < BREAKER_SIZE; i++) for (const attacker of attackers) await codes(attacker, 1, 'tools/call', poisoned);
      for (const attacker of attackers) expect(await codes(attacker, 1)).toEqual(['upstream_unavailable']);
      for (const other of others) expect(await codes(other, 4)).toEqual(['result', 'result', 'result', 'result']);
    }
  });

  const firstRest = { server: 's', onChange: () => undefined, firstRestMs: 60_000 };
  const lost = async () => {
    throw new GatewayError('upstream_closed', 'no');
  };

  it('is joined by whoever finds the server failing, too: each finds out once', async () => {
    const breaker = new Breaker({ ...firstRest, clock: new ManualClock(Date.now()) });
    for (let i = 0; i < BREAKER_MINIMUM; i++) await breaker.run('a', lost).catch(() => undefined);
    expect([breaker.restMsFor('a') > 0, breaker.restMsFor('b'), breaker.restMsFor('c')]).toEqual([true, 0, 0]);
    expect(() => breaker.check('a')).toThrow(ServerResting);
    breaker.check('b');
    expect(await breaker.run('b', async () => 'well')).toBe('well');
    for (const caller of ['b', 'c', 'd']) {
      await expect(breaker.run(caller, lost)).rejects.toMatchObject({ code: 'upstream_closed' });
      await expect(breaker.run(caller, async () => 'x')).rejects.toBeInstanceOf(ServerResting);
    }
    expect(breaker.restMsFor('e')).toBe(0);
  });

  it('where it is several, a few of the others find out for all; one that is answered lets them all through', async () => {
    const clock = new ManualClock(Date.now());
    const breaker = new Breaker({ ...firstRest, clock });
    for (let i = 0; i < BREAKER_MINIMUM; i++) await breaker.run('a', lost).catch(() => undefined);
    await breaker.run('b', lost).catch(() => undefined);
    const slow = Array.from({ length: MAX_WITNESSES }, () => Promise.withResolvers<string>());
    const asking = slow.slice(1).map(({ promise }, i) => breaker.run(`slow ${i}`, () => promise));
    await expect(breaker.run('slow 0', async () => 'a second one beside it')).rejects.toBeInstanceOf(ServerResting);
    asking.unshift(breaker.run('the last', () => slow[0]?.promise ?? Promise.reject(new Error('there is one'))));
    await expect(breaker.run('late', async () => 'x')).rejects.toBeInstanceOf(ServerResting);
    expect(() => breaker.check('late')).toThrow(ServerResting);
    // Those that hang take the place of the others for so long only.
    clock.advance(TRIAL_PATIENCE_MS);
    expect(await breaker.run('late', async () => 'well')).toBe('well');
    const more = Array.from({ length: 2 * MAX_WITNESSES }, (_, i) => breaker.run(`more ${i}`, async () => 'well'));
    expect(new Set(await Promise.all(more))).toEqual(new Set(['well']));
    // And one that is lost brings the few back.
    slow[0]?.reject(new GatewayError('upstream_timeout', 'no'));
    await expect(asking[0]).rejects.toThrow('no');
    const held = Array.from({ length: MAX_WITNESSES }, () => Promise.withResolvers<string>());
    const next = held.map(({ promise }, i) => breaker.run(`held ${i}`, () => promise));
    await expect(breaker.run('over', async () => 'x')).rejects.toBeInstanceOf(ServerResting);
    for (const { resolve } of [...slow.slice(1), ...held]) resolve('well');
    await Promise.all([...asking.slice(1), ...next]);
  });

  it('is remembered among so many, and the memory is bounded', async () => {
    const breaker = new Breaker({ ...firstRest, clock: new ManualClock(Date.now()) });
    for (let i = 0; i < BREAKER_MINIMUM; i++) await breaker.run('a', lost).catch(() => undefined);
    for (let i = 0; i < MAX_KEPT - 1; i++) await breaker.run(`b ${i}`, lost).catch(() => undefined);
    expect(breaker.restMsFor('a')).toBeGreaterThan(0);
    await breaker.run('one more', lost).catch(() => undefined);
    expect([breaker.restMsFor('a'), breaker.restMsFor('b 0') > 0, breaker.restMsFor('one more') > 0]).toEqual([0, true, true]);
  });

  it('is not told to be resting for ever when that agent never comes back: the others show that it is well', async () => {
    const clock = new ManualClock(Date.now());
    const told: Health[] = [];
    const breaker = new Breaker({ server: 's', clock, onChange: (health) => told.push(health), firstRestMs: 60_000 });
    const fails = async () => {
      throw new GatewayError('upstream_closed', 'no');
    };
    const well = () => breaker.run('b', async () => 'well');
    for (let i = 0; i < BREAKER_MINIMUM; i++) await breaker.run('a', fails).catch(() => undefined);
    await well();
    clock.advance(60_000 + LONGEST_REST_MS - 1);
    await well();
    expect([breaker.health, told]).toEqual(['resting', ['resting']]);
    clock.advance(1);
    await well();
    expect([breaker.health, told, breaker.restMsFor('a')]).toEqual(['up', ['resting', 'up'], 0]);
    // As new: it takes as many faults as before.
    for (let i = 1; i < BREAKER_MINIMUM; i++) await breaker.run('a', fails).catch(() => undefined);
    expect(breaker.health).toBe('up');
    await breaker.run('a', fails).catch(() => undefined);
    expect(breaker.health).toBe('resting');
  });

  it('does not stand for two because of a fault of long ago, nor of one that was well since', async () => {
    const fails = async () => {
      throw new GatewayError('upstream_timeout', 'no');
    };
    const fresh = () => new Breaker({ server: 's', clock: new ManualClock(Date.now()), onChange: () => undefined, firstRestMs: 60_000 });
    const open = async (breaker: Breaker): Promise<void> => {
      while (breaker.health === 'up') await breaker.run('a', fails).catch(() => undefined);
    };
    const recovered = fresh();
    await recovered.run('b', fails).catch(() => undefined);
    await recovered.run('b', async () => 'well');
    await open(recovered);
    expect(recovered.restMsFor('c')).toBe(0);
    const old = fresh();
    await old.run('b', fails).catch(() => undefined);
    for (let i = 0; i < BREAKER_SIZE; i++) await old.run('c', async () => 'well');
    await open(old);
    expect(old.restMsFor('b')).toBe(0);
    const both = fresh();
    await both.run('b', fails).catch(() => undefined);
    await open(both);
    expect([both.restMsFor('b') > 0, both.restMsFor('c')]).toEqual([true, 0]);
  });
});

describe('several endpoints of one server', () => {
  it('a failing endpoint is ejected, and only that one', async () => {
    // No trial while this runs, however slow the machine is.
    await gateway.close();
    gateway = startUpstreams({ firstRestMs: 60_000 });
    const good = await server(well);
    const bad = await server(broken);
    const spec = { url: good.url, urls: [bad.url] };
    // Callers are spread: enough of them to have some at each.
    const agents = Array.from({ length: 16 }, (_, i) => agentAt(spec, { principalKey: `agent-${i}` }));
    for (let round = 0; round < 10; round++) for (const agent of agents) await codes(agent, 1);
    // Nobody else loses a call to find out.
    expect(calls(bad)).toBe(BREAKER_MINIMUM);
    for (const agent of agents) expect(await codes(agent, 1)).toEqual(['result']);
    const [status] = gateway.upstreams.status();
    expect(status).toMatchObject({ health: 'up' });
    expect(status?.endpoints?.map(({ url, health }) => [url, health])).toEqual(
      expect.arrayContaining([
        [good.url, 'up'],
        [bad.url, 'resting'],
      ]),
    );
  });

  it('when all rest, the agent is told', async () => {
    await gateway.close();
    gateway = startUpstreams({ firstRestMs: 60_000 });
    const [one, two] = [await server(broken), await server(broken)];
    const found = await codes(agentAt({ urls: [one.url, two.url] }), 4 * BREAKER_MINIMUM);
    expect(found.at(-1)).toBe('upstream_unavailable');
    expect(calls(one) + calls(two)).toBe(2 * BREAKER_MINIMUM);
  });

  it('the same caller goes to the same endpoint', async () => {
    const all = await Promise.all([server(well), server(well), server(well)]);
    const spec = { urls: all.map(({ url }) => url) };
    const hits = new Set<number>();
    for (let i = 0; i < 24; i++) {
      const before = all.map(calls);
      await codes(agentAt(spec, { principalKey: `agent-${i}` }), 3);
      const grown = all.map((one, at) => calls(one) - (before[at] ?? 0));
      expect([...grown].sort()).toEqual([0, 0, 3]);
      hits.add(grown.indexOf(3));
    }
    expect(hits.size).toBe(3);
  });
});

describe('retries only where the call is known to be safe', () => {
  it('a request that may be repeated is, once, at another endpoint where there is one', async () => {
    const good = await server(well);
    const bad = await server(broken);
    for (let i = 0; i < 8; i++) {
      const agent = agentAt({ urls: [good.url, bad.url] }, { principalKey: `agent-${i}` });
      expect(await codes(agent, 1, 'tools/call', { repeatable: true })).toEqual(['result']);
    }
  });

  it('what has no such mark is sent at most once', async () => {
    const one = await server(broken);
    await codes(agentAt({ url: one.url }), 3);
    expect(calls(one)).toBe(3);
    const other = await server(broken);
    await codes(agentAt({ url: other.url }, { server: 'other' }), 1, 'tools/call', { repeatable: true });
    expect(calls(other)).toBe(2);
  });
});
