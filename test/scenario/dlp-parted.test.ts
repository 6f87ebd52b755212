// Values that are parted over several texts of one message: whoever reads them one after the other reads the value, so none of its pieces gets through.
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { oneAgent, reader } from '../support/one-agent.ts';
import { callOf, type Harness, ok } from '../support/pipeline-harness.ts';

const KEY = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const [KEY_HEAD, KEY_TAIL] = [KEY.slice(0, 17), KEY.slice(17)];
const MATERIAL = Array.from({ length: 4 }, (_, line) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8${line}cK`);
const PEM = ['-----BEGIN PRIVATE KEY-----', ...MATERIAL, '-----END PRIVATE KEY-----'];
const text = (said: string): JsonObject => ({ type: 'text', text: said });
const surface = { type: 'server', server: 'notes' } as const;

let h: Harness;
afterEach(() => h?.close());

async function open(action: string): Promise<void> {
  h = await oneAgent(
    'notes',
    [dlpObject('dlp', { rules: [{ name: 'all', types: ['secret', 'financial'], action }] })],
    [dlpFor(() => h.core.vault)],
  );
}

/** What the agent gets of an answer, as a text. */
async function answered(method: string, result: JsonObject, params: JsonObject = { name: 'read_note', arguments: {} }): Promise<string> {
  h.answer((request) => {
    if (request.method === 'tools/list') return ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object' } }] });
    if (request.method === 'prompts/list') return ok({ prompts: [{ name: 'ask' }] });
    if (request.method === 'resources/list') return ok({ resources: [{ uri: 'note://1', name: 'one' }] });
    return ok(request.method === method ? result : {});
  });
  const outcome = await h.pipeline.run(callOf(method, { bearer: reader.token, params, surface }));
  return JSON.stringify(outcome);
}

/** Everything that an agent may get of an answer, with texts in the place of [first, second]. */
const PLACES: [string, string, (first: string, second: string) => JsonObject, JsonObject?][] = [
  ['blocks of an answer', 'tools/call', (first, second) => ({ content: [text(first), text(second)] })],
  [
    'blocks with a picture and a link between them',
    'tools/call',
    (first, second) => ({
      content: [
        text(first),
        { type: 'image', data: 'iVBORw0KGgoAAAANSUhEUgAA', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'note://2', name: 'two', title: 'The second note' },
        text(second),
      ],
    }),
  ],
  [
    'a block and an embedded resource',
    'tools/call',
    (first, second) => ({ content: [text(first), { type: 'resource', resource: { uri: 'note://2', text: second } }] }),
  ],
  [
    'base64 of two texts',
    'tools/call',
    (first, second) => ({
      content: [first, second].map((said) => ({
        type: 'resource',
        resource: { uri: 'note://3', mimeType: 'text/plain', blob: Buffer.from(said).toString('base64') },
      })),
    }),
  ],
  ['strings of structured content', 'tools/call', (first, second) => ({ content: [], structuredContent: { lines: [first, second] } })],
  [
    'messages of a prompt',
    'prompts/get',
    (first, second) => ({
      messages: [first, second].map((said) => ({ role: 'user', content: text(said) })),
    }),
    { name: 'ask' },
  ],
  [
    'contents of a resource',
    'resources/read',
    (first, second) => ({ contents: [first, second].map((said) => ({ uri: 'note://1', text: said })) }),
    { uri: 'note://1' },
  ],
];

const decoded = (outcome: string): string =>
  outcome + [...outcome.matchAll(/"blob\\?":\\?"([\w+/=]+)/g)].map(([, blob]) => Buffer.from(blob as string, 'base64').toString()).join('');

it.each(PLACES)('%s: both pieces are masked, the rest stays', async (_where, method, made, params) => {
  await open('mask');
  const key = decoded(await answered(method, made(`The key is ${KEY_HEAD}`, `${KEY_TAIL} until May.`), params));
  expect(key).toContain('The key is [redacted:secret.api-key]');
  expect(key).toContain('[redacted:secret.api-key] until May.');
  expect(key).not.toContain(KEY_HEAD);
  expect(key).not.toContain(KEY_TAIL);
  const card = decoded(await answered(method, made('Paid with 4539 1488 ', ' 0343 6467 in May.'), params));
  expect(card).toContain('Paid with [redacted:financial.card]');
  expect(card).not.toMatch(/4539|1488|0343|6467/);
});

it.each(PLACES)('%s: what is blocked whole is blocked in pieces', async (_where, method, made, params) => {
  await open('block');
  const outcome = await answered(method, made(`The key is ${KEY_HEAD}`, `${KEY_TAIL} until May.`), params);
  expect(outcome).toContain('blocked_content');
  expect(outcome).not.toContain(KEY_TAIL);
});

it('blocks of one character each', async () => {
  await open('mask');
  const outcome = await answered('tools/call', { content: [...'4539148803436467'].map(text) });
  expect(outcome).not.toMatch(/"text":"\d"/);
});

it('a private key, a line a block or a line a string', async () => {
  await open('mask');
  const blocks = await answered('tools/call', { content: PEM.map(text) });
  const lines = await answered('tools/call', { content: [], structuredContent: { key: PEM, note: 'is kept' } });
  for (const outcome of [blocks, lines]) for (const line of MATERIAL) expect(outcome).not.toContain(line);
  expect(lines).toContain('is kept');
});

it('arguments and the question of a server', async () => {
  await open('mask');
  const got: string[] = [];
  h.answer(async ({ method, params, peer, signal }) => {
    if (method === 'tools/list') return ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object' } }] });
    if (method !== 'tools/call') return ok({});
    got.push(JSON.stringify(params));
    await peer.request?.(
      'sampling/createMessage',
      { maxTokens: 9, messages: [`Say ${KEY_HEAD}`, `${KEY_TAIL} again`].map((said) => ({ role: 'user', content: text(said) })) },
      signal,
    );
    return ok({ content: [] });
  });
  const peer = {
    notify: (): undefined => undefined,
    request: async (_method: string, params: unknown) => {
      got.push(JSON.stringify(params));
      return { result: { role: 'assistant', model: 'm', content: text('no') } };
    },
  };
  const params = { name: 'read_note', arguments: { lines: [`Use ${KEY_HEAD}`, `${KEY_TAIL} for it`] } };
  await h.pipeline.run(callOf('tools/call', { bearer: reader.token, peer, params, surface }));
  expect(got).toHaveLength(2);
  for (const one of got) {
    expect(one).toMatch(/redacted:secret.*redacted:secret/);
    expect(one).not.toContain(KEY_TAIL);
  }
});

it('a piece shows no last digits, and entries name both places', async () => {
  await open('partial');
  const outcome = await answered('tools/call', { content: [text('Paid with 4539 1488'), text('0343 6467 in May.')] });
  expect(outcome).not.toMatch(/1488|6467/);
  const entries = JSON.stringify(await h.entries());
  expect(entries).toContain('/content/0/text');
  expect(entries).toContain('/content/1/text');
  expect(entries).not.toMatch(/1488|6467/);
});

it('a number or a name between the lines of a key does not get through with them, and JSON in a text stays JSON', async () => {
  await open('mask');
  const card = 4_111_111_111_111_111;
  const structuredContent = { lines: [PEM[0] ?? '', ...MATERIAL, { card, [`${card}`]: true, ok: true }, PEM.at(-1) ?? ''] };
  const content = [text(JSON.stringify({ card: ['C:\\', card], last: [['a'], -card] }))];
  const answer = await answered('tools/call', { content, structuredContent });
  expect(answer).not.toMatch(/411111|MIIEv/);
  const { result } = JSON.parse(answer) as { result: { content: [{ text: string }]; structuredContent: { lines: unknown[] } } };
  const [MASK, KEY_MASK] = ['[redacted:financial.card]', '[redacted:secret.private-key]'];
  expect(JSON.parse(result.content[0].text)).toEqual({ card: ['C:\\', MASK], last: [['a'], MASK] });
  expect(result.structuredContent.lines.slice(5)).toEqual([{ card: KEY_MASK, [`${KEY_MASK}#1`]: true, ok: true }, KEY_MASK]);
});
