// What `sallyport doctor` says of the Redis that counts rates, where one is set. Sends one PING; never prints the URL, which may hold a password.
import type { Config } from '../config.ts';
import { RedisConnection } from '../store/redis/connection.ts';
import type { Check } from './doctor-checks.ts';

const PATIENCE_MS = 2_000;
const name = 'redis';

export async function lookAtRedis({ redisUrl, limits }: Config): Promise<Check[]> {
  if (redisUrl === undefined) return [];
  if (limits.rates !== 'auto')
    return [
      {
        name,
        state: 'warn',
        message: `REDIS_URL is set and not used: limits.rates is ${limits.rates}`,
        next: 'Set limits.rates to auto, or remove it.',
      },
    ];
  let connection: RedisConnection | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    connection = new RedisConnection(redisUrl);
    // Keeps the process until there is an answer: the connection does not.
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
    });
    const answer = await Promise.race([connection.send(['PING']), late]);
    if (answer instanceof Error) throw answer;
    return [{ name, state: 'ok', message: 'answers; it counts rates for all gateways together' }];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      {
        name,
        state: 'warn',
        message: `does not answer (${why}); each gateway counts rates for itself`,
        next: 'Check REDIS_URL and the server.',
      },
    ];
  } finally {
    clearTimeout(timer);
    connection?.end();
  }
}
