// `sallyport verify` as a process of its own, on files alone: what is sound, what is broken and why, what cannot be told.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonOf, runCli } from '../../test/support/cli-process.ts';
import { entryLine, GENESIS, linkEntry } from '../audit/chain.ts';
import { decisionContent, objectContent, outcomeContent } from '../audit/entry.ts';
import type { Head } from '../audit/port.ts';
import type { Verdict } from '../audit/verify.ts';

const ORG = 'acme';
const TIME_MS = Date.UTC(2026, 10, 21);
let folder: string;
let lines: string[];
let head: Head;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-verify-'));
  ({ lines, head } = goodLog(20));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** One change of objects, then calls: a decision and an outcome each. */
function goodLog(calls: number): { lines: string[]; head: Head } {
  let last: Head = GENESIS;
  const all: string[] = [];
  const append = (revision: number, content: string) => {
    const entry = linkEntry(ORG, last, revision, content);
    last = { seq: entry.seq, hash: entry.hash, revision };
    all.push(entryLine(entry));
  };
  append(
    1,
    objectContent({ timeMs: TIME_MS, author: 'test', changes: [{ kind: 'agent', name: 'a', action: 'write', digest: '0'.repeat(64) }] }),
  );
  for (let i = 1; i <= calls; i++) {
    const timeMs = TIME_MS + i;
    const shared = {
      surface: 'server/s',
      method: 'tools/call',
      server: 's',
      tool: 't',
      rule: 'p/r',
      code: 'allowed',
      credential: 'none',
    } as const;
    const client = { era: 'modern', version: '2026-07-28' } as const;
    append(
      1,
      decisionContent({
        ...shared,
        timeMs,
        call: `call_${i}`,
        principal: { agent: 'a' },
        effect: 'allow',
        judged: 1,
        client,
        origin: 'agent',
      }),
    );
    append(1, outcomeContent({ timeMs, call: `call_${i}`, decision: last.seq, status: 'ok', latencyMs: 1 }));
  }
  return { lines: all, head: last };
}

async function fileOf(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const textOf = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');

it('a sound log: exit code 0, the facts, no database and no settings needed', async () => {
  const path = await fileOf('good.jsonl', textOf(lines));
  // Settings that no gateway could start with: verifying a file does not even read them.
  const result = await runCli(['verify', path], { env: { SALLYPORT_AGENT_PORT: 'none', DATABASE_URL: 'nonsense' } });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toContain('SOUND');
  expect(result.stdout).toContain(`${head.seq}:${head.hash}`);
});

it('the same from standard input, as one JSON value', async () => {
  const result = await runCli(['verify', '-', '--json'], { stdin: textOf(lines) });
  expect(result.code).toBe(0);
  expect(jsonOf(result)).toMatchObject({ state: 'sound', entries: 41, org: ORG, head: { seq: 41 } });
});

it('what was not checked says what it takes', async () => {
  const whole = await runCli(['verify', await fileOf('whole.jsonl', textOf(lines))]);
  expect(whole.stdout).toMatch(/checkpoints +unchecked: .*--checkpoint FILE.*--key/);
  expect(whole.stdout).toMatch(/anchors +unchecked: .*--anchor FILE/);
  const late = await runCli(['verify', '--partial', await fileOf('late.jsonl', textOf(lines.slice(3)))]);
  expect(late.stdout).toMatch(/checkpoints +unchecked$/m);
});

it('a changed entry: exit code 1 with the first bad entry, the rule, what was expected and what was found', async () => {
  const changed = lines.map((line, i) =>
    i === 9 ? line.replace('"tool":"t"', '"tool":"x"').replace('"status":"ok"', '"status":"cancelled"') : line,
  );
  const path = await fileOf('changed.jsonl', textOf(changed));
  const result = await runCli(['verify', path]);
  expect(result.code).toBe(1);
  expect(result.stdout).toMatch(
    /BROKEN[\s\S]*first bad entry {2}10 \(line 10\)[\s\S]*rule +content-hash[\s\S]*expected +[0-9a-f]{64}[\s\S]*found +[0-9a-f]{64}/,
  );
  const { firstBad } = jsonOf(await runCli(['verify', path, '--json'])) as Verdict;
  expect(firstBad).toMatchObject({ seq: 10, line: 10, rule: 'content-hash' });
});

it.each([
  ['an entry taken out', (all: string[]) => all.toSpliced(5, 1), 'sequence'],
  ['two entries swapped', (all: string[]) => all.toSpliced(4, 2, all[5] ?? '', all[4] ?? ''), 'sequence'],
  ['a last line cut short', (all: string[]) => [...all.slice(0, -1), (all.at(-1) ?? '').slice(0, 50)], 'line'],
  ['a line that is not canonical', (all: string[]) => all.with(3, (all[3] ?? '').replace('{', '{ ')), 'canonical'],
])('%s: exit code 1', async (name, damage, rule) => {
  const path = await fileOf(`${name}.jsonl`, textOf(damage([...lines])));
  const result = await runCli(['verify', path, '--json']);
  expect(result.code).toBe(1);
  expect(jsonOf(result)).toMatchObject({ state: 'broken', firstBad: { rule } });
});

it('entries missing at the end are found against a head known from before', async () => {
  const path = await fileOf('short.jsonl', textOf(lines.slice(0, 30)));
  expect((await runCli(['verify', path])).code).toBe(0);
  const against = await runCli(['verify', path, '--expect', `${head.seq}:${head.hash}`, '--json']);
  expect(against.code).toBe(1);
  expect(jsonOf(against)).toMatchObject({ state: 'broken', firstBad: { rule: 'expected-head' } });
});

it.each([
  ['an empty file', ''],
  ['nothing on standard input', undefined],
])('%s: exit code 2', async (_, text) => {
  const source = text === undefined ? '-' : await fileOf('empty.jsonl', text);
  const result = await runCli(['verify', source, '--json']);
  expect(result.code).toBe(2);
  expect(jsonOf(result)).toMatchObject({ state: 'cannot_tell', entries: 0 });
});

it('a file that is not there, a folder, a later part, an address without a listener: exit code 2', async () => {
  const missing = await runCli(['verify', join(folder, 'none.jsonl')]);
  expect(missing.code).toBe(2);
  expect(missing.stdout).toContain('none.jsonl');
  expect((await runCli(['verify', folder])).code).toBe(2);
  const part = await fileOf('part.jsonl', textOf(lines.slice(5)));
  expect((await runCli(['verify', part, '--partial'])).code).toBe(2);
  expect((await runCli(['verify', part])).code).toBe(1);
  expect((await runCli(['verify', 'http://127.0.0.1:1/api/v1/log/export'])).code).toBe(2);
});

it('the log of another organization is broken, bytes that are no text are broken', async () => {
  const path = await fileOf('other.jsonl', textOf(lines));
  expect((await runCli(['verify', path, '--org', 'other'])).code).toBe(1);
  const bytes = await fileOf('bytes.jsonl', new Uint8Array([0xff, 0xfe, 0x00, 0x0a]));
  expect((await runCli(['verify', bytes])).code).toBe(1);
});

it('what was found is printed without its control characters', async () => {
  const path = await fileOf('escape.jsonl', '\u001b[2J{"content":1}\n');
  const result = await runCli(['verify', path]);
  expect(result.code).toBe(1);
  expect(result.stdout).not.toContain('\u001b');
});

it('options that make no sense: exit code 2, and the option is named', async () => {
  const wrong = await runCli(['verify', 'x', '--expect', '12', '--json']);
  expect(wrong.code).toBe(2);
  expect(jsonOf(wrong)).toMatchObject({ error: { code: 'usage', message: expect.stringContaining('--expect') } });
  const password = await runCli(['verify', 'https://user:geheim@example.invalid/log']);
  expect(password.code).toBe(2);
  expect(password.stderr).not.toContain('geheim');
});
