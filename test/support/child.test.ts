// Child processes of tests: ready line, output, stop, kill, and a process that never gets ready.

import { describe, expect, it } from 'vitest';
import { jsonReady, startChild } from './child.ts';

const script = (code: string) => ({ command: process.execPath, args: ['-e', code] });
const ready = (line: string) => jsonReady(line, ['url'] as const);
const SERVE = `console.log('starting'); console.log('{"url":"u"}'); console.error('noise'); setInterval(() => {}, 1000);`;

describe('startChild', () => {
  it('waits for the ready line, keeps the output, stops with the exit code of the process', async () => {
    const child = await startChild({ ...script(`process.on('SIGTERM', () => process.exit(7)); ${SERVE}`), ready });
    expect(child.ready).toEqual({ url: 'u' });
    await expect.poll(() => child.output().stderr).toContain('noise');
    expect(await child.stop()).toBe(7);
    expect(() => process.kill(child.pid, 0)).toThrow();
  });

  it('kills a process that ignores signals', async () => {
    const child = await startChild({ ...script(`process.on('SIGTERM', () => {}); ${SERVE}`), ready });
    await child.kill();
    expect(() => process.kill(child.pid, 0)).toThrow();
    expect(await child.exited).toBeNull();
  });

  it('throws with the output of a process that ends too early', async () => {
    await expect(startChild({ ...script(`console.error('no such option'); process.exit(2)`), ready })).rejects.toThrow(/no such option/);
  });

  it('gives up on a process that stays silent', async () => {
    await expect(startChild({ ...script('setInterval(() => {}, 1000)'), ready, readyTimeoutMs: 200 })).rejects.toThrow(/not ready in time/);
  });

  it('throws for a program that does not exist', async () => {
    await expect(startChild({ command: '/nonexistent/program', args: [], ready })).rejects.toThrow(/ENOENT/);
  });
});
