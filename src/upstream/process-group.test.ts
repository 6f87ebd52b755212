// Ending process groups: politely, by force, never one that could be somebody else's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProcessGroup } from './process-group.ts';

const FAST = { graceMs: 20, termMs: 100 };

async function start(script: string): Promise<{ pid: number; ended: Promise<unknown[]> }> {
  const child = spawn('sh', ['-c', `${script}`], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, ended };
}

describe('process group', () => {
  it.each([0, 1, -5, 1.5, Number.NaN])('refuses %d, which could reach processes that are not ours', (pgid) => {
    expect(() => new ProcessGroup(pgid)).toThrow(RangeError);
  });

  it('ends politely what listens to SIGTERM', async () => {
    const { pid, ended } = await start('echo up; exec sleep 81');
    expect(await new ProcessGroup(pid).end({ ...FAST, termMs: 30_000 })).toBe(true);
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('ends by force what does not, and its children', async () => {
    const { pid, ended } = await start('trap "" TERM; sleep 82 & echo up; sleep 83; sleep 84');
    const group = new ProcessGroup(pid);
    expect(group.alive()).toBe(true);
    expect(await group.end(FAST)).toBe(true);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(group.alive()).toBe(false);
  });

  it('waits for what leaves by itself', async () => {
    const { pid, ended } = await start('echo up; sleep 0.1; exit 7');
    expect(await new ProcessGroup(pid).end({ graceMs: 30_000, termMs: 30_000 })).toBe(true);
    expect(await ended).toEqual([7, null]);
  });

  it('is gone for good once it was seen gone', async () => {
    const { pid } = await start('echo up');
    const group = new ProcessGroup(pid);
    expect(await group.end(FAST)).toBe(true);
    expect(await group.end(FAST)).toBe(true);
    expect(group.alive()).toBe(false);
  });
});
