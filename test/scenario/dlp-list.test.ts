// What servers list, and say of themselves: words are masked, entries left out that may not be shown or could not be asked for, and what the protocol needs
// stays as it is. On the endpoint of one server and on that of all.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { oneAgent, reader } from '../support/one-agent.ts';
import { callOf, type Harness, ok } from '../support/pipeline-harness.ts';

const KEY = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
const MAIL = 'ines.okafor@northwind-traders.com';
const MASKED = '[redacted:pii.email]';
const ONE = { type: 'server', server: 'notes' } as const;
const ALL = { type: 'all' } as const;
const SURFACES = [ONE, ALL];
let h: Harness;
afterEach(() => h?.close());

/** What the one server answers, by method. */
let answers: Record<string, JsonObject> = {};

async function open(rules: object[], more: object = {}): Promise<void> {
  const dlp = dlpObject('dlp', { rules: rules.map((rule, at) => ({ name: `rule-${at}`, types: ['*'], ...rule })), ...more });
  h = await oneAgent('notes', [dlp], [dlpFor(() => h.core.vault)]);
  h.answer((request) => ok(answers[request.method] ?? {}));
}

const run = (method: string, params: JsonObject = {}, surface: typeof ONE | typeof ALL = ONE): Promise<CallOutcome> =>
  h.pipeline.run(callOf(method, { bearer: reader.token, params, surface }));
const resultOf = (outcome: CallOutcome): JsonObject => {
  if (outcome.type !== 'result') throw new Error(JSON.stringify(outcome));
  return outcome.result;
};
const itemsOf = (result: JsonObject, member: string): JsonObject[] => result[member] as JsonObject[];

const TOOL = {
  name: 'find_person',
  title: `Find ${MAIL}`,
  description: `Finds people, such as ${MAIL}.`,
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      'mail address': { type: 'string', format: 'email', description: `For example ${MAIL}.`, default: MAIL },
      greeting: { type: 'string', default: `Dear ${MAIL}`, examples: [`Hello ${MAIL}`] },
      team: { type: 'string', enum: ['sales@northwind-traders.com', 'all'], 'x-note': MAIL },
      of: { anyOf: [{ type: 'object', properties: { deep: { title: MAIL } } }, { const: 'nobody' }] },
    },
    required: ['mail address'],
  },
  annotations: { title: `Of ${MAIL}`, readOnlyHint: true },
  _meta: { 'com.example/owner': MAIL },
  maintainer: MAIL,
};
const LISTS: Record<string, JsonObject> = {
  'tools/list': { tools: [TOOL] },
  'prompts/list': {
    prompts: [
      {
        name: 'greet',
        title: MAIL,
        description: `Greets ${MAIL}`,
        arguments: [{ name: 'person', title: MAIL, description: `as ${MAIL}`, required: true }],
        by: MAIL,
      },
    ],
  },
  'resources/list': {
    resources: [
      {
        uri: `file:///home/${MAIL}/notes.md`,
        name: `Notes of ${MAIL}`,
        title: MAIL,
        description: MAIL,
        mimeType: 'text/markdown',
        size: 2048,
        annotations: { audience: ['user'], priority: 0.5, by: MAIL },
        _meta: { by: MAIL },
        by: MAIL,
      },
    ],
  },
  'resources/templates/list': {
    resourceTemplates: [{ uriTemplate: `file:///home/${MAIL}/{name}`, name: MAIL, title: MAIL, description: MAIL, by: MAIL }],
  },
};
const MEMBERS: Record<string, string> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};

describe('masked', () => {
  it.each(Object.keys(LISTS))('%s: words, and not what is asked for by', async (method) => {
    const list: JsonObject = { ...LISTS[method], note: `list of ${MAIL}`, _meta: { by: MAIL } };
    answers = { [method]: list };
    await open([{ action: 'mask' }]);
    for (const surface of SURFACES) {
      const result = resultOf(await run(method, {}, surface));
      const [item] = itemsOf(result, MEMBERS[method] ?? '');
      const [was] = itemsOf(list, MEMBERS[method] ?? '');
      const kept = ['uri', 'uriTemplate'].map((name) => was?.[name]).filter((address) => address !== undefined);
      expect(Object.keys(item ?? {}).sort()).toEqual(Object.keys(was ?? {}).sort());
      for (const address of kept) expect([item?.uri, item?.uriTemplate]).toContain(address);
      expect(JSON.stringify(result).split(MAIL)).toHaveLength(1 + kept.length);
      expect(JSON.stringify(result)).toContain(MASKED);
    }
  });

  it('a tool keeps its schema, without the defaults that may not stay, and is still the one that was approved', async () => {
    answers = { 'tools/list': { tools: [TOOL] }, 'tools/call': { content: [{ type: 'text', text: 'nobody' }] } };
    await open([{ action: 'mask', direction: 'result' }]);
    for (const surface of SURFACES) {
      const [tool] = itemsOf(resultOf(await run('tools/list', {}, surface)), 'tools');
      expect(tool?.inputSchema).toEqual({
        ...TOOL.inputSchema,
        properties: {
          'mail address': { type: 'string', format: 'email', description: `For example ${MASKED}.` },
          greeting: { type: 'string', default: `Dear ${MASKED}` },
          team: { type: 'string', enum: ['sales@northwind-traders.com', 'all'], 'x-note': MASKED },
          of: { anyOf: [{ type: 'object', properties: { deep: { title: MASKED } } }, { const: 'nobody' }] },
        },
      });
      const called = await run('tools/call', { name: String(tool?.name), arguments: { 'mail address': 'a@b.example' } }, surface);
      expect(called.type).toBe('result');
    }
  });

  it('never with tokens, which are others each time', async () => {
    answers = LISTS;
    await open([{ action: 'tokenize' }]);
    for (const method of Object.keys(LISTS)) {
      const [first, second] = [await run(method), await run(method)].map(resultOf);
      expect(first).toEqual(second);
      expect(JSON.stringify(first)).not.toContain('dlp_');
    }
  });

  it('honest lists pass as they are, byte by byte', async () => {
    const [tools, prompts, resources] = [
      {
        tools: [
          {
            ...TOOL,
            title: 'Find',
            description: 'Finds people.',
            inputSchema: {
              type: 'object',
              properties: {
                password: { type: 'string', minLength: 8 },
                phone: { type: 'string', pattern: '^\\+[0-9]{7,15}$' },
                api_key: { type: 'string', description: 'The API key of the account.' },
              },
              required: ['password'],
            },
            annotations: { readOnlyHint: true },
            _meta: {},
            maintainer: 'us',
          },
        ],
      },
      { prompts: [{ name: 'greet', arguments: [{ name: 'person', required: true }] }], nextCursor: 'eyJwYWdlIjoyfQ==' },
      { resources: [{ uri: 'file:///notes.md', name: 'notes.md', mimeType: 'text/markdown', size: 2048 }], nextCursor: '2' },
    ];
    answers = { 'tools/list': tools, 'prompts/list': prompts, 'resources/list': resources };
    await open([], { profile: 'strict' });
    for (const [method, said] of Object.entries(answers)) {
      const outcome = await run(method);
      expect(resultOf(outcome)).toEqual(said);
      expect(outcome).toMatchObject({ resultText: JSON.stringify(said) });
    }
  });
});

describe('left out', () => {
  const HARMLESS: Record<string, JsonObject> = {
    'tools/list': { name: 'add', inputSchema: { type: 'object' } },
    'prompts/list': { name: 'hello' },
    'resources/list': { uri: 'file:///a', name: 'a' },
    'resources/templates/list': { uriTemplate: 'file:///{name}', name: 'a' },
  };
  const HIDDEN: [string, string, JsonObject][] = [
    ['tools/list', 'its name', { name: KEY, inputSchema: { type: 'object' } }],
    ['tools/list', 'a parameter', { name: 'x', inputSchema: { type: 'object', properties: { [KEY]: {} } } }],
    ['tools/list', 'a choice', { name: 'x', inputSchema: { type: 'object', properties: { a: { enum: [KEY] } } } }],
    ['tools/list', 'a pattern', { name: 'x', inputSchema: { type: 'object', properties: { a: { pattern: KEY } } } }],
    ['tools/list', 'a schema of its own', { name: 'x', inputSchema: { type: 'object', $defs: { a: { const: KEY } } } }],
    ['tools/list', 'what it returns', { name: 'x', inputSchema: { type: 'object' }, outputSchema: { type: 'object', required: [KEY] } }],
    ['prompts/list', 'its name', { name: KEY }],
    ['prompts/list', 'an argument', { name: 'x', arguments: [{ name: KEY }] }],
    ['resources/list', 'its address', { uri: `https://notes.example/?key=${KEY}`, name: 'x' }],
    ['resources/templates/list', 'its address', { uriTemplate: `https://notes.example/{x}?key=${KEY}`, name: 'x' }],
  ];

  it.each(HIDDEN)('an entry of %s with a secret in %s, which cannot be masked', async (method, _where, item) => {
    const member = MEMBERS[method] ?? '';
    answers = { [method]: { [member]: [HARMLESS[method] ?? {}, item] } };
    await open([{ action: 'mask' }]);
    for (const surface of SURFACES) {
      const result = resultOf(await run(method, {}, surface));
      expect(itemsOf(result, member)).toHaveLength(1);
      expect(JSON.stringify(result)).not.toContain(KEY);
    }
    expect(JSON.stringify(await h.entries())).not.toContain(KEY);
  });

  it.each(Object.keys(LISTS))('an entry of %s that a rule stops, and nothing else', async (method) => {
    const member = MEMBERS[method] ?? '';
    for (const action of ['block', 'hold']) {
      answers = { [method]: { ...LISTS[method], [member]: [...itemsOf(LISTS[method] ?? {}, member), HARMLESS[method] ?? {}], note: MAIL } };
      await open([{ action, direction: 'result' }]);
      for (const surface of SURFACES) {
        const result = resultOf(await run(method, {}, surface));
        expect(itemsOf(result, member)).toHaveLength(1);
        expect(JSON.stringify(result)).not.toContain(MAIL);
        expect(result).not.toHaveProperty('note');
      }
      await h.close();
    }
  });

  it('all of a list that is longer than what is looked at', async () => {
    answers = { 'tools/list': { tools: [{ ...TOOL, description: 'x'.repeat(2_000) }] } };
    await open([{ action: 'mask' }], { budget: { maxChars: 1_024 } });
    expect(await run('tools/list')).toMatchObject({ type: 'denied', code: 'blocked_content' });
    expect(resultOf(await run('tools/list', {}, ALL)).tools).toEqual([]);
  });
});

describe('what is listed can be asked for, and what is not is refused', () => {
  const CASES: [string, string, string, (name: string) => JsonObject][] = [
    ['resources/list', 'uri', 'resources/read', (uri) => ({ uri })],
    ['prompts/list', 'name', 'prompts/get', (name) => ({ name })],
  ];
  const NAMES = [`file:///home/${MAIL}/a`, `note://x/${KEY}`, 'note://plain'];
  const RULES = ['arguments', 'result', 'both'].flatMap((direction) =>
    ['mask', 'tokenize', 'block', 'hold', 'log'].map((action): [string, string] => [action, direction]),
  );

  it.each(RULES)('%s, %s', async (action, direction) => {
    for (const [list, names, ask, paramsOf] of CASES) {
      const member = MEMBERS[list] ?? '';
      answers = { [list]: { [member]: NAMES.map((name) => ({ [names]: name, name })) }, [ask]: { contents: [], messages: [] } };
      await open([{ action, direction }]);
      // Names are others on the endpoint of all servers.
      for (const surface of names === 'uri' ? SURFACES : [ONE]) {
        const listed = itemsOf(resultOf(await run(list, {}, surface)), member).map((item) => String(item[names]));
        expect(listed.some((name) => name.endsWith('plain'))).toBe(true);
        for (const name of listed) {
          const outcome = await run(ask, paramsOf(name), surface);
          // What waits for a person was not refused.
          expect(outcome.type === 'denied' ? outcome.code : 'asked', `${ask} ${name}`).toMatch(/^(?:asked|approval_required)$/);
        }
        if (direction === 'result' || surface === ALL) continue;
        for (const name of NAMES.filter((one) => !listed.includes(one)))
          if (action !== 'hold' || direction === 'arguments')
            expect(await run(ask, paramsOf(name))).toMatchObject({ code: 'blocked_content' });
      }
      await h.close();
    }
  });
});

describe('handshakes', () => {
  const said = (text: string): JsonObject => ({
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true }, experimental: { 'com.example/x': { contact: text } } },
    serverInfo: { name: `notes ${text}`, title: text, version: '1.4.2', websiteUrl: `https://x.example/?q=${text}` },
    instructions: `Ask ${text} for help.`,
    note: text,
    _meta: { by: text },
  });

  it.each([KEY, MAIL])('words are masked: %s', async (text) => {
    answers = { initialize: said(text), 'server/discover': { ...said(text), supportedVersions: ['2026-07-28'] } };
    await open([{ action: 'mask' }]);
    const result = resultOf(await run('initialize', { protocolVersion: '2025-11-25' }));
    expect(JSON.stringify(result)).not.toContain(text);
    expect(result).toMatchObject({
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true } },
      serverInfo: { version: '1.4.2' },
    });
    expect(result.instructions).toMatch(/^Ask \[redacted:[\w.-]+\] for help\.$/);
    const all = resultOf(await run('initialize', { protocolVersion: '2025-11-25' }, ALL));
    expect(JSON.stringify(all)).not.toContain(text);
    expect(JSON.stringify(all)).toContain('for help.');
  });

  it.each(['block', 'hold'])('%s: what holds it is left out, and the server can still be used', async (action) => {
    answers = { initialize: said(MAIL) };
    await open([{ action }]);
    expect(resultOf(await run('initialize', { protocolVersion: '2025-11-25' }))).toEqual({
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'notes', version: '0' },
    });
    expect(JSON.stringify(resultOf(await run('initialize', { protocolVersion: '2025-11-25' }, ALL)))).not.toContain(MAIL);
  });

  it('a version that is none is not relayed where it may not pass', async () => {
    answers = { initialize: { ...said('me'), protocolVersion: MAIL } };
    await open([{ action: 'block' }]);
    expect(await run('initialize', { protocolVersion: '2025-11-25' })).toMatchObject({ type: 'denied', code: 'blocked_content' });
  });
});
