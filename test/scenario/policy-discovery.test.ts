// Discovery uses the same decision as use: what lists, templates, completions and names of all servers show an agent is what it may use, and what
// they do not show is answered like what does not exist. On a real store, through the whole table.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallOutcome, Surface } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule } from '../../src/object/kinds.ts';
import { MAX_PROPOSALS } from '../../src/pipeline/complete-resource.ts';
import { type CallOptions, callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const bot = tokenObject('bot', 'bot');
const OWN: Surface = { type: 'server', server: 'notes' };
const ALL: Surface = { type: 'all' };
const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });
const LISTS: Record<string, JsonObject> = {
  'tools/list': { tools: ['read_note', 'write_note', 'dump'].map(tool) },
  'prompts/list': { prompts: [{ name: 'greet' }, { name: 'secret' }] },
  'resources/list': { resources: ['note://public/1', 'note://private/1'].map((uri) => ({ uri, name: uri })) },
  'resources/templates/list': {
    resourceTemplates: ['note://public/{id}', 'note://private/{id}'].map((uriTemplate) => ({ uriTemplate, name: uriTemplate })),
  },
};
const READS: PolicyRule[] = [
  { name: 'dump', match: { tool: ['dump'] }, effect: 'hide' },
  { name: 'tools', match: { tool: ['read_*', 'dump'] }, effect: 'allow' },
  { name: 'rest', match: { prompt: ['greet'], resource: ['note://public/*'] }, effect: 'allow' },
];

let h: Harness;
beforeEach(async () => {
  const servers = ['notes', 'vault'].map((name) => httpServer(name, 'http://127.0.0.1:9/mcp'));
  h = await harness({
    objects: [
      agentObject('bot'),
      bot.object,
      ...servers,
      policyObject(
        'p',
        READS.map((rule) => ({ ...rule, match: { server: ['notes'], ...rule.match } })),
      ),
    ],
  });
  h.answer((request) => {
    const list = LISTS[request.method];
    if (list) return ok(list);
    return request.method === 'completion/complete' ? ok({ completion: { values: ['one'] } }) : echoServer(request);
  });
});
afterEach(() => h.close());

const ask = (method: string, params?: JsonObject, options: CallOptions = {}): Promise<CallOutcome> =>
  h.pipeline.run(callOf(method, { bearer: bot.token, surface: OWN, ...(params && { params }), ...options }));
/** What a list shows, as one text. */
async function shown(method: string, surface: Surface = OWN): Promise<string[]> {
  const outcome = await ask(method, undefined, { surface });
  if (outcome.type !== 'result') throw new Error(`${method}: ${outcome.type}`);
  const [list = []] = Object.values(outcome.result).filter((value) => Array.isArray(value)) as JsonObject[][];
  return list.map(({ name, uri, uriTemplate }) => String(uri ?? uriTemplate ?? name)).sort();
}
const told = (outcome: CallOutcome, name: string): string => {
  if (outcome.type !== 'denied') throw new Error(`${name}: ${outcome.type}`);
  const { code, message, rule, hint, rpc } = outcome;
  return JSON.stringify({ code, message, rule, hint, rpc }).replaceAll(name, '<name>');
};

describe('lists', () => {
  it.each([
    ['tools/list', ['read_note']],
    ['prompts/list', ['greet']],
    ['resources/list', ['note://public/1']],
    ['resources/templates/list', ['note://public/{id}']],
  ])('show what may be used and nothing else: %s', async (method, expected) => {
    expect(await shown(method)).toEqual(expected);
  });

  it('show of every server, under aggregated names, what may be used there', async () => {
    expect(await shown('tools/list', ALL)).toEqual(['notes__read_note']);
    expect(await shown('prompts/list', ALL)).toEqual(['notes__greet']);
    expect(await shown('resources/list', ALL)).toEqual(['note://public/1']);
    expect(await shown('resources/templates/list', ALL)).toEqual(['note://public/{id}']);
  });
});

describe('what is listed can be used, and what is not is answered like what does not exist', () => {
  const uses: [string, (name: string) => JsonObject, string, string, string][] = [
    ['tools/call', (name) => ({ name, arguments: {} }), 'read_note', 'write_note', 'no_such'],
    ['prompts/get', (name) => ({ name }), 'greet', 'secret', 'no_such'],
    ['resources/read', (uri) => ({ uri }), 'note://public/1', 'note://private/1', 'note://nowhere/1'],
    [
      'completion/complete',
      (name) => ({ ref: { type: 'ref/prompt', name }, argument: { name: 'a', value: '' } }),
      'greet',
      'secret',
      'no_such',
    ],
    [
      'completion/complete',
      (uri) => ({ ref: { type: 'ref/resource', uri }, argument: { name: 'id', value: '' } }),
      'note://public/{id}',
      'note://private/{id}',
      'note://nowhere/{id}',
    ],
  ];

  it.each(uses)('%s', async (method, params, listed, hidden, absent) => {
    for (const list of Object.keys(LISTS)) await shown(list);
    expect((await ask(method, params(listed))).type).toBe('result');
    expect(told(await ask(method, params(hidden)), hidden)).toBe(told(await ask(method, params(absent)), absent));
    expect(h.sent.filter((request) => request.method === method)).toHaveLength(1);
  });

  it('under aggregated names', async () => {
    await shown('tools/list', ALL);
    const call = (name: string): Promise<CallOutcome> => ask('tools/call', { name, arguments: {} }, { surface: ALL });
    expect((await call('notes__read_note')).type).toBe('result');
    for (const name of ['notes__write_note', 'vault__read_note'])
      expect(told(await call(name), name.slice(7))).toBe(told(await call(`${name.slice(0, 7)}no_such`), 'no_such'));
    // What is hidden is answered like what rules would let through if it were there.
    expect(told(await call('notes__dump'), 'dump')).toBe(told(await call('notes__read_none'), 'read_none'));
  });
});

it('a list that was read before the rules changed shows what they let through now', async () => {
  expect(await shown('tools/list')).toEqual(['read_note']);
  await h.seed(policyObject('p', [{ name: 'writes', match: { server: ['notes'], tool: ['write_*'] }, effect: 'allow' }]));
  expect(await shown('tools/list')).toEqual(['write_note']);
  expect(await shown('tools/list', ALL)).toEqual(['notes__write_note']);
  expect(await shown('resources/templates/list')).toEqual([]);
  expect((await ask('tools/call', { name: 'read_note', arguments: {} })).type).toBe('denied');
  await h.seed(policyObject('p', [{ name: 'writes', match: { server: ['notes'], tool: ['write_*'] }, effect: 'deny' }]));
  expect((await ask('tools/list')).type === 'result' ? await shown('tools/list') : []).toEqual([]);
});

describe('completions of a template that leads to what may be read and to what may not', () => {
  const WIDE: PolicyRule[] = [
    { name: 'private', match: { server: ['notes'], resource: ['note://private/*', 'note://x/private/*'] }, effect: 'deny' },
    { name: 'notes', match: { server: ['notes'], resource: ['note://*'] }, effect: 'allow' },
  ];
  const complete = (name: string, value: string, given?: JsonObject, uri = 'note://{scope}/{id}'): Promise<CallOutcome> =>
    ask('completion/complete', {
      ref: { type: 'ref/resource', uri },
      argument: { name, value },
      ...(given && { context: { arguments: given } }),
    });
  const proposes = (values: string[], more: JsonObject = {}): void =>
    h.answer(({ method }) => (method === 'completion/complete' ? ok({ completion: { values, ...more } }) : ok(LISTS[method] ?? {})));
  const valuesOf = (outcome: CallOutcome): unknown => (outcome.type === 'result' ? outcome.result.completion : outcome.type);
  beforeEach(() => h.seed(policyObject('wide', WIDE, 1)));

  it('do not ask the server for what lies under the hidden part', async () => {
    proposes(['17']);
    expect(valuesOf(await complete('id', '', { scope: 'public' }))).toEqual({ values: ['17'] });
    for (const scope of ['private', 'PRIVATE', '%70rivate'])
      expect(await complete('id', '', { scope }), scope).toMatchObject({ type: 'denied', code: 'denied_by_rule' });
    for (const uri of ['note://{+scope}/{id}', 'note://{scope}{/id}', 'note://{scope}/x{?id}'])
      expect(await complete('id', '', { scope: 'private' }, uri), uri).toMatchObject({ type: 'denied', code: 'denied_by_rule' });
    expect(h.sent.filter(({ method }) => method === 'completion/complete')).toHaveLength(1);
  });

  it('do not propose values that lead there, nor count them', async () => {
    proposes(['private', 'public', 'shared'], { total: 3, hasMore: false });
    expect(valuesOf(await complete('scope', 'p'))).toEqual({ values: ['public', 'shared'], hasMore: false });
    proposes(['public', 'shared'], { total: 2 });
    expect(valuesOf(await complete('scope', ''))).toEqual({ values: ['public', 'shared'], total: 2 });
    proposes(['../private/1', '1']);
    expect(valuesOf(await complete('id', '', { scope: 'public' }, 'note://x/{scope}/{+id}'))).toEqual({ values: ['1'] });
  });

  it('do not ask the server about values that rules cannot look at: what is no text, and what is longer than any name', async () => {
    const refused = { type: 'denied', code: 'invalid_request' };
    expect(await complete('id', '', { scope: ['private'] })).toMatchObject(refused);
    expect(await complete('id', '', { scope: { toString: 'private' } })).toMatchObject(refused);
    const argument = { name: ['scope'], value: '' };
    expect(await ask('completion/complete', { ref: { type: 'ref/resource', uri: 'note://{scope}/{id}' }, argument })).toMatchObject(
      refused,
    );
    expect(await complete('id', '', { scope: 'a'.repeat(1_000_000) }, `note://${'{scope}'.repeat(200)}/{id}`)).toMatchObject({
      type: 'denied',
      code: 'no_rule_allows',
    });
    expect(h.sent.filter(({ method }) => method === 'completion/complete')).toHaveLength(0);
  });

  it('are looked at in the same way by policies that only watch', async () => {
    const watching = policyObject('watching', WIDE, 0);
    await h.seed({ ...watching, spec: { ...watching.spec, mode: 'shadow', replaces: ['wide', 'p'] } });
    expect(await complete('id', '', { scope: 'private' })).toMatchObject({ type: 'denied', code: 'denied_by_rule' });
    expect(h.shadows.pending(h.org).differences).toEqual([]);
  });

  it('propose no more than rules are asked about, and only texts', async () => {
    proposes(
      Array.from({ length: MAX_PROPOSALS + 5 }, (_, i) => `p${i}`),
      { total: MAX_PROPOSALS + 5 },
    );
    const { values, total } = valuesOf(await complete('scope', 'p')) as { values: string[]; total?: number };
    expect([values.length, total]).toEqual([MAX_PROPOSALS, undefined]);
    proposes(['public', ['private'] as never, 'a'.repeat(10_000)]);
    expect(valuesOf(await complete('scope', 'p'))).toEqual({ values: ['public'] });
  });

  it('of a reference that names a prompt and a resource are refused', async () => {
    for (const ref of [
      { type: 'ref/prompt', name: 'greet', uri: 'note://private/{id}' },
      { type: 'ref/resource', uri: 'note://public/{id}', name: 'secret' },
    ])
      expect(await ask('completion/complete', { ref, argument: { name: 'id', value: '' } })).toMatchObject({
        type: 'denied',
        code: 'invalid_request',
      });
  });
});
