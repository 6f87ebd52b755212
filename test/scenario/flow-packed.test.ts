// What an agent sends packed: unpacked and compared as far as that goes; what goes further may hold anything that was read, and is no way past the rules.
// On a real store with played servers.
import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import { FlowBook } from '../../src/detect/flow/book.ts';
import { KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { MAX_LEAVES } from '../../src/detect/flow/leaf.ts';
import { MAX_MESSAGE_BYTES, MAX_UNPACKED_BYTES } from '../../src/detect/flow/variant.ts';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { canaryInspector } from '../../src/pipeline/inspect-canary.ts';
import { flowInspector } from '../../src/pipeline/inspect-flow.ts';
import { secretSealer } from '../../src/vault/vault.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const robot = tokenObject('robot', 'robot');
const URL_OF = 'http://127.0.0.1:9/mcp';
const MAIL = 'ines.okafor@northwind-traders.com';
// In two pieces: scanners of repositories know the shape.
const CANARY = `AKIA${'5ZQ7HARROWBAIT42'}`;
let h: Harness;
afterEach(() => h?.close());

async function open(flow: object, sink: 'internal' | 'external' = 'external'): Promise<void> {
  const clock = new ManualClock(Date.UTC(2026, 10, 30));
  const book = new FlowBook(clock, randomBytes(KEY_BYTES));
  const own: StoredObject<'flow'> = { kind: 'flow', metadata: { name: 'flow' }, spec: flowSpec.parse({ mixed: 'allow', ...flow }) };
  h = await harness({
    objects: [
      ...[agentObject('robot'), robot.object],
      httpServer('crm', URL_OF, { data: { labels: ['private'], sink: 'internal' } as never }),
      httpServer('out', URL_OF, { data: { sink } as never }),
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      own,
    ],
    clock,
    inspectors: [canaryInspector(book), flowInspector({ book, analyser: new IntentAnalyser() })],
  });
  h.answer((request) => {
    const name = request.server === 'crm' ? 'get_customer' : 'put';
    if (request.method === 'tools/list') return ok({ tools: [{ name, inputSchema: { type: 'object' } }] });
    return request.server === 'crm' ? ok({ content: [{ type: 'text', text: `{"email":"${MAIL}"}` }] }) : echoServer(request);
  });
}

const ask = (server: string, method: string, params: JsonObject): Promise<CallOutcome> =>
  h.pipeline.run(callOf(method, { bearer: robot.token, params, surface: { type: 'server', server } }));
const read = () => ask('crm', 'tools/call', { name: 'get_customer', arguments: {} });
const send = async (args: JsonObject): Promise<string> => {
  const outcome = await ask('out', 'tools/call', { name: 'put', arguments: args });
  return outcome.type === 'denied' ? `${outcome.code} ${outcome.rule}` : outcome.type;
};
const findings = async (): Promise<string> => JSON.stringify((await h.entries()).map(({ content }) => content));

const base64 = (bytes: Buffer): string => bytes.toString('base64');
/** Text that hardly gets shorter. */
const noise = (chars: number): string => randomBytes(chars).toString('hex').slice(0, chars);
const BIG = `${'nothing to see here '.repeat(MAX_UNPACKED_BYTES / 10)}${MAIL}`;
const PACKED: [string, (text: string) => string][] = [
  ['gzip', (text) => base64(gzipSync(text))],
  ['zlib', (text) => base64(deflateSync(text))],
  ['gzip in lines', (text) => base64(gzipSync(text)).replace(/.{76}/g, '$&\r\n')],
  ['gzip in hex', (text) => gzipSync(text).toString('hex')],
  ['gzip in gzip', (text) => base64(gzipSync(base64(gzipSync(text))))],
];

const MORE: typeof PACKED = [
  ['zlib of the highest level', (text) => base64(deflateSync(text, { level: 9 }))],
  ['zlib of the lowest level', (text) => base64(deflateSync(text, { level: 1 }))],
  ['zlib of a small window', (text) => base64(deflateSync(text, { windowBits: 9 }))],
  ['zlib in base64url', (text) => deflateSync(text).toString('base64url')],
  ['gzip in hex with marks', (text) => gzipSync(text).toString('hex').replace(/../g, '$& ')],
  ['zlib in hex', (text) => deflateSync(text, { level: 9 }).toString('hex').toUpperCase()],
];

describe('as far as it is unpacked', () => {
  it.each([...PACKED.slice(0, 4), ...MORE])('what was read is found, also in a long stretch: %s', async (_how, pack) => {
    await open({ rules: [{ name: 'out', action: 'deny' }] });
    await read();
    expect(await send({ body: `see ${pack(`${noise(8_000)} ${MAIL}`)}` })).toBe('blocked_content flow/flow/out');
    expect(await send({ body: `see ${pack(noise(8_000))}` })).toBe('result');
  });
});

describe('beyond that', () => {
  it.each(PACKED)('a person decides, where a rule would stop what was read: %s', async (_how, pack) => {
    await open({ rules: [{ name: 'out', action: 'deny' }] });
    expect(await send({ body: pack(BIG) })).toBe('result');
    await read();
    expect(await send({ body: pack(BIG) })).toBe('approval_required flow/exceeded');
    expect(await findings()).toContain('"type":"flow.exceeded"');
    expect(await send({ body: 'nothing packed' })).toBe('result');
  });

  it.each([
    ['deny', 'blocked_content flow/exceeded'],
    ['log', 'result'],
    ['allow', 'result'],
  ])('`unseen: %s` decides otherwise', async (unseen, judged) => {
    await open({ unseen, rules: [{ name: 'out', action: 'deny' }] });
    await read();
    expect(await send({ body: PACKED[0]?.[1](BIG) ?? '' })).toBe(judged);
  });

  it('nobody is asked where no rule would stop it', async () => {
    await open({ rules: [{ name: 'out', action: 'deny' }] }, 'internal');
    await read();
    expect(await send({ body: PACKED[0]?.[1](BIG) ?? '' })).toBe('result');
  });

  it('so is a text that holds more of it than that in all', async () => {
    await open({ rules: [{ name: 'out', action: 'deny' }] });
    await read();
    const many = Array.from({ length: 6 }, (_, n) => base64(gzipSync(`${n} ${'x '.repeat(MAX_UNPACKED_BYTES / 8)} ${n < 5 ? '' : MAIL}`)));
    expect(await send({ body: many.join(' ') })).toBe('approval_required flow/exceeded');
  });
});

describe('more than is compared', () => {
  it('is nothing to hide behind: not in a list', async () => {
    await open({ rules: [{ name: 'out', action: 'deny' }] });
    const args = { pad: Array.from({ length: MAX_LEAVES }, () => 0), body: MAIL };
    expect(await send({ pad: args.pad.slice(MAX_LEAVES / 2) })).toBe('result');
    await read();
    expect(await send(args)).toBe('approval_required flow/exceeded');
    expect(await send({ pad: args.pad.slice(MAX_LEAVES / 2) })).toBe('result');
  });

  it('nor in what was read before: what is not remembered is not forgotten', async () => {
    await open({ rules: [{ name: 'out', action: 'deny' }] });
    let text = `{"email":"${MAIL}"}`;
    h.answer((request) =>
      request.method === 'tools/list'
        ? ok({ tools: [{ name: request.server === 'crm' ? 'get_customer' : 'put', inputSchema: { type: 'object' } }] })
        : request.server === 'crm'
          ? ok({ content: [{ type: 'text', text }] })
          : echoServer(request),
    );
    await read();
    expect(await send({ body: 'hello' })).toBe('result');
    text = JSON.stringify({ pad: Array.from({ length: MAX_LEAVES }, () => 0), phone: '+47 912 34 567' });
    await read();
    expect(await send({ body: 'call +47 912 34 567' })).toBe('approval_required flow/exceeded');
  });

  it('and many packed pieces cost no more than one', async () => {
    await open({ rules: [{ name: 'out', action: 'deny' }] });
    await read();
    const piece = (at: number): string => base64(gzipSync(`${at} ${'x '.repeat(MAX_UNPACKED_BYTES / 4)}`));
    const few = Array.from({ length: 3 }, (_, at) => piece(at));
    const many = Array.from({ length: (MAX_MESSAGE_BYTES / MAX_UNPACKED_BYTES) * 3 }, (_, at) => piece(at));
    expect(await send({ files: few })).toBe('result');
    expect(await send({ files: many })).toBe('approval_required flow/exceeded');
  });
});

describe('a canary', () => {
  async function openWithBait(more: object = {}): Promise<void> {
    await open({});
    const spec = flowSpec.parse({ mixed: 'allow', canaries: [{ name: 'bait', secret: 'bait' }], ...more });
    const sealed = secretSealer(h.core.vault, h.org).seal('bait', CANARY);
    const flow: StoredObject<'flow'> = { kind: 'flow', metadata: { name: 'flow' }, spec };
    await h.control.atLeast(h.org, await h.seed({ kind: 'secret', metadata: { name: 'bait' }, spec: { sealed } }, flow));
  }

  it.each<[string, () => string]>([
    ['packed', () => base64(gzipSync(`x ${CANARY} y`))],
    ['behind a lot of what is packed with it', () => base64(gzipSync(`${noise(60_000)} ${CANARY}`))],
    [
      'behind hundreds of harmless lines in base64',
      () =>
        [
          ...Array.from({ length: 600 }, (_, day) => base64(Buffer.from(`The museum is open. ${day}`))),
          base64(Buffer.from(`key ${CANARY}`)),
        ].join('\n'),
    ],
  ])('is found %s', async (_how, body) => {
    await openWithBait();
    expect(await send({ body: body() })).toBe('blocked_content flow/canary');
  });

  it.each<[string, string, JsonObject]>([
    ['a place in a list', 'tools/list', { cursor: CANARY }],
    ['a progress token', 'tools/call', { name: 'put', arguments: {}, _meta: { progressToken: CANARY } }],
    ['what a server sealed', 'tools/call', { name: 'put', arguments: {}, requestState: base64(Buffer.from(`{"s":"${CANARY}"}`)) }],
    ['which question is answered', 'tools/call', { name: 'put', arguments: {}, inputResponses: { [CANARY]: { action: 'cancel' } } }],
  ])('is found where ids stand that nobody else reads: %s', async (_where, method, params) => {
    await openWithBait();
    expect(await ask('out', method, params)).toMatchObject({ type: 'denied', rule: 'flow/canary' });
    expect(await findings()).toContain('"type":"flow.canary"');
  });

  it('keeps nobody from sending a page in which many signs are escaped', async () => {
    await openWithBait();
    const line = `<a href="/a%20b?id=C0&amp;n=2" style="width=AB">"So" &quot;they\\n said\\"</a>\n`;
    for (const lines of [200, 2_000]) expect(await send({ body: line.repeat(lines) })).toBe('result');
    expect(await send({ body: `${line.repeat(200)}${encodeURIComponent(CANARY.replaceAll('A', '&#65;'))}` })).toBe(
      'blocked_content flow/canary',
    );
  });

  it('may be in more than is unpacked: a person decides, and nothing is said to have been touched', async () => {
    await openWithBait({ onTouch: { freezeAgent: true } });
    expect(await send({ body: base64(gzipSync(BIG + CANARY)) })).toBe('approval_required flow/exceeded');
    expect(await findings()).not.toContain('incident');
    expect(await send({ body: 'on with it' })).toBe('result');
    await h.pipeline.run(
      callOf('notifications/progress', { bearer: robot.token, params: { progressToken: 1, progress: 1, message: base64(gzipSync(BIG)) } }),
    );
    expect(h.sent.filter(({ method }) => method === 'notifications/progress')).toEqual([]);
  });
});
