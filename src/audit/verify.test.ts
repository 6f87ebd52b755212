// Every rule of the verifier, each by a log that breaks it, and the logs that break none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { entryLine, GENESIS, linkEntry } from './chain.ts';
import { type DecisionFields, decisionContent, gapContent, objectContent, outcomeContent, systemContent } from './entry.ts';
import type { Head } from './port.ts';
import { MAX_LINE_UNITS, splitLines, verifyBytes, verifyLog } from './verify.ts';

const timeMs = 1_700_000_000_000;

function decided(call: string, judged: number, more: Partial<DecisionFields> = {}): string {
  return decisionContent({
    timeMs,
    call,
    principal: { agent: 'reader' },
    surface: 'all',
    method: 'tools/call',
    effect: 'allow',
    rule: 'main/reads',
    code: 'allowed',
    judged,
    credential: 'none',
    client: { era: 'modern', version: '2026-07-28' },
    origin: 'agent',
    ...more,
  });
}
const ended = (call: string, decision: number): string => outcomeContent({ timeMs, call, decision, status: 'ok', latencyMs: 1 });
const changed = objectContent({ timeMs, author: 'a', changes: [{ kind: 'freeze', name: 'f', action: 'write' }] });
const started = (exclusive: boolean): string => systemContent({ event: 'start', timeMs, instance: 'i', version: '1', exclusive });

/** Lines of a log whose chain is right, whatever its contents say; a pair fixes the revision. */
function chain(...contents: (string | [string, number])[]): string[] {
  let head: Head = GENESIS;
  return contents.map((item) => {
    const [content, revision] = typeof item === 'string' ? [item, head.revision + (item === changed ? 1 : 0)] : item;
    const entry = linkEntry('acme', head, revision, content);
    head = { seq: entry.seq, hash: entry.hash, revision };
    return entryLine(entry);
  });
}
const ruleOf = async (lines: string[]): Promise<string | undefined> => (await verifyLog(lines)).firstBad?.rule;

const sound = chain(
  decided('a', 0),
  changed,
  ended('a', 1),
  decided('b', 0),
  decided('b', 1),
  ended('b', 5),
  decided('c', 1, { effect: 'deny', tool: 'é☃' }),
);

describe('verifyLog', () => {
  it('finds a sound log sound', async () => {
    expect(await verifyLog(sound)).toMatchObject({
      state: 'sound',
      entries: 7,
      org: 'acme',
      openCalls: 0,
      voidDecisions: 1,
      head: { seq: 7, revision: 1 },
    });
  });

  it('finds any change of a single byte', async () => {
    const bytes = Buffer.from(`${sound.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changedBytes = Uint8Array.from(bytes);
        changedBytes[at] = (changedBytes[at] ?? 0) ^ flip;
        expect((await verifyBytes([changedBytes])).state).toBe('broken');
      }),
      { numRuns: 2000 },
    );
  });

  it('judges by what a line says, whatever texts the engine has read before', async () => {
    // V8 13.6 can give an escaped key the name of an unrelated key that it saw in an earlier text.
    const [line = ''] = sound;
    const keys = [...new Set([...line.matchAll(/"([a-z]+)":/g)].map(([, key = '']) => key))];
    expect(keys.length).toBeGreaterThan(10);
    for (const key of keys) {
      const cut = key.slice(0, -1);
      const escaped = line.replaceAll(
        `"${key}":`,
        `"${cut}\\u${key
          .charCodeAt(key.length - 1)
          .toString(16)
          .padStart(4, '0')}":`,
      );
      for (const poison of [line.replaceAll(`"${key}":`, `"${cut}\\\\":`), `{"${cut}\\\\":1}`, `{"x":1,"${cut}\\\\":1}`]) {
        JSON.parse(poison);
        expect(await ruleOf([escaped, ...sound.slice(1)]), key).toBeDefined();
        expect(await verifyLog(sound)).toMatchObject({ state: 'sound', entries: 7 });
      }
    }
  });

  it('finds a removed, repeated or moved entry anywhere but at the end', async () => {
    for (let i = 0; i < sound.length - 1; i++) {
      expect(await ruleOf(sound.toSpliced(i, 1))).toBe('sequence');
      expect(await ruleOf(sound.toSpliced(i, 0, sound[i] ?? ''))).toMatch(/sequence/);
      expect(await ruleOf(sound.toSpliced(i, 2, sound[i + 1] ?? '', sound[i] ?? ''))).toBe('sequence');
    }
  });

  it('finds a cut end only by a head known from elsewhere', async () => {
    const { head } = await verifyLog(sound);
    const cut = sound.slice(0, -1);
    expect((await verifyLog(cut)).state).toBe('sound');
    expect(await verifyLog(cut, { expectedHead: head })).toMatchObject({ state: 'broken', firstBad: { rule: 'expected-head', seq: 7 } });
    expect((await verifyLog(sound, { expectedHead: head })).state).toBe('sound');
    expect((await verifyLog(sound, { expectedHead: { seq: 3, hash: '0'.repeat(64) } })).firstBad?.rule).toBe('expected-head');
  });

  it('reports line, entry, expected and found of the first bad entry only', async () => {
    const bad = (sound[2] ?? '').replace('"status":"ok"', '"status":"no"');
    const verdict = await verifyLog([...sound.slice(0, 2), bad, 'garbage']);
    expect(verdict).toMatchObject({ state: 'broken', entries: 2, firstBad: { seq: 3, line: 3, rule: 'content-hash' } });
    expect(verdict.firstBad?.found).toBe(sha256Hex(ended('a', 1).replace('"ok"', '"no"')));
  });

  it('cannot tell of an empty log, nor of one that starts late', async () => {
    expect((await verifyLog([])).state).toBe('cannot_tell');
    const late = sound.slice(2);
    expect(await ruleOf(late)).toBe('sequence');
    expect(await verifyLog(late, { allowPartial: true })).toMatchObject({ state: 'cannot_tell', entries: 5 });
    expect((await verifyLog(sound.slice(1), { allowPartial: true })).state).toBe('cannot_tell');
    expect((await verifyLog(late.toSpliced(1, 1), { allowPartial: true })).state).toBe('broken');
  });

  it.each<[string, string[]]>([
    ['line', ['']],
    ['line', ['[]']],
    ['line', [`{"a":${'['.repeat(100_000)}`]],
    ['line', ['{"content":{},"hash":"","header":{},"more":1}']],
    ['line', [`{"content":{},"hash":"${'x'.repeat(MAX_LINE_UNITS)}","header":{}}`]],
    ['canonical', [` ${sound[0]}`]],
    ['canonical', [(sound[0] ?? '').replace('"v":1', '"v":1,"v":1')]],
    ['canonical', [(sound[0] ?? '').replace('"judged":0', '"judged":1e999')]],
    ['header', [(sound[0] ?? '').replace('"v":1', '"v":2')]],
    ['header', [(sound[0] ?? '').replace('"seq":1', '"seq":-1')]],
    ['header', [(sound[0] ?? '').replace('"org":"acme"', '"org":"Acme!"')]],
    ['hash', [(sound[0] ?? '').replace('"seq":1', '"seq":2')]],
    ['content', chain(canonicalJson({ type: 'decision', time: '2026-01-01T00:00:00.000Z', call: 'a' }))],
    ['content', chain(canonicalJson({ time: '2026-01-01T00:00:00.000Z' }))],
    ['content', chain(decided('a', 0).replace('"policy":0', '"policy":1'))],
    ['judged-ahead', chain(decided('a', 1))],
    ['outcome-of-void-decision', chain(changed, decided('a', 0), ended('a', 2))],
    ['outcome-of-denial', chain(decided('a', 0, { effect: 'deny' }), ended('a', 1))],
    ['outcome-of-denial', chain(decided('a', 0, { effect: 'hold' }), ended('a', 1))],
    ['outcome-without-decision', chain(ended('a', 1))],
    ['outcome-without-decision', chain(changed, ended('a', 1))],
    ['outcome-without-decision', chain(decided('a', 0, { single: true }), ended('a', 1))],
    ['outcome-of-another-call', chain(decided('a', 0), ended('b', 1))],
    ['outcome-twice', chain(decided('a', 0), ended('a', 1), ended('a', 1))],
    ['decided-twice', chain(decided('a', 0), ended('a', 1), decided('a', 0))],
    ['revision-decreased', chain(changed, [decided('a', 0), 0])],
    ['revision-source', chain([decided('a', 1), 1])],
    ['object-revision', chain([changed, 0])],
    ['object-revision', chain([changed, 2])],
    ['gap-without-decision', chain(...gapContent([{ call: 'a', decision: 1 }], timeMs, 'x'))],
    ['gap-without-decision', chain(decided('a', 0), ...gapContent([{ call: 'b', decision: 1 }], timeMs, 'x'))],
    ['outcome-missing', chain(decided('a', 0), started(true))],
  ])('finds a breach of %s (%#)', async (rule, lines) => {
    expect((await verifyLog(lines)).firstBad?.rule).toBe(rule);
  });

  it('finds entries of another organization', async () => {
    expect((await verifyLog(sound, { org: 'other' })).firstBad).toMatchObject({ rule: 'organization', expected: 'other', found: 'acme' });
  });

  it('lets calls be lost by declaration, end late, and stay open while others work', async () => {
    const gap = gapContent([{ call: 'a', decision: 1 }], timeMs, 'x');
    expect(await verifyLog(chain(decided('a', 0), ...gap, started(true)))).toMatchObject({ state: 'sound', lostCalls: 1, openCalls: 0 });
    expect((await verifyLog(chain(decided('a', 0), ...gap, ended('a', 1)))).state).toBe('sound');
    expect(await verifyLog(chain(decided('a', 0), started(false)))).toMatchObject({ state: 'sound', openCalls: 1 });
    expect((await verifyLog(chain(canonicalJson({ type: 'later', time: '2026-01-01T00:00:00.000Z', new: [1] })))).state).toBe('sound');
  });
});

describe('splitLines', () => {
  it('gives the same lines however the bytes are cut', async () => {
    const bytes = Buffer.from(`${sound.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        const lines: string[] = [];
        for await (const line of splitLines(chunks)) lines.push(line);
        expect(lines).toEqual(sound);
      }),
    );
  });

  it('stops at a line that never ends, and at bytes that are no text', async () => {
    const endless = (function* () {
      for (;;) yield new Uint8Array(1024 * 1024).fill(97);
    })();
    expect((await verifyBytes(endless)).firstBad?.rule).toBe('line');
    expect((await verifyBytes([Uint8Array.of(0xff, 10)])).firstBad?.rule).toBe('line');
  });
});
