// The invariant of the orphan guard: no server process outlives the gateway, whichever way it ends, started-but-unreported ones included.
// Kills only processes it started itself.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { OrphanGuard } from './orphan-guard.ts';
import { spawnStdio } from './stdio.ts';

const WAIT = { timeout: 60_000, interval: 50 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function guard(): OrphanGuard {
  const made = new OrphanGuard({ path: process.env.PATH, onUnprotected: (reason) => expect.unreachable(reason) });
  cleanups.push(() => made.close());
  return made;
}

const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** A process that plays the gateway: starts servers through a guard and prints the process ids as JSON. */
async function gateway(body: string): Promise<{ process: ChildProcess; pids: number[] }> {
  const script = `
    const { OrphanGuard } = await import(${module('./orphan-guard.ts')});
    const { spawnStdio } = await import(${module('./stdio.ts')});
    const guard = new OrphanGuard({ path: process.env.PATH, onUnprotected: () => process.exit(9) });
    const start = (command, args) => spawnStdio({ command, args, cwd: undefined, env: {}, ownEnv: process.env, label: 'x', onOutput: () => {}, guard });
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  return { process: child, pids: JSON.parse(line) };
}

const STUBBORN = `['sh', ['-c', 'trap "" TERM; sleep 71 & echo "{\\\\"pid\\\\":$!}"; exec sleep 72']]`;
const START_TWO = `
  const first = await start(...${STUBBORN});
  const second = await start('cat', []);
  first.onMessage((text) => { console.log(JSON.stringify([first.pid, JSON.parse(text).pid, second.pid, guard.pid])); });
`;

describe('when the gateway is gone', () => {
  it.each([
    ['killed', START_TWO, 'SIGKILL'],
    [
      'crashed',
      `${START_TWO} process.on('SIGUSR2', () => { setImmediate(() => { throw new Error('a crash on purpose'); }); });`,
      'SIGUSR2',
    ],
    ['left without closing', `${START_TWO} process.on('SIGUSR2', () => process.exit(0));`, 'SIGUSR2'],
  ] as const)('no server outlives a gateway that was %s', async (_name, body, signal) => {
    const run = await gateway(body);
    expect(run.pids.map(alive)).toEqual([true, true, true, true]);
    run.process.kill(signal);
    await expect.poll(() => run.pids.map(alive), WAIT).toEqual([false, false, false, false]);
  });

  it.runIf(existsSync('/proc/self/environ'))(
    'finds a server that was started but not reported yet, and leaves alone what is not ours',
    async () => {
      const stranger = spawn('sleep', ['73'], { env: { ...process.env, SALLYPORT_STDIO: 'g_somebody-else-1' } });
      cleanups.push(() => stranger.kill('SIGKILL'));
      const run = await gateway(`
      const { spawn } = await import('node:child_process');
      const { writeSync } = await import('node:fs');
      const known = await start('cat', []);
      guard.adopt((marker) => {
        const child = spawn('sh', ['-c', 'trap "" TERM; exec sleep 74'], { detached: true, env: { PATH: process.env.PATH, SALLYPORT_STDIO: marker } });
        writeSync(1, JSON.stringify([known.pid, child.pid]) + '\\n');
        process.kill(process.pid, 'SIGKILL');
      });
    `);
      await expect.poll(() => run.pids.map(alive), WAIT).toEqual([false, false]);
      expect(alive(stranger.pid ?? 0)).toBe(true);
    },
  );
});

describe('while the gateway lives', () => {
  const options = { args: [], cwd: undefined, env: {}, ownEnv: { PATH: process.env.PATH }, label: 'x', onOutput: () => {} };

  it('comes back when something kills it, and knows the servers again', async () => {
    const protector = guard();
    const channel = await spawnStdio({ ...options, command: 'cat', guard: protector });
    cleanups.push(() => channel.close());
    const first = protector.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => protector.pid !== undefined && protector.pid !== first).toBe(true);
    expect(alive(channel.pid)).toBe(true);
    // Closing the guard with a server left is what the death of the gateway looks like.
    await protector.close();
    await expect.poll(() => alive(channel.pid), WAIT).toBe(false);
  });

  it('shrugs off signals meant for the gateway and ends at once when all servers were closed', async () => {
    const protector = guard();
    const channel = await spawnStdio({ ...options, command: 'cat', guard: protector });
    const pid = protector.pid ?? 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    await channel.close();
    expect(alive(pid)).toBe(true);
    await protector.close();
    expect(alive(pid)).toBe(false);
    await protector.close();
  });

  it('counts only what was started', async () => {
    const protector = guard();
    const markers: string[] = [];
    protector.adopt((marker) => {
      markers.push(marker);
      return undefined;
    });
    await expect(spawnStdio({ ...options, command: 'no-such-command', guard: protector })).rejects.toMatchObject({
      code: 'upstream_unreachable',
    });
    protector.adopt((marker) => {
      markers.push(marker);
      return undefined;
    });
    expect(markers[0]).toBe(markers[1]);
    expect(markers[0]).toMatch(/-1$/);
  });
});
