// The second verifier, in Python, against the first: the published vectors, and 1,000 logs with one byte changed. Both say the same about each.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyBytes } from '../../src/audit/verify.ts';

const VERIFIER = join(import.meta.dirname, '../../verifiers/python/verify.py');
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/audit-vectors.json'), 'utf8'));
const MUTATED = 1_000;
const TIMEOUT_MS = 120_000;
const hasPython = spawnSync('python3', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-python-verifier-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Many logs in one process: each a base64 text in a JSON array on standard input. */
const DRIVER = `import base64, importlib.util, io, json, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1]); verify = importlib.util.module_from_spec(spec); spec.loader.exec_module(verify)
print(json.dumps([verify.verify_log(verify.read_lines(io.BytesIO(base64.b64decode(log)))) for log in json.load(sys.stdin)]))`;

interface PythonVerdict {
  state: string;
  firstBad?: { line: number; rule: string };
}

function python(logs: readonly Uint8Array[]): PythonVerdict[] {
  const input = JSON.stringify(logs.map((log) => Buffer.from(log).toString('base64')));
  return JSON.parse(execFileSync('python3', ['-c', DRIVER, VERIFIER], { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as PythonVerdict[];
}

function run(args: readonly string[]): { code: number | null; verdict: PythonVerdict } {
  const { status, stdout } = spawnSync('python3', [VERIFIER, '--json', ...args], { encoding: 'utf8' });
  return { code: status, verdict: JSON.parse(stdout) as PythonVerdict };
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.skipIf(!hasPython)(`the Python verifier${hasPython ? '' : ' (skipped: no python3 here)'}`, () => {
  it('says of the vectors what they say', () => {
    const logs = vectors.logs as { what: string; state: string; rule?: string; line?: number; lines: string[] }[];
    const verdicts = python(logs.map(({ lines }) => Buffer.from(`${lines.join('\n')}\n`)));
    expect(verdicts.map(({ state, firstBad }) => [state, firstBad?.rule, firstBad?.line])).toEqual(
      logs.map(({ state, rule, line }) => [state, rule, line]),
    );
  });

  it('checks checkpoint and proof of the vectors, and refuses them changed', () => {
    const { key, note, proof } = vectors.evidence;
    const log = fileOf('log.jsonl', `${vectors.logs[0].lines.join('\n')}\n`);
    const checkpoint = fileOf('checkpoint', note);
    expect(run([log, '--checkpoint', checkpoint, '--key', key])).toMatchObject({ code: 0, verdict: { state: 'sound' } });
    const lines = note.split('\n');
    const other = fileOf('other', [lines[0], '10', ...lines.slice(2)].join('\n'));
    expect(run([log, '--checkpoint', other, '--key', key])).toMatchObject({ code: 1, verdict: { firstBad: { rule: 'checkpoint-root' } } });
    const cut = fileOf('cut.jsonl', `${vectors.logs[0].lines.slice(0, -1).join('\n')}\n`);
    expect(run([cut, '--checkpoint', checkpoint, '--key', key])).toMatchObject({ verdict: { firstBad: { rule: 'checkpoint-size' } } });
    const file = fileOf('proof.json', proof);
    expect(run(['--proof', file, '--key', key])).toMatchObject({ code: 0, verdict: { state: 'sound' } });
    expect(run(['--proof', file])).toMatchObject({ code: 2 });
    const wrong = fileOf('wrong.json', proof.replace('"call":"call_01"', '"call":"call_02"'));
    expect(run(['--proof', wrong, '--key', key])).toMatchObject({ code: 1 });
    const badSignature = fileOf(
      'bad',
      note.replace(/(.)(.{8})\n$/, (_: string, a: string, b: string) => `${a === 'A' ? 'B' : 'A'}${b}\n`),
    );
    expect(run([log, '--checkpoint', badSignature, '--key', key])).toMatchObject({
      verdict: { firstBad: { rule: 'checkpoint-signature' } },
    });
  });

  it(
    'locates each of 1,000 changes of a single byte where the first verifier does',
    async () => {
      const whole = Buffer.from(`${vectors.logs[0].lines.join('\n')}\n`);
      const changes = fc.sample(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), MUTATED);
      const logs = changes.map(([at, by]) => {
        const log = Buffer.from(whole);
        log[at] = ((log[at] ?? 0) + by) % 256;
        return log;
      });
      const second = python(logs);
      for (const [index, log] of logs.entries()) {
        const first = await verifyBytes([log]);
        const [at] = changes[index] ?? [0];
        const line = whole.subarray(0, at).filter((byte) => byte === 10).length + 1;
        expect(first.state, JSON.stringify(changes[index])).toBe('broken');
        expect(first.firstBad?.line).toBe(line);
        expect(second[index]).toMatchObject({ state: 'broken', firstBad: { line, rule: first.firstBad?.rule } });
      }
    },
    TIMEOUT_MS,
  );
});
