// `doctor` about a Redis that answers, one that wants another password, one that is silent and one that is not there; the URL is never printed.
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonOf, runCli } from '../../test/support/cli-process.ts';

const PASSWORD = 'rather-secret-7731';
let server: Server | undefined;
afterEach(() => server?.close());

/** Answers every command with this; '' never. */
async function redis(answer: string): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(answer.repeat(chunk.toString().split('*').length - 1)));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `redis://:${PASSWORD}@127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

async function check(url: string): Promise<unknown> {
  const doctor = await runCli(['doctor', '--json', '--data', '/nonexistent', '--url', 'http://127.0.0.1:1'], { env: { REDIS_URL: url } });
  expect(doctor.stdout + doctor.stderr).not.toContain(PASSWORD);
  return (jsonOf(doctor) as { checks: { name: string }[] }).checks.find(({ name }) => name === 'redis');
}

describe('doctor and Redis', () => {
  it.each([
    ['answers', '+PONG\r\n', { state: 'ok' }],
    ['refuses', '-WRONGPASS invalid\r\n', { state: 'warn', message: expect.stringContaining('WRONGPASS') }],
    ['is silent', '', { state: 'warn', message: expect.stringContaining('no answer') }],
  ])('%s', async (_what, answer, expected) => {
    expect(await check(await redis(answer))).toMatchObject(expected);
  });

  it('is not there', async () => {
    expect(await check(`redis://:${PASSWORD}@127.0.0.1:9`)).toMatchObject({ state: 'warn', next: expect.any(String) });
  });
});
