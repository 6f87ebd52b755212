// Rates counted in Redis for all gateways together: the generic cell rate algorithm in one script, atomic, on the clock of the server.
// Rejects when Redis does not answer in time; whoever asks decides what that means.
import type { RateItem, RateRefusal, RateStore } from '../../limit/port.ts';
import { type Answer, RedisConnection } from './connection.ts';

/** An answer that takes longer is no answer. */
export const ANSWER_TIMEOUT_MS = 250;

/** All items or none. KEYS: one each. ARGV: emission and tolerance of each, microseconds. Answers {0} or {place from 1, microseconds to wait}. */
const SCRIPT = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local tats = {}
for i = 1, #KEYS do
  local emission, tolerance = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local tat = math.min(tonumber(redis.call('GET', KEYS[i]) or '0'), now + tolerance + emission)
  if tat - now > tolerance then return {i, tat - now - tolerance} end
  tats[i] = math.max(tat, now) + emission
end
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], string.format('%.0f', tats[i]), 'PX', math.ceil((tats[i] - now) / 1000) + 1000)
end
return {0}`;

/** The same without taking: how far ahead each is, microseconds, as texts: an integer of Redis has no room for a count of long ago. */
const LOOK = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local aheads = {}
for i = 1, #KEYS do
  local most = tonumber(ARGV[2 * i - 1]) + tonumber(ARGV[2 * i])
  aheads[i] = string.format('%.0f', math.max(0, math.min(tonumber(redis.call('GET', KEYS[i]) or '0') - now, most)))
end
return aheads`;

export class RedisRates implements RateStore {
  readonly #url: string;
  #connection: RedisConnection | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async take(org: string, items: readonly RateItem[]): Promise<RateRefusal | undefined> {
    const answer = await this.#run(SCRIPT, org, items);
    const [place, waitUs] = Array.isArray(answer) ? answer : [];
    if (place === 0) return undefined;
    if (typeof place !== 'number' || typeof waitUs !== 'number') throw new Error('Redis gave an unexpected answer');
    return { index: place - 1, retryAfterMs: Math.max(1, Math.ceil(waitUs / 1000)) };
  }

  async ahead(org: string, items: readonly RateItem[]): Promise<number[]> {
    const answer = await this.#run(LOOK, org, items);
    const aheads = Array.isArray(answer) ? answer.map(Number) : [];
    if (aheads.length !== items.length || !aheads.every(Number.isFinite)) throw new Error('Redis gave an unexpected answer');
    return aheads;
  }

  async close(): Promise<void> {
    this.#connection?.end();
  }

  async #run(script: string, org: string, items: readonly RateItem[]): Promise<Answer> {
    // One hash tag: on a cluster the keys of an organization live together.
    const keys = items.map(({ key }) => `sallyport:rate:{${org}}:${key}`);
    const pace = items.flatMap(({ pace: { emissionUs, toleranceUs } }) => [String(emissionUs), String(toleranceUs)]);
    const answer = await this.#send(['EVAL', script, String(keys.length), ...keys, ...pace]);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  async #send(command: readonly string[]): Promise<Answer> {
    if (!this.#connection || this.#connection.isDead) this.#connection = new RedisConnection(this.#url);
    const connection = this.#connection;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        // Answers come in order: behind one that does not come, none does.
        reject(new Error(`no answer from Redis within ${ANSWER_TIMEOUT_MS} ms`));
        connection.end();
      }, ANSWER_TIMEOUT_MS);
    });
    try {
      return await Promise.race([connection.send(command), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
