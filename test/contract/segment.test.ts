// Segments of any bounds against both verifiers: every range of a log verifies alone, every single changed byte is found, and so is every wrong join.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { entryLine, GENESIS, linkEntry } from '../../src/audit/chain.ts';
import { NoteSigner, originOf, signCheckpoint } from '../../src/audit/checkpoint.ts';
import { systemContent } from '../../src/audit/entry.ts';
import { CompactTree, consistencyProof, leafHash, rangeRoot, type TreeSource } from '../../src/audit/merkle.ts';
import type { StoredEntry } from '../../src/audit/port.ts';
import { SEGMENT_FORMAT, segmentHeadLine } from '../../src/audit/segment.ts';
import { judgeSegments } from '../../src/cli/action/verify-segment.ts';

const VERIFIER = join(import.meta.dirname, '../../verifiers/python/verify.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-segment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ORG = 'acme';
const ENTRIES = 21;
const signer = new NoteSigner(`sallyport/${ORG}`, new Uint8Array(32).fill(7));
const stranger = new NoteSigner(`sallyport/${ORG}`, new Uint8Array(32).fill(8));
const entries: StoredEntry[] = [];
for (let n = 1; n <= ENTRIES; n++) {
  const last = entries.at(-1);
  const content = systemContent({ event: 'stop', timeMs: n, instance: `gw_${n}`, reason: 'ü' });
  entries.push(linkEntry(ORG, last ? { seq: last.seq, hash: last.hash, revision: 0 } : GENESIS, 0, content));
}
const source: TreeSource = {
  leaf: (index) => leafHash(entries[index]?.hash ?? ''),
  block: () => {
    throw new Error('the log is shorter than a block');
  },
};
const hex = (hashes: readonly Uint8Array[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('hex'));

function segment(from: number, to: number, size: number, by = signer): string {
  const before = new CompactTree();
  for (const { hash } of entries.slice(0, from - 1)) before.push(leafHash(hash));
  const checkpoint = { origin: originOf(ORG, entries[0]?.hash ?? ''), size, root: rangeRoot(source, 0, size) };
  const head = segmentHeadLine({
    ...{ format: SEGMENT_FORMAT, version: 1 as const, org: ORG, from, to, roots: hex(before.roots()) },
    checkpoint: signCheckpoint(checkpoint, [by]),
    consistency: hex(consistencyProof(source, to, size)),
    keys: [signer.verifierKey],
  });
  return `${[head, ...entries.slice(from - 1, to).map(entryLine)].join('\n')}\n`;
}

let files = 0;
function fileOf(bytes: string | Uint8Array): string {
  const path = join(folder, `${++files}.jsonl`);
  writeFileSync(path, bytes);
  return path;
}

const DRIVER = `import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1]); verify = importlib.util.module_from_spec(spec); spec.loader.exec_module(verify)
def judge(paths):
    try: return verify.verify_segments(paths, [sys.argv[2]])["state"]
    except UnicodeDecodeError: return "broken"
print(json.dumps([judge(paths) for paths in json.load(sys.stdin)]))`;

function python(sets: readonly (readonly string[])[]): string[] {
  const args = ['-c', DRIVER, VERIFIER, signer.verifierKey];
  return JSON.parse(execFileSync('python3', args, { input: JSON.stringify(sets), encoding: 'utf8', maxBuffer: 1 << 26 })) as string[];
}

async function states(sets: readonly (readonly string[])[]): Promise<string[]> {
  const found: string[] = [];
  for (const paths of sets) found.push((await judgeSegments(paths, [signer.verifierKey])).state);
  if (hasPython) expect(python(sets)).toEqual(found);
  return found;
}

describe('segments', () => {
  it('verify alone, whatever their bounds and the size of their checkpoint', async () => {
    const sets: string[][] = [];
    for (const from of [1, 2, 3, 8, 9, 16, 17, 21])
      for (const to of [3, 8, 16, 20, 21])
        for (const size of [to, 20, 21]) if (from <= to && to <= size) sets.push([fileOf(segment(from, to, size))]);
    expect(sets.length).toBeGreaterThan(40);
    expect(new Set(await states(sets))).toEqual(new Set(['sound']));
  });

  it('verify together when one goes on from the other, with what is left behind them', async () => {
    const [a, b, c] = [segment(1, 6, 8), segment(7, 13, 20), segment(14, 20, 21)].map(fileOf) as [string, string, string];
    const rest = fileOf(`${entries.slice(20).map(entryLine).join('\n')}\n`);
    const all = fileOf(`${entries.map(entryLine).join('\n')}\n`);
    expect(
      await states([
        [a, b],
        [a, b, c],
        [a, b, c, rest],
        [b, c],
        [c, rest],
      ]),
    ).toEqual(['sound', 'sound', 'sound', 'sound', 'sound']);
    expect(
      await states([
        [b, a],
        [a, c],
        [a, a],
        [a, all],
        [a, b, rest],
      ]),
    ).toEqual(Array(5).fill('broken'));
    expect((await judgeSegments([a, b, c, rest], [signer.verifierKey])).log).toMatchObject({ state: 'sound', entries: ENTRIES });
    expect((await judgeSegments([a], [])).state).toBe('cannot_tell');
    expect((await judgeSegments([a], [stranger.verifierKey])).state).toBe('broken');
    expect(await states([[fileOf(segment(3, 9, 20, stranger))]])).toEqual(['broken']);
  });

  it('betray every single changed byte', async () => {
    const bytes = Buffer.from(segment(5, 9, 14));
    const sets: string[][] = [];
    // A prime stride meets the members of head and entries alike.
    for (let at = 0; at < bytes.length; at += 11) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      sets.push([fileOf(changed)]);
    }
    expect(sets.length).toBeGreaterThan(150);
    const found = await states(sets);
    // What the keys in the head say is a convenience; nobody has to believe it.
    const harmless = found.flatMap((state, n) => (state === 'sound' ? [n * 11] : []));
    const keysAt = bytes.indexOf('"keys":["') + '"keys":["'.length;
    expect(harmless.filter((at) => at < keysAt || at > keysAt + signer.verifierKey.length)).toEqual([]);
  });
});
