// `sallyport verify` of long logs: the memory it takes is bounded, and whoever watches at a terminal sees how far it has come.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI_ENTRY, runCli } from '../../test/support/cli-process.ts';
import { entryLine, GENESIS, linkEntry } from '../audit/chain.ts';
import { objectContent } from '../audit/entry.ts';
import type { Head } from '../audit/port.ts';

/** Calls of the long log, two entries each; SALLYPORT_VERIFY_CALLS asks for more. */
const CALLS = Number(process.env.SALLYPORT_VERIFY_CALLS ?? 150_000);
/** Of a young heap, with room for what is remembered of the calls of the suite's long log; one that kept the lines would not do with it. */
const HEAP_MB = Math.ceil(48 + CALLS / 5_000);
const GENERATED = fileURLToPath(new URL('../../test/support/verify-generated.ts', import.meta.url));
const ENTRIES = 4_000;
let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-verify-large-'));
  path = join(folder, 'log.jsonl');
  let last: Head = GENESIS;
  let text = '';
  for (let revision = 1; revision <= ENTRIES; revision++) {
    const changes = Array.from({ length: 4 }, (_, n) => ({
      kind: 'agent',
      name: `a${n}`,
      action: 'write' as const,
      digest: '0'.repeat(64),
    }));
    const entry = linkEntry('acme', last, revision, objectContent({ timeMs: 0, author: 'test', changes }));
    last = { seq: entry.seq, hash: entry.hash, revision };
    text += `${entryLine(entry)}\n`;
  }
  writeFileSync(path, text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Measured {
  state: string;
  entries: number;
  bytes: number;
  maxRssBytes: number;
}

function measured(calls: number): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const args = [`--max-old-space-size=${HEAP_MB}`, GENERATED, String(calls)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(out) as Measured) : reject(new Error(`it ended with ${code}`))));
  });
}

it('takes a bounded memory, whatever the length', { timeout: 3_600_000 }, async () => {
  const short = await measured(CALLS / 15);
  const long = await measured(CALLS);
  if (process.env.SALLYPORT_VERIFY_CALLS) console.log(JSON.stringify({ short, long }));
  expect([short.state, long.state, long.entries]).toEqual(['sound', 'sound', 2 * CALLS + 1]);
  expect(long.maxRssBytes - short.maxRssBytes).toBeLessThan(long.bytes / 2);
});

it('shows a bar at a terminal, gone before the verdict, and none elsewhere', { timeout: 240_000 }, async () => {
  const piped = await runCli(['verify', path]);
  expect(piped).toMatchObject({ code: 0, stderr: '' });
  expect(piped.stdout).toContain('SOUND');
  if (spawnSync('python3', ['--version']).status !== 0) return;
  const program = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';
  const { stdout, status } = spawnSync('python3', ['-c', program, process.execPath, CLI_ENTRY, 'verify', path], { encoding: 'utf8' });
  expect(status).toBe(0);
  // The line is cleared before each text of progress, and once more before the verdict.
  const shown = stdout.split('\r\u001b[2K').slice(1);
  const afterBar = shown.pop() ?? '';
  for (const bar of shown) expect(bar).toMatch(/^\[#+\.*\] \d+ % {2}\d+ entries$/);
  expect(shown.length).toBeGreaterThan(0);
  expect(afterBar).toContain('SOUND');
});
