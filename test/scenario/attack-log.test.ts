// Attempts on the log: every single-byte change of an export, entries taken out, moved, doubled and chained anew, names made to break out of
// their line, results that are no JSON anyone can agree on, values that should be recognisable. One gateway, one log, attacked many times.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Verdict, verifyBytes, verifyLog } from '../../src/audit/verify.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { modernCaller, type RawCaller } from '../support/raw-caller.ts';
import { json, legacyHandshake, type RawServer, startRawServer } from '../support/raw-server.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const MUTATIONS = 1_000;
const worker = tokenObject('worker', 'worker');
const NASTY_NAMES = [
  'two\nlines',
  'cr\r\n{"content":{},"hash":"","header":{}}',
  'nul\u0000 esc\u001b[31m bell\u0007',
  'separators \u2028 \u2029 \u0085',
  'half a pair \ud800',
  '"},"hash":"',
  'right to left \u202e',
  '\\u000a',
  'n'.repeat(5_000),
];
/** What the server answers to the tool of this name, as raw text. */
const RESULTS: Record<string, string> = {
  fine: '{"content":[]}',
  'lone-surrogate': '{"content":[{"type":"text","text":"\\ud800"}]}',
  'no-canonical-number': '{"content":[],"n":1e999}',
  'twice-the-key': '{"content":[],"content":[{"type":"text","text":"x"}]}',
  'long-number': '{"content":[],"n":123456789012345678901234567890.123456789}',
  deep: `{"content":[],"x":${'['.repeat(2_000)}${']'.repeat(2_000)}}`,
  proto: '{"content":[],"__proto__":{"isError":true},"constructor":1}',
};

let place: Place;
let server: RawServer;
let gateway: HostedGateway;
let caller: RawCaller;
let lines: string[] = [];
let head: { seq: number; hash: string };

beforeAll(async () => {
  server = await startRawServer((request, response) => {
    if (legacyHandshake(request, response)) return;
    const { id, method, params } = request.message ?? {};
    const named = (name: string) => ({ name, inputSchema: { type: 'object' } });
    if (method === 'tools/list')
      return json(response, { jsonrpc: '2.0', id, result: { tools: [...NASTY_NAMES, ...Object.keys(RESULTS)].map(named) } });
    json(response, `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${RESULTS[String(params?.name)] ?? '{"content":[]}'}}`);
  });
  place = await freshPlace('sqlite');
  await place.seed(
    agentObject('worker'),
    worker.object,
    httpServer('raw', server.url, { era: 'legacy' }),
    policyObject('all', [
      { name: 'no', match: { tool: ['forbidden*'] }, effect: 'deny' },
      { name: 'all', match: { tool: ['*'] }, effect: 'allow' },
    ]),
  );
  gateway = await startHosted(place);
  caller = modernCaller(`${gateway.url}/mcp/raw`, worker.token);
});

afterAll(async () => {
  await caller?.close();
  await gateway?.kill();
  await server?.close();
  await place?.remove();
});

describe('content', () => {
  it('names made to break out of their line stay in it, in the log and in the process log', async () => {
    // Header values cannot carry these names as they are: sessions have no such header.
    for (const name of NASTY_NAMES) await sessionCall(name);
    const found = await linesNow();
    for (const line of found) expect([...line].every((unit) => unit >= ' ')).toBe(true);
    expect(await verifyLog(found)).toMatchObject({ state: 'sound' });
    const tools = found.map((line) => (JSON.parse(line) as { content: { tool?: string } }).content.tool);
    for (const name of NASTY_NAMES.slice(0, 8)) expect(tools).toContain(name.toWellFormed());
    const long = tools.find((tool) => tool?.startsWith('nnn'));
    expect(long).toHaveLength(2_048);
    for (const line of gateway.stderr().split('\n').filter(Boolean)) expect(() => JSON.parse(line)).not.toThrow();
  });

  it.each(Object.keys(RESULTS))('a result that is %s ends in one outcome', async (name) => {
    const before = (await linesNow()).length;
    const answer = await caller.ask('tools/call', { name, arguments: { a: 1 } });
    expect(answer?.result !== undefined || answer?.error !== undefined).toBe(true);
    const added = (await linesNow()).slice(before).map((line) => (JSON.parse(line) as { content: Record<string, unknown> }).content);
    const decisions = added.filter(({ type, method }) => type === 'decision' && method === 'tools/call');
    const outcomes = added.filter(({ type, call }) => type === 'outcome' && decisions.some((decision) => decision.call === call));
    expect([decisions.length, outcomes.length]).toEqual([1, 1]);
  });

  it('equal values have different commitments', async () => {
    const before = (await linesNow()).length;
    for (let i = 0; i < 8; i++) await caller.ask('tools/call', { name: 'fine', arguments: { same: 'value' } });
    const contents = (await linesNow()).slice(before).map((line) => (JSON.parse(line) as { content: Record<string, unknown> }).content);
    const commitments = contents.flatMap((content) => [content.arguments, content.result]).filter((value) => value !== undefined);
    expect(commitments.length).toBeGreaterThanOrEqual(16);
    expect(new Set(commitments).size).toBe(commitments.length);
  });
});

describe('the export', () => {
  beforeAll(async () => {
    await caller.ask('tools/call', { name: 'forbidden', arguments: {} });
    lines = await linesNow();
    const last = JSON.parse(lines.at(-1) ?? '') as { hash: string; header: { seq: number } };
    head = { seq: last.header.seq, hash: last.hash };
  });

  it(`finds each of ${MUTATIONS} changes of one byte in the line where it is`, async () => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const starts = [0];
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
    const lineOf = (at: number) => starts.filter((start) => start <= at).length;
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const verdict = await verifyBytes([changed]);
        expect(verdict).toMatchObject({ state: 'broken', firstBad: { line: lineOf(at) } });
      }),
      { numRuns: MUTATIONS },
    );
  });

  it('finds every line taken out, doubled, moved, and every cut but the one at an end', async () => {
    for (let at = 0; at < lines.length - 1; at++) {
      const one = lines[at] ?? '';
      expect(await verifyLog(lines.toSpliced(at, 1)), `without ${at}`).toMatchObject({ state: 'broken', firstBad: { line: at + 1 } });
      expect(await verifyLog(lines.toSpliced(at, 0, one)), `${at} twice`).toMatchObject({ state: 'broken', firstBad: { line: at + 2 } });
      const swapped = lines.toSpliced(at, 2, lines[at + 1] ?? '', one);
      expect(await verifyLog(swapped), `${at} swapped`).toMatchObject({ state: 'broken', firstBad: { line: at + 1 } });
      const cut = await verifyLog([...lines.slice(0, at), one.slice(0, one.length / 2)]);
      expect(cut, `cut in ${at}`).toMatchObject({ state: 'broken', firstBad: { line: at + 1 } });
    }
    expect(await verifyLog(['', ...lines])).toMatchObject({ state: 'broken', firstBad: { line: 1 } });
    expect(await verifyLog([...lines, ''])).toMatchObject({ state: 'broken', firstBad: { line: lines.length + 1 } });
    expect(await verifyLog([`\ufeff${lines[0]}`, ...lines.slice(1)])).toMatchObject({ state: 'broken', firstBad: { line: 1 } });
  });

  it('a cut at the end, and a log chained anew after a change, are found with a head known from elsewhere and only then', async () => {
    expect(await verifyLog(lines.slice(0, -2))).toMatchObject({ state: 'sound' });
    expect(await against(lines.slice(0, -2))).toMatchObject({ state: 'broken', firstBad: { rule: 'expected-head' } });
    const forged = chainAnew((content) => (content.effect === 'deny' ? { ...content, reason: 'nothing to see' } : content));
    expect(forged).not.toEqual(lines);
    expect(await verifyLog(forged)).toMatchObject({ state: 'sound', entries: lines.length });
    expect(await against(forged)).toMatchObject({ state: 'broken', firstBad: { rule: 'expected-head' } });
    expect(await against(lines)).toMatchObject({ state: 'sound' });
  });

  it('a log chained anew still cannot turn a denial into a call, a call into nothing, or hide that rules moved', async () => {
    const asOutcome = (content: Content) =>
      content.effect === 'allow' && content.single !== true ? { ...content, effect: 'deny' } : content;
    expect(await verifyLog(chainAnew(asOutcome))).toMatchObject({ state: 'broken', firstBad: { rule: 'outcome-of-denial' } });
    const older = (content: Content) => (content.type === 'decision' ? { ...content, judged: 0, policy: 0 } : content);
    expect(await verifyLog(chainAnew(older))).toMatchObject({ state: 'broken', firstBad: { rule: 'outcome-of-void-decision' } });
    const renamed = (content: Content) => (content.type === 'outcome' ? { ...content, call: 'call_other' } : content);
    expect(await verifyLog(chainAnew(renamed))).toMatchObject({ state: 'broken', firstBad: { rule: 'outcome-of-another-call' } });
  });

  it('lines made to hang or fell the verifier are broken lines', async () => {
    const deep = `{"content":${'['.repeat(4_000_000)}${']'.repeat(4_000_000)},"hash":"","header":{}}`;
    const keys = `{"content":{${'"a":1,'.repeat(1_000_000)}"b":1},"hash":"","header":{}}`;
    const nested = `{"content":${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)},"hash":"","header":{}}`;
    for (const line of [deep, keys, nested, '{'.repeat(1_000_000), '\u0000', '[]', 'null', '"x"'.repeat(100_000)])
      expect(await verifyLog([line])).toMatchObject({ state: 'broken', firstBad: { line: 1 } });
    expect(await verifyBytes([Buffer.alloc(17 * 1024 * 1024, 97)])).toMatchObject({ state: 'broken', firstBad: { line: 1 } });
  });
});

describe('the store', () => {
  it('erased values leave the chain as it is; values opened before are those that were sent', async () => {
    await caller.close();
    expect(await gateway.stop()).toBe(0);
    const core = await place.open();
    try {
      const { organization } = place.config;
      const calls = await loggedCalls(core, organization);
      expect(calls.filter(({ tool }) => tool === 'lone-surrogate')[0]?.resultText).toContain('"text":"\\ud800"');
      const commitments: string[] = [];
      for await (const { content } of core.store.log.read({ org: organization })) {
        const { arguments: given, result } = JSON.parse(content) as { arguments?: string; result?: string };
        for (const commitment of [given, result]) if (typeof commitment === 'string') commitments.push(commitment);
      }
      const before = await core.store.log.head(organization);
      expect(await core.store.log.erasePayloads(organization, commitments)).toBeGreaterThan(10);
      expect(await core.store.log.head(organization)).toEqual(before);
      expect(await verifyStore(core, organization)).toMatchObject({ state: 'sound', openCalls: 0 });
      for (const commitment of commitments) expect(await core.log.value(organization, commitment)).toBeUndefined();
    } finally {
      await core.store.lifecycle.close();
    }
  });
});

type Content = Record<string, unknown>;

function against(found: readonly string[]): Promise<Verdict> {
  return verifyLog(found, { expectedHead: head });
}

function linesNow(): Promise<string[]> {
  return gateway.lines(1);
}

/** What somebody who may write the file can do: change contents, and compute every hash again. */
function chainAnew(change: (content: Content) => Content): string[] {
  let prev = '0'.repeat(64);
  return lines.map((line) => {
    const { content, header } = JSON.parse(line) as { content: Content; header: Content };
    const next = change(content);
    const nextHeader = { ...header, prev, content: hashOf(canonicalJson(next)) };
    prev = hashOf(canonicalJson(nextHeader));
    return canonicalJson({ content: next, header: nextHeader, hash: prev });
  });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

let session: Promise<Record<string, string>> | undefined;

async function sessionCall(name: string): Promise<void> {
  const url = `${gateway.url}/mcp/raw`;
  session ??= openSession(url);
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: `${name.slice(0, 20)}\n`,
    method: 'tools/call',
    params: { name, arguments: { name } },
  });
  const response = await fetch(url, { method: 'POST', headers: await session, body });
  await response.text();
}

async function openSession(url: string): Promise<Record<string, string>> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${worker.token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a\nb\u001b', version: '\n' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.text();
  return { ...headers, 'mcp-session-id': response.headers.get('mcp-session-id') ?? '', 'mcp-protocol-version': '2025-11-25' };
}
