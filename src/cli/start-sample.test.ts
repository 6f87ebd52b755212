// The sample server as a process: reachable on loopback alone, gone when it is stopped, gone when its parent was killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { startSample } from './start-sample.ts';

const root = resolve(import.meta.dirname, '../..');
const options = {
  script: join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'),
  preload: join(root, 'examples/quickstart/loopback-only.mjs'),
  path: process.env.PATH,
};
const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

it('listens on loopback and nowhere else', async () => {
  const sample = await startSample(options);
  try {
    expect(await answers(sample.url)).toBe(true);
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address && !address.internal && address.family === 'IPv4')
      .map((address) => sample.url.replace('127.0.0.1', address?.address ?? ''));
    for (const url of outside) expect(await answers(url), url).toBe(false);
  } finally {
    await sample.stop();
  }
  expect(await sample.exited).toEqual({ expected: true });
  expect(await answers(sample.url)).toBe(false);
});

it('says what to do when it does not start', async () => {
  await expect(startSample({ ...options, script: join(root, 'no-such-file.js') })).rejects.toMatchObject({ code: 'sample_server_failed' });
});

it('does not outlive a parent that was killed', async () => {
  const program = `
    const { startSample } = await import(${JSON.stringify(join(import.meta.dirname, 'start-sample.ts'))});
    const sample = await startSample(${JSON.stringify(options)});
    console.log(sample.url);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  expect(await answers(url)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'close');
  await expect.poll(() => answers(url), { timeout: 60_000 }).toBe(false);
});
