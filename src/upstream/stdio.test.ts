// Servers as child processes: framing, limits, stderr, environment, and every way in which they or the gateway end the conversation.
// Kills only processes it started itself; no timing is asserted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_OUTPUT_LINES_PER_SECOND } from './child-output.ts';
import { INHERITED_NAMES } from './environment.ts';
import { type StdioChannel, type StdioOptions, spawnStdio } from './stdio.ts';

const open: StdioChannel[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((channel) => channel.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const output: string[] = [];
const RUNTIME = { PATH: process.env.PATH };

async function start(command: string, args: string[], more: Partial<StdioOptions> = {}): Promise<StdioChannel> {
  output.length = 0;
  const channel = await spawnStdio({
    command,
    args,
    cwd: undefined,
    env: {},
    ownEnv: RUNTIME,
    label: 'test',
    onOutput: (stream, line) => output.push(`${stream}: ${line}`),
    guard: undefined,
    graceMs: 300,
    termMs: 300,
    ...more,
  });
  open.push(channel);
  return channel;
}

const sh = (script: string, more?: Partial<StdioOptions>) => start('sh', ['-c', script], more);
const node = (script: string, more?: Partial<StdioOptions>) => start(process.execPath, ['-e', script], more);

function collect(channel: StdioChannel): string[] {
  const seen: string[] = [];
  channel.onMessage((text) => {
    seen.push(text);
    return undefined;
  });
  return seen;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'stdio-'));
  folders.push(made);
  return made;
}

describe('messages', () => {
  it('carries messages both ways, one line each, whatever white space a text has', async () => {
    const channel = await start('cat', []);
    const seen = collect(channel);
    await channel.send('{"a":1}');
    await channel.send('{\r\n  "b": "x\\n😀"\n}\n');
    await expect.poll(() => seen.length).toBe(2);
    expect(seen.map((text) => JSON.parse(text))).toEqual([{ a: 1 }, { b: 'x\n😀' }]);
  });

  it('keeps messages until there is a listener, and takes CRLF', async () => {
    const channel = await sh(`printf '{"a":1}\\r\\n{"a":2}\\n'; cat`);
    await sleep(50);
    const seen = collect(channel);
    await expect.poll(() => seen).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('gives lines that are no messages to the operator, not to the listener', async () => {
    const channel = await sh(`printf '[info] up\\n{ a: 1 }\\n\\nplain\\n{"x"\\n[{"a":1}]\\n{"a":1}\\n'; cat`);
    const seen = collect(channel);
    await expect.poll(() => seen).toEqual(['[{"a":1}]', '{"a":1}']);
    expect(output).toEqual(['stdout: [info] up', 'stdout: { a: 1 }', 'stdout: plain', 'stdout: {"x"']);
  });

  it('pauses the server while the listener works and loses nothing', async () => {
    const channel = await node(`
      let i = 0;
      const more = () => { while (i < 20000) { if (!process.stdout.write(JSON.stringify({ i: i++, pad: 'x'.repeat(500) }) + '\\n')) return process.stdout.once('drain', more); } };
      more();
      setInterval(() => process.stderr.write('at ' + i + '\\n'), 20);
    `);
    const gate = Promise.withResolvers<void>();
    const seen: number[] = [];
    channel.onMessage((text) => {
      seen.push(JSON.parse(text).i);
      return seen.length === 1 ? gate.promise : seen.length % 7 === 0 ? Promise.resolve() : undefined;
    });
    await expect.poll(() => channel.lastLines().length).toBeGreaterThan(5);
    expect(seen).toEqual([0]);
    expect(Number(channel.lastLines().at(-1)?.slice(3))).toBeLessThan(5000);
    gate.resolve();
    await expect.poll(() => seen.length).toBe(20000);
    expect(seen).toEqual(Array.from({ length: 20000 }, (_, i) => i));
  });

  it('takes a line of exactly the limit and closes on one byte more', async () => {
    const line = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    const channel = await node(`process.stdout.write('${line(1000)}\\n${line(1001)}\\n'); setInterval(() => {}, 1000)`, {
      maxLineBytes: 1000,
    });
    const seen = collect(channel);
    expect((await channel.closed).reason).toContain('longer than 1000 bytes');
    expect(seen).toEqual([line(1000)]);
  });

  it('bounds what waits for a server that does not read', async () => {
    const channel = await sh('sleep 60', { maxUnreadBytes: 300_000 });
    const text = `{"a":"${'x'.repeat(99_000)}"}`;
    const first = [channel.send(text), channel.send(text), channel.send(text)].map((sent) => sent.catch((error) => error.code));
    await expect(channel.send(text)).rejects.toMatchObject({ code: 'upstream_closed' });
    await channel.close();
    expect(await Promise.all(first)).toContain('upstream_closed');
  });
});

describe('stderr and environment', () => {
  it('drains and cuts stderr, limits its rate and counts what it left out', async () => {
    const channel = await node(`
      process.stderr.write('y'.repeat(1_000_000) + '\\n');
      for (let i = 0; i < 5000; i++) process.stderr.write('line ' + i + '\\n');
      process.stderr.write('no end', () => process.stdout.write('{"done":1}\\n'));
      process.stdin.resume();
    `);
    const seen = collect(channel);
    await expect.poll(() => seen.length).toBe(1);
    await channel.close();
    expect(output[0]).toBe(`stderr: ${'y'.repeat(4096)}`);
    expect(output.length).toBeLessThan(3 * MAX_OUTPUT_LINES_PER_SECOND);
    expect(output.at(-1)).toMatch(/\d+ lines not logged/);
    expect(channel.lastLines().at(-1)).toBe('no end');
  });

  it('hands down the short list and what is given, nothing else', async () => {
    const ownEnv = { ...RUNTIME, HOME: '/home/x', SALLYPORT_MASTER_KEY: 'hunter2', DATABASE_URL: 'hunter2', TERM: '() { :; }' };
    const channel = await node('console.log(JSON.stringify(process.env)); process.stdin.resume()', {
      ownEnv,
      env: { TOKEN: 'given', 'odd.name': '1' },
    });
    const seen = collect(channel);
    await expect.poll(() => seen.length).toBe(1);
    expect(JSON.parse(seen[0] ?? '')).toEqual({ PATH: process.env.PATH, HOME: '/home/x', TOKEN: 'given', 'odd.name': '1' });
    expect(INHERITED_NAMES.filter((name) => /KEY|TOKEN|SECRET|PASS|URL/.test(name))).toEqual([]);
  });

  it('survives a sink that throws', async () => {
    const channel = await sh(`echo oops >&2; echo '{"a":1}'; cat`, {
      onOutput: () => {
        throw new Error('disk full');
      },
    });
    const seen = collect(channel);
    await expect.poll(() => seen.length).toBe(1);
  });
});

describe('ends', () => {
  it.each([
    ['a command that does not exist', { command: 'sallyport-no-such-command', args: [] as string[], cwd: undefined as string | undefined }],
    ['a folder that does not exist', { command: 'cat', args: [], cwd: '/no/such/folder' }],
    ['arguments that cannot be passed', { command: 'cat', args: ['hunter2\0'], cwd: undefined }],
    ['a folder as the program', { command: '/etc', args: [], cwd: undefined }],
  ])('rejects %s without quoting arguments', async (_name, options) => {
    const failure = await start(options.command, options.args, { cwd: options.cwd }).catch((error) => error);
    expect(failure.code).toBe('upstream_unreachable');
    expect(`${failure.message}${failure.detail}`).not.toContain('hunter2');
  });

  it('says how the process ended, with its last lines, after its last message', async () => {
    const channel = await sh(`echo 'bad config' >&2; echo '{"last":1}'; exit 3`);
    const seen = collect(channel);
    expect(await channel.closed).toEqual({ reason: 'it exited with code 3; its last lines: bad config' });
    expect(seen).toEqual(['{"last":1}']);
    await expect(channel.send('{}')).rejects.toMatchObject({ code: 'upstream_closed' });
  });

  it('hands out what a dead server said even to a slow listener', async () => {
    const channel = await sh(`printf '{"i":1}\\n{"i":2}\\n'`);
    const seen: string[] = [];
    channel.onMessage((text) => {
      seen.push(text);
      return sleep(400);
    });
    await channel.closed;
    expect(seen).toEqual(['{"i":1}', '{"i":2}']);
  });

  it('notices an exit although nobody listens', async () => {
    const channel = await sh('exit 0');
    expect((await channel.closed).reason).toBe('it exited with code 0');
  });

  it('closes when the server closes its output but lives, and ends it', async () => {
    const channel = await sh('exec >&-; sleep 60');
    collect(channel);
    expect((await channel.closed).reason).toBe('it closed its output');
    await channel.close();
    expect(alive(channel.pid)).toBe(false);
  });

  it('fails a send to a server that closed its input but lives, and ends it', async () => {
    const channel = await sh('exec <&-; sleep 60');
    collect(channel);
    const codes: unknown[] = [];
    await expect
      .poll(async () => codes.push(await channel.send('{}').catch((error) => error.code)) && codes.at(-1))
      .toBe('upstream_closed');
    expect((await channel.closed).reason).toBe('it closed its input');
    await channel.close();
    expect(alive(channel.pid)).toBe(false);
  });

  it('close lets a server leave by itself when its input ends', async () => {
    const mark = join(folder(), 'left');
    const channel = await sh(`cat >/dev/null; echo yes > ${mark}`, { graceMs: 5000 });
    collect(channel);
    await channel.close();
    expect(readFileSync(mark, 'utf8')).toBe('yes\n');
    expect((await channel.closed).reason).toBe('closed by the gateway');
  });

  it('close ends wrappers, grandchildren and those who ignore SIGTERM', async () => {
    const file = join(folder(), 'tree.mjs');
    writeFileSync(
      file,
      `import { spawn } from 'node:child_process';
       process.on('SIGTERM', () => {});
       const child = spawn('sh', ['-c', 'trap "" TERM; sleep 61 & sleep 62; true'], { stdio: ['ignore', 'inherit', 'inherit'] });
       console.log(JSON.stringify({ pids: [process.pid, child.pid] }));
       setInterval(() => {}, 1000);`,
    );
    const channel = await sh(`${process.execPath} ${file}; true`);
    const seen = collect(channel);
    await expect.poll(() => seen.length).toBe(1);
    const pids: number[] = [channel.pid, ...JSON.parse(seen[0] ?? '').pids];
    expect(pids.map(alive)).toEqual([true, true, true]);
    await channel.close();
    expect(pids.map(alive)).toEqual([false, false, false]);
  });

  it('ends what a wrapper left behind when the wrapper exits', async () => {
    const channel = await sh(`sleep 63 & echo "{\\"pid\\":$!}"; exit 1`);
    const seen = collect(channel);
    expect((await channel.closed).reason).toBe('it exited with code 1');
    await channel.close();
    expect(alive(JSON.parse(seen[0] ?? '').pid)).toBe(false);
  });

  it('close can be called at once, twice, and after the end', async () => {
    const channel = await start('cat', []);
    await Promise.all([channel.close(), channel.close()]);
    await channel.close();
    expect(alive(channel.pid)).toBe(false);
  });
});
