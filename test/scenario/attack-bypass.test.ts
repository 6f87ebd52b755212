// Attempts to get a forbidden call to a server, or to learn what is hidden, through the whole table on a real store. The server answers whatever
// reaches it, so a call that arrives is a way through.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome, Peer } from '../../src/call.ts';
import { publicName } from '../../src/catalog/names.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type CallOptions, callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

type Rules = StoredObject<'policy'>['spec']['rules'];

const ALL = { type: 'all' } as const;
const mallory = tokenObject('mallory', 'mallory');
const freeze = (name: string, server: string): StoredObject<'freeze'> => ({
  kind: 'freeze',
  metadata: { name },
  spec: { scope: { server }, reason: 'leaking customer data' },
});

let h: Harness;
afterEach(() => h.close());

async function open(rules: Rules, ...more: StoredObject[]): Promise<void> {
  h = await harness({
    objects: [
      agentObject('mallory'),
      ...(more.some(({ kind }) => kind === 'token') ? [] : [mallory.object]),
      httpServer('notes', 'http://127.0.0.1:9/mcp'),
      httpServer('vault', 'http://127.0.0.1:9/vault'),
      policyObject('rules', rules),
      ...more,
    ],
  });
}

function ask(method: string, params: JsonObject | undefined, options: CallOptions = {}): Promise<CallOutcome> {
  return h.pipeline.run(callOf(method, { bearer: mallory.token, ...(params && { params }), ...options }));
}

const reached = (method: string): unknown[] => h.sent.filter((request) => request.method === method).map(({ params }) => params?.name);

const readsNotes: Rules = [{ name: 'reads', match: { server: ['notes'], tool: ['read_*'] }, effect: 'allow' }];
const allButWriting: Rules = [
  { name: 'no-writing', match: { tool: ['write_*'] }, effect: 'deny' },
  { name: 'rest', match: { server: ['notes'] }, effect: 'allow' },
];

/** What an agent is told, with the name it used itself taken out. */
function told(outcome: CallOutcome, name: string): string {
  if (outcome.type !== 'denied') throw new Error(`expected a denial, not ${outcome.type}`);
  const { code, message, rule, hint, rpc } = outcome;
  return JSON.stringify({ code, message, rule, hint, rpc }).replaceAll(name, '<name>');
}

describe('names that are not what they say', () => {
  const spellings = [
    'write_note ',
    ' write_note',
    'write_note\u0000',
    'Write_Note',
    'WRITE_NOTE',
    'write%5Fnote',
    'write\u005fnote\u200b',
    'wr\u0456te_note',
    '\uff57rite_note',
    'notes__write_note',
    'notes__notes__write_note',
    '../write_note',
    'read_note\nwrite_note',
    '__proto__',
    'constructor',
    '',
  ];

  it('reach nothing, on the endpoint of one server and of all', async () => {
    await open(readsNotes);
    const decorated = ['notes__', 'vault__', '__', 'sallyport__'].flatMap((prefix) => spellings.map((name) => prefix + name));
    for (const surface of [ALL, { type: 'server', server: 'notes' } as const])
      for (const name of [...spellings, ...decorated]) {
        const outcome = await ask('tools/call', { name, arguments: { id: 1 } }, { surface });
        expect(outcome.type, JSON.stringify(name)).toBe('denied');
      }
    expect(reached('tools/call')).toEqual([]);
  });

  it('an escaped key is the key: the server gets one name, and it is the one that was judged', async () => {
    await open(readsNotes);
    const call = callOf('tools/call', { bearer: mallory.token, surface: ALL, params: { name: 'notes__read_note', arguments: { id: 1 } } });
    call.paramsText = '{"n\\u0061me":"notes__read_note","arguments":{"id":1}}';
    expect((await h.pipeline.run(call)).type).toBe('result');
    const text = h.sent.at(-1)?.paramsText ?? '';
    expect(JSON.parse(text)).toEqual({ name: 'read_note', arguments: { id: 1 } });
    expect(text).not.toContain('notes__');
  });

  it('a name in _meta, in the arguments or beside the name changes nothing', async () => {
    await open(readsNotes);
    const params = {
      name: 'write_note',
      toolName: 'read_note',
      _meta: { name: 'read_note', tool: 'read_note' },
      arguments: { name: 'read_note' },
    };
    expect((await ask('tools/call', params)).type).toBe('denied');
    expect(h.sent).toEqual([]);
  });
});

describe('whether a hidden thing exists', () => {
  it('is not told by a public name that carries a hash', async () => {
    await open(readsNotes);
    const hidden = 'wipe every note';
    h.answer((request) =>
      request.method === 'tools/list' ? ok({ tools: [{ name: hidden, inputSchema: { type: 'object' } }] }) : echoServer(request),
    );
    const there = publicName('notes', hidden);
    const absent = publicName('notes', 'wipe every card');
    const tell = async (name: string) =>
      told(await ask('tools/call', { name, arguments: {} }, { surface: ALL }), name.slice('notes__'.length));
    expect(await tell(there)).toBe(await tell(absent));
    expect(await tell(there)).not.toContain(hidden);
  });

  it.each(['tools/call', 'prompts/get', 'resources/read', 'completion/complete', 'resources/subscribe'])(
    'is not told by %s, whatever comes with it',
    async (method) => {
      await open(readsNotes);
      await ask('tools/list', undefined);
      const params = (name: string): JsonObject => {
        if (method === 'completion/complete') return { ref: { type: 'ref/prompt', name }, argument: { name: 'a', value: '' } };
        return method.startsWith('resources/') ? { uri: name } : { name, arguments: { text: 7, id: 'no integer' } };
      };
      for (const surface of [ALL, { type: 'server', server: 'notes' } as const]) {
        const hidden = await ask(method, params('write_note'), { surface });
        const absent = await ask(method, params('paint_wall'), { surface });
        expect(told(hidden, 'write_note')).toBe(told(absent, 'paint_wall'));
      }
    },
  );

  it.each([
    'initialize',
    'tools/list',
    'tools/call',
    'prompts/get',
    'resources/read',
    'subscriptions/listen',
    'tasks/get',
    'logging/setLevel',
    'vendor/x',
    'notifications/initialized',
  ])('of a server is not told by %s, frozen or not', async (method) => {
    await open(readsNotes);
    const params = { name: 'x', uri: 'x', taskId: 'task_x', level: 'info', arguments: {} };
    const kind = method === 'vendor/x' ? ({ kind: 'read' } as const) : {};
    const tell = async (server: string) => told(await ask(method, params, { surface: { type: 'server', server }, ...kind }), server);
    const before = await tell('vault');
    expect(before).toBe(await tell('nowhere'));
    await h.seed(freeze('incident-7', 'vault'));
    expect(await tell('vault')).toBe(before);
    expect(h.sent).toEqual([]);
  });

  it('a freeze still stops who is not told of it, and is told to who may use the server', async () => {
    // A rule on the method alone gives no right to use anything of the server, but lets that method pass.
    await open([{ name: 'only-this', match: { server: ['vault'], method: ['resources/subscribe'] }, effect: 'allow' }, ...readsNotes]);
    await h.seed(freeze('incident-7', 'vault'), freeze('incident-8', 'notes'));
    const surface = { type: 'server', server: 'vault' } as const;
    expect(await ask('resources/subscribe', { uri: 'x:1' }, { surface })).toMatchObject({ type: 'denied', code: 'frozen' });
    expect(await ask('tools/call', { name: 'read_note', arguments: { id: 1 } })).toMatchObject({ type: 'denied', code: 'frozen' });
    expect(h.sent).toEqual([]);
  });
});

describe('what is shown', () => {
  it.each([{ write_note: {} }, 'write_note', { 0: { name: 'write_note' }, length: 1 }])(
    'of a list that is none is nothing: %j',
    async (tools) => {
      await open(readsNotes);
      h.answer(() => ok({ tools }));
      for (const surface of [ALL, { type: 'server', server: 'notes' } as const])
        expect(await ask('tools/list', undefined, { surface })).toMatchObject({ type: 'result', result: { tools: [] } });
    },
  );

  it('by name of the endpoint for all is what the server is asked about', async () => {
    await open([{ name: 'docs', match: { server: ['notes'], resource: ['file:///docs/*'] }, effect: 'allow' }]);
    const about = (uri: string) => ({ ref: { type: 'ref/resource', uri }, argument: { name: 'a', value: '' } });
    const under = (server: string, uri: string) => `sallyport://${server}/${encodeURIComponent(uri)}`;
    for (const uri of [
      under('notes', 'file:///docs/../etc'),
      under('notes', 'file:///etc'),
      under('vault', 'file:///docs/a'),
      under('nowhere', 'file:///docs/a'),
      under('notes/..', 'file:///docs/a'),
      under('notes', under('vault', 'file:///docs/a')),
      'sallyport://notes/file%3A%2F%2F%2Fdocs%2F%ZZ',
      'sallyport:///file%3A%2F%2F%2Fdocs%2Fa',
      'file:///docs/a',
    ])
      for (const [method, params] of [
        ['resources/read', { uri }],
        ['resources/subscribe', { uri }],
        ['completion/complete', about(uri)],
      ] as const)
        expect((await ask(method, params, { surface: ALL })).type, uri).toBe('denied');
    expect(h.sent).toEqual([]);
    await ask('completion/complete', about(under('notes', 'file:///docs/a')), { surface: ALL });
    expect(h.sent.map(({ server, params }) => [server, params?.ref])).toEqual([['notes', { type: 'ref/resource', uri: 'file:///docs/a' }]]);
  });
});

describe('methods', () => {
  it.each(['Tools/Call', 'TOOLS/CALL', 'tools/call ', 'tools/call\u0000', 'tools//call', '\uff54ools/call', 'tools/calls'])(
    '%j is not forwarded under a rule that allows everything else',
    async (method) => {
      await open(allButWriting);
      const outcome = await ask(method, { name: 'write_note', arguments: {} }, { kind: 'read' });
      expect(outcome).toMatchObject({ type: 'denied', code: 'method_not_allowed' });
      expect(h.sent).toEqual([]);
    },
  );

  it('that no revision names pass only where the server asks for it, and never those that read like a known one', async () => {
    await open(allButWriting);
    const { spec } = httpServer('notes', 'http://127.0.0.1:9/mcp');
    await h.seed({ kind: 'server', metadata: { name: 'notes' }, spec: { ...spec, allowUnknownMethods: true } });
    expect((await ask('vendor/x', {}, { kind: 'read' })).type).toBe('result');
    expect(await ask('Tools/Call', { name: 'write_note' }, { kind: 'read' })).toMatchObject({ code: 'method_not_allowed' });
    expect(h.sent.map(({ method }) => method)).toEqual(['vendor/x']);
  });

  it.each(['tools/call', 'prompts/get', 'resources/read', 'tools/list', 'sampling/createMessage'])(
    '%s without an id is no notification',
    async (method) => {
      await open([{ name: 'everything', match: {}, effect: 'allow' }]);
      const params = { name: 'read_note', uri: 'x:1', arguments: { id: 'no integer' } };
      for (const surface of [ALL, { type: 'server', server: 'notes' } as const])
        await ask(method, params, { kind: 'notification', surface });
      expect(h.sent.filter((request) => request.method === method)).toEqual([]);
    },
  );
});

describe('the endpoint of all servers', () => {
  const scoped = tokenObject('mallory', 'mallory', { scopes: { methods: ['tools/call'] } });
  const fanOuts = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'logging/setLevel'];

  it.each(fanOuts)('does not widen the scope of a token: %s', async (method) => {
    await open([{ name: 'everything', match: {}, effect: 'allow' }], scoped.object);
    await ask(method, { level: 'debug' }, { surface: ALL, bearer: scoped.token });
    expect(h.sent).toEqual([]);
    await ask(method, { level: 'debug' }, { bearer: scoped.token });
    expect(h.sent).toEqual([]);
  });

  it.each([...fanOuts, 'notifications/roots/list_changed'])('keeps a rule that denies %s on one server', async (method) => {
    await open([
      { name: 'not-there', match: { server: ['vault'], method: [method] }, effect: 'deny' },
      { name: 'everything', match: {}, effect: 'allow' },
    ]);
    await ask(method, { level: 'debug' }, { surface: ALL });
    expect(new Set(h.sent.map(({ server }) => server))).toEqual(new Set(['notes']));
  });

  it('keeps a rule that denies the questions of one server', async () => {
    await open([
      { name: 'vault-asks-nothing', match: { server: ['vault'], method: ['sampling/*'] }, effect: 'deny' },
      { name: 'everything', match: {}, effect: 'allow' },
    ]);
    const asked: unknown[] = [];
    const peer: Peer = {
      notify: () => undefined,
      request: async (_method, params) => {
        asked.push(params?.from);
        return { result: {} };
      },
    };
    h.answer(async (request) => {
      await request.peer.request?.('sampling/createMessage', { from: request.server }, request.signal);
      return ok({ tools: [] });
    });
    await ask('tools/list', undefined, { surface: ALL, peer });
    expect(asked).toEqual(['notes']);
    const questions = (await h.entries()).filter(
      ({ content }) => content.method === 'sampling/createMessage' && content.type === 'decision',
    );
    expect(questions.map(({ content }) => [content.server, content.effect]).sort()).toEqual([
      ['notes', 'allow'],
      ['vault', 'deny'],
    ]);
  });

  it('takes no cursor of another method, another agent, or nobody', async () => {
    const other = tokenObject('other', 'other');
    await open([{ name: 'everything', match: {}, effect: 'allow' }], mallory.object, agentObject('other'), other.object);
    h.answer((request) =>
      request.method === 'tools/list'
        ? ok({ tools: Array.from({ length: 600 }, (_, at) => ({ name: `t${at}`, inputSchema: { type: 'object' } })) })
        : echoServer(request),
    );
    const first = await ask('tools/list', undefined, { surface: ALL });
    if (first.type !== 'result') throw new Error('expected a page');
    const cursor = String(first.result.nextCursor);
    expect((await ask('tools/list', { cursor }, { surface: ALL })).type).toBe('result');
    const tampered = [...cursor].map((char, at) => (at === 40 ? (char === 'A' ? 'B' : 'A') : char)).join('');
    for (const [method, bearer, given] of [
      ['prompts/list', mallory.token, cursor],
      ['tools/list', other.token, cursor],
      ['tools/list', mallory.token, tampered],
      ['tools/list', mallory.token, `${cursor}=`],
      ['tools/list', mallory.token, '1000'],
      ['tools/list', mallory.token, 1000],
    ] as const)
      expect(await ask(method, { cursor: given }, { surface: ALL, bearer }), String(given)).toMatchObject({
        type: 'error',
        error: { code: -32602 },
      });
  });
});
