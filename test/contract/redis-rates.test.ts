// Rates in Redis, against a real server (Debian's redis-server) when there is one; skipped otherwise, and said so. The protocol alone is always tested.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../src/lib/clock.ts';
import { FallbackRates, RETRY_SHARED_MS } from '../../src/limit/fallback-rates.ts';
import { ProcessRates, paceOf, roomOf, waitMsOf } from '../../src/limit/gcra.ts';
import { type Answer, parseAnswer } from '../../src/store/redis/connection.ts';
import { ANSWER_TIMEOUT_MS, RedisRates } from '../../src/store/redis/rates.ts';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const PASSWORD = 's p/cé';

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

describe.skipIf(!hasRedis)('rates in Redis (needs redis-server)', () => {
  let url: string;
  let stop: () => Promise<void>;
  const open: RedisRates[] = [];
  const client = (): RedisRates => {
    const made = new RedisRates(url);
    open.push(made);
    return made;
  };

  beforeAll(async () => {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-redis-'));
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--requirepass', PASSWORD];
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    stop = async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    };
    url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/3`;
    for (let tries = 0; tries < 1_200; tries++) {
      const isThere = await client()
        .take('probe', [{ key: 'k', pace: paceOf({ max: 1000, windowMs: 1000 }) }])
        .then(
          () => true,
          () => false,
        );
      if (isThere) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('redis-server does not answer');
  });
  afterAll(async () => {
    for (const one of open) await one.close();
    await stop();
  });

  it('two gateways share one count, exactly, and are told how long to wait', async () => {
    const [one, two] = [client(), client()];
    const item = { key: 'shared', pace: paceOf({ max: 20, windowMs: 60_000, burst: 10 }) };
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? one : two).take('acme', [item])));
    expect(answers.filter((refused) => refused === undefined)).toHaveLength(10);
    const wait = answers.find((refused) => refused)?.retryAfterMs ?? 0;
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60_000 / 11 + 1);
    expect(await two.take('other', [item])).toBeUndefined();
  });

  it('says how far each count is without taking anything', async () => {
    const [one, two] = [client(), client()];
    const pace = paceOf({ max: 20, windowMs: 60_000, burst: 10 });
    const item = { key: 'looked-at', pace };
    expect(await one.ahead('acme', [item])).toEqual([0]);
    for (let i = 0; i < 10; i++) await one.take('acme', [item]);
    for (let i = 0; i < 20; i++) await two.ahead('acme', [item]);
    const [never = -1, full = 0] = await two.ahead('acme', [{ ...item, key: 'never' }, item]);
    expect([never, roomOf(pace, full), await two.ahead('other', [item])]).toEqual([0, 0, [0]]);
    const refused = await one.take('acme', [item]);
    expect(waitMsOf(pace, full)).toBeGreaterThanOrEqual(refused?.retryAfterMs ?? Number.POSITIVE_INFINITY);
    expect(waitMsOf(pace, full)).toBeLessThanOrEqual(60_000 / 11 + 1);
  });

  it('takes all items or none', async () => {
    const one = client();
    const [wide, narrow] = [
      { key: 'wide', pace: paceOf({ max: 3, windowMs: 60_000, burst: 3 }) },
      { key: 'narrow', pace: paceOf({ max: 1, windowMs: 60_000 }) },
    ];
    expect(await one.take('acme', [wide, narrow])).toBeUndefined();
    for (let i = 0; i < 5; i++) expect(await one.take('acme', [wide, narrow])).toMatchObject({ index: 1 });
    expect(await one.take('acme', [wide])).toBeUndefined();
    expect(await one.take('acme', [wide])).toBeUndefined();
    expect(await one.take('acme', [wide])).toMatchObject({ index: 0 });
  });

  it('a pace that is kept to passes after the wait it named', async () => {
    const one = client();
    const item = { key: 'quick', pace: paceOf({ max: 2, windowMs: 6_000, burst: 1 }) };
    expect(await one.take('acme', [item])).toBeUndefined();
    const refused = await one.take('acme', [item]);
    await new Promise((resolve) => setTimeout(resolve, (refused?.retryAfterMs ?? 0) + 2));
    expect(await one.take('acme', [item])).toBeUndefined();
  });

  it('a wrong password is a failure, not a licence', async () => {
    const wrong = new RedisRates(url.replace(encodeURIComponent(PASSWORD), 'nope'));
    await expect(wrong.take('acme', [{ key: 'k', pace: paceOf({ max: 1, windowMs: 1000 }) }])).rejects.toThrow();
    await wrong.close();
  });
});

describe('without Redis', () => {
  const item = { key: 'k', pace: paceOf({ max: 1, windowMs: 60_000 }) };

  it('rates are counted in the process until it is asked again', async () => {
    const clock = new ManualClock();
    const told: string[] = [];
    let asked = 0;
    const gone = {
      take: async () => {
        asked++;
        throw new Error('gone');
      },
      ahead: async () => [],
    };
    const rates = new FallbackRates(gone, new ProcessRates(() => clock.monotonicMs()), clock, (why) => told.push(why));
    expect(await rates.take('acme', [item])).toBeUndefined();
    expect(await rates.take('acme', [item])).toMatchObject({ index: 0 });
    expect([asked, told]).toEqual([1, ['gone']]);
    clock.advance(RETRY_SHARED_MS);
    await rates.take('acme', [item]);
    expect(asked).toBe(2);
  });

  it('a server that is not there, or does not answer, is a failure within the time', async () => {
    const gone = new RedisRates(`redis://127.0.0.1:${await freePort()}`);
    await expect(gone.take('acme', [item])).rejects.toThrow();
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const mute = new RedisRates(`redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    const began = systemClock.monotonicMs();
    await expect(mute.take('acme', [item])).rejects.toThrow('no answer');
    expect(systemClock.monotonicMs() - began).toBeGreaterThanOrEqual(ANSWER_TIMEOUT_MS - 5);
    await mute.close();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('answers are read in whatever pieces they come', () => {
    const text = '*3\r\n:1\r\n$5\r\nhé\r\n\r\n*1\r\n$-1\r\n-ERR no\r\n+OK\r\n';
    const bytes = Buffer.from(text);
    const list: Answer = [1, 'hé\r\n', [null]];
    for (let cut = 0; cut < bytes.length; cut++) {
      const parsed = parseAnswer(bytes.subarray(0, cut), 0, 0);
      if (typeof parsed === 'object') expect(parsed.answer).toEqual(list);
      else expect(parsed).toBe('more');
    }
    const first = parseAnswer(bytes, 0, 0);
    if (typeof first === 'string') throw new Error(first);
    const second = parseAnswer(bytes, first.next, 0);
    expect(second).toMatchObject({ answer: new Error('ERR no') });
    for (const bad of ['?x\r\n', ':1x\r\n', '$x\r\n', '*x\r\n', '*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n'])
      expect(parseAnswer(Buffer.from(bad), 0, 0)).toBe('bad');
  });
});
