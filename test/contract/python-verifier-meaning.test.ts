// The second verifier against the first where the chain is sound and the meaning is not: entries taken out, moved, doubled, or with a member changed, and
// all chained anew, as whoever has the database could. Both say the same about each, to the entry and the rule.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryLine, GENESIS, linkEntry } from '../../src/audit/chain.ts';
import type { Head } from '../../src/audit/port.ts';
import { verifyBytes } from '../../src/audit/verify.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { isObject, type Json, type JsonObject } from '../../src/lib/json.ts';
import { approvedContents, linesOf } from '../support/approved-log.ts';
import { demandingLog, passkeyContents } from '../support/passkey-log.ts';

const VERIFIER = join(import.meta.dirname, '../../verifiers/python/verify.py');
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/audit-vectors.json'), 'utf8'));
const CHANGED = Number(process.env.SALLYPORT_CHANGED_LOGS ?? 500);
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Many logs in one process: each a base64 text in a JSON array on standard input. */
const DRIVER = `import base64, importlib.util, io, json, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1]); verify = importlib.util.module_from_spec(spec); spec.loader.exec_module(verify)
print(json.dumps([verify.verify_log(verify.read_lines(io.BytesIO(base64.b64decode(one)))) for one in json.load(sys.stdin)]))`;

interface Entry {
  org: string;
  revision: number;
  content: JsonObject;
}

function entriesOf(lines: readonly string[]): Entry[] {
  return lines.map((line) => {
    const { header, content } = JSON.parse(line) as { header: { org: string; revision: number }; content: JsonObject };
    return { org: header.org, revision: header.revision, content };
  });
}

const LOGS: readonly Entry[][] = [
  ...(vectors.logs as { state: string; lines: string[] }[]).filter(({ state }) => state === 'sound').map(({ lines }) => entriesOf(lines)),
  ...[approvedContents(), passkeyContents(), demandingLog(true).contents].map((contents) => entriesOf(linesOf(contents, 1))),
];

function chained(entries: readonly Entry[]): Buffer {
  let head: Head = GENESIS;
  const lines = entries.map(({ org, revision, content }) => {
    const entry = linkEntry(org, head, revision, canonicalJson(content));
    head = { seq: entry.seq, hash: entry.hash, revision };
    return entryLine(entry);
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** All places in a value that something can be put into. */
function placesOf(value: Json | undefined, path: readonly string[] = []): string[][] {
  if (Array.isArray(value)) return value.flatMap((one, index) => [[...path, String(index)], ...placesOf(one, [...path, String(index)])]);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => [[...path, name], ...placesOf(one, [...path, name])]);
}

function put(
  value: Json | undefined,
  [step, ...rest]: readonly string[],
  by: (old: Json | undefined) => Json | undefined,
): Json | undefined {
  if (step === undefined) return by(value);
  if (Array.isArray(value)) {
    const inner = put(value[Number(step)], rest, by);
    return inner === undefined ? value.toSpliced(Number(step), 1) : value.with(Number(step), inner);
  }
  const { [step]: old, ...others } = (value ?? {}) as JsonObject;
  const inner = put(old, rest, by);
  return inner === undefined ? others : { ...others, [step]: inner };
}

const VALUES: readonly (Json | undefined)[] = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    2 ** 53,
    '',
    'x',
    '0',
    'appr_1',
    'call_ran',
    'ada',
    'ben',
    'allow',
    'deny',
    'hold',
    'granted',
    'consumed',
    'requested',
  ],
  ...['2026-01-02T03:04:05.678Z', '2026-02-30T03:04:05.678Z', 'd'.repeat(64), 'D'.repeat(64), [], {}, ['ben'], [[]], { users: ['ben'] }],
];

interface Change {
  log: number;
  at: number;
  how: 'out' | 'twice' | 'later' | 'member' | 'new' | 'number' | 'from' | 'revision';
  place: number;
  value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  log: fc.nat(LOGS.length - 1),
  at: fc.nat(1_000),
  how: fc.constantFrom(
    'out',
    'twice',
    'later',
    'member',
    'member',
    'member',
    'member',
    'new',
    'number',
    'number',
    'from',
    'from',
    'revision',
  ),
  place: fc.nat(10_000),
  value: fc.nat(10_000),
});

function changed(entries: readonly Entry[], { at, how, place, value }: Change): Entry[] {
  const index = at % entries.length;
  const entry = entries[index] as Entry;
  const other = entries[value % entries.length] as Entry;
  const places = placesOf(entry.content);
  const path = places[place % places.length] ?? [];
  const withContent = (by: (old: Json | undefined) => Json | undefined, where = path): Entry[] =>
    entries.with(index, { ...entry, content: put(entry.content, where, by) as JsonObject }) as Entry[];
  switch (how) {
    case 'out':
      return entries.toSpliced(index, 1);
    case 'twice':
      return entries.toSpliced(index, 0, entry);
    case 'later':
      return entries.toSpliced(index, 1).toSpliced(value % entries.length, 0, entry);
    case 'member':
      return withContent(() => VALUES[value % VALUES.length]);
    case 'new':
      return withContent(
        () => VALUES[value % VALUES.length],
        [['by', 'user', 'onBehalfOf', 'zz', 'single', 'parent', 'approval', 'passkey'][place % 8] ?? ''],
      );
    case 'number':
      return withContent((old) =>
        typeof old === 'number' ? old + ((value % 5) - 2) : typeof old === 'string' ? `${old.slice(1)}${value % 10}` : old,
      );
    case 'from':
      return withContent(() => other.content[path[0] ?? ''], path.slice(0, 1));
    default:
      return entries.map((one, n) => (n < index ? one : { ...one, revision: Math.max(0, one.revision + (value % 4) - 1) }));
  }
}

describe.skipIf(!hasPython)(`the Python verifier${hasPython ? '' : ' (skipped: no python3 here)'}`, () => {
  it('says of logs that were changed and chained anew what the first verifier says', async () => {
    // One or two changes at once.
    const changes = fc.sample(fc.tuple(change, fc.option(change)), CHANGED);
    const logs = changes.map(([first, second]) => {
      const once = changed(LOGS[first.log] as Entry[], first);
      return chained(second && once.length > 0 ? changed(once, second) : once);
    });
    const input = JSON.stringify(logs.map((log) => log.toString('base64')));
    const given = execFileSync('python3', ['-c', DRIVER, VERIFIER], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    const verdicts = JSON.parse(given) as { state: string; firstBad?: { line: number; rule: string }; properties: unknown }[];
    const states = new Set<string>();
    for (const [index, log] of logs.entries()) {
      const first = await verifyBytes([log]);
      const { state, firstBad, properties } = verdicts[index] ?? {};
      states.add(first.state);
      const said = { state, properties, bad: firstBad && [firstBad.line, firstBad.rule] };
      const expected = {
        state: first.state,
        properties: first.properties,
        bad: first.firstBad && [first.firstBad.line, first.firstBad.rule],
      };
      expect(said, `${JSON.stringify(changes[index])}\n${log.toString()}`).toEqual(expected);
    }
    expect(states).toEqual(new Set(['sound', 'broken']));
  }, 600_000);
});
