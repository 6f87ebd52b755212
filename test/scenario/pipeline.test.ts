// Transcripts through the whole table on a real embedded store: what is sent, what reaches the server, what comes back, what is recorded.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import { GatewayError } from '../../src/lib/error.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { MAX_INPUT_REQUESTS } from '../../src/mcp/translate/input-required.ts';
import { callOf, type Harness, harness, ok, TOOLS } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const reader = tokenObject('reader', 'reader');
const base = [
  agentObject('reader'),
  reader.object,
  httpServer('notes', 'http://127.0.0.1:9/mcp'),
  httpServer('other', 'http://127.0.0.1:9/other'),
  policyObject('reads', [{ name: 'reads', match: { agent: ['reader'], server: ['notes'], tool: ['read_*'] }, effect: 'allow' }]),
];

let h: Harness;
afterEach(() => h.close());

async function open(failWrite?: (n: number) => boolean): Promise<void> {
  h = await harness({ objects: base, ...(failWrite ? { failWrite } : {}) });
}

function read(id: unknown = 1, bearer: string | null = reader.token): Promise<CallOutcome> {
  return h.pipeline.run(
    callOf('tools/call', { bearer: bearer ?? undefined, params: { name: 'read_note', arguments: { id: id as number } } }),
  );
}

const types = async (): Promise<string[]> =>
  (await h.entries()).map(({ content }) =>
    `${content.type} ${String(content.method ?? content.status ?? '')} ${String(content.effect ?? '')}`.trim(),
  );

describe('an allowed call', () => {
  it('reads the definitions, records the decision, forwards, records the outcome', async () => {
    await open();
    const outcome = await read();
    expect(outcome).toMatchObject({ type: 'result', result: { content: [{ text: 'did read_note' }] } });
    expect(h.sent.map(({ method }) => method)).toEqual(['tools/list', 'tools/call']);
    expect(await types()).toEqual(['object', 'decision tools/list allow', 'outcome ok', 'decision tools/call allow', 'outcome ok']);
    const [, list, listed, decision, result] = await h.entries();
    expect(list?.content).toMatchObject({ origin: 'gateway', rule: 'builtin/discovery' });
    expect(listed?.content).toMatchObject({ decision: list?.seq, call: list?.content.call });
    expect(decision?.content).toMatchObject({
      rule: 'reads/reads',
      server: 'notes',
      tool: 'read_note',
      principal: { agent: 'reader', token: 'reader' },
      judged: decision?.header.revision,
    });
    expect(decision?.content.definition).toMatch(/^[0-9a-f]{64}$/);
    expect(result?.content).toMatchObject({ decision: decision?.seq, call: decision?.content.call });
  });

  it('leaves the exact text of params and result alone', async () => {
    await open();
    const text = '{"name":"read_note",  "arguments":{"id":1, "unknown":{"x":1.0}}}';
    const call = callOf('tools/call', { bearer: reader.token, params: JSON.parse(text) });
    call.paramsText = text;
    await h.pipeline.run(call);
    expect(h.sent.at(-1)?.paramsText).toBe(text);
  });

  it('is pinned to the same definition whichever era listed it', async () => {
    await open();
    const [tool] = TOOLS as JsonObject[];
    const pins = new Set<unknown>();
    for (const execution of [{ execution: { taskSupport: 'optional' } }, {}]) {
      h.answer((request) => ok(request.method === 'tools/list' ? { tools: [{ ...tool, ...execution }] } : { content: [] }));
      await h.pipeline.run(callOf('tools/list', { bearer: reader.token }));
      await read();
      pins.add((await h.entries()).findLast(({ content }) => content.method === 'tools/call')?.content.definition);
    }
    expect([...pins]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  it('keeps arguments and result behind commitments', async () => {
    await open();
    await read();
    const decision = (await h.entries()).find(({ content }) => content.method === 'tools/call');
    const commitment = String(decision?.content.arguments);
    expect(await h.core.log.value(h.org, commitment)).toBe('{"name":"read_note","arguments":{"id":1}}');
    expect(JSON.stringify(await h.entries())).not.toContain('did read_note');
  });
});

describe('a refused call', () => {
  it('is recorded and reaches no server', async () => {
    await open();
    const outcome = await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'write_note', arguments: {} } }));
    expect(outcome).toMatchObject({ type: 'denied', code: 'no_rule_allows' });
    expect(h.sent).toEqual([]);
    expect(await types()).toEqual(['object', 'decision tools/call deny']);
  });

  it('is the same for what is forbidden and what does not exist', async () => {
    await open();
    const ask = (name: string) => h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name, arguments: {} } }));
    const forbidden = await ask('write_note');
    const unknown = await ask('wrote_note');
    if (forbidden.type !== 'denied' || unknown.type !== 'denied') throw new Error('expected denials');
    expect(unknown.message.replace('wrote_note', 'write_note')).toBe(forbidden.message);
    expect({ code: unknown.code, rule: unknown.rule, hint: unknown.hint, rpc: unknown.rpc }).toEqual({
      code: forbidden.code,
      rule: forbidden.rule,
      hint: forbidden.hint,
      rpc: forbidden.rpc,
    });
  });

  it('is the same for a server that may not be used and one that does not exist', async () => {
    await open();
    const ask = (server: string) =>
      h.pipeline.run(
        callOf('tools/call', { bearer: reader.token, surface: { type: 'server', server }, params: { name: 'x', arguments: {} } }),
      );
    const forbidden = await ask('other');
    const unknown = await ask('nowhere');
    if (forbidden.type !== 'denied' || unknown.type !== 'denied') throw new Error('expected denials');
    expect(unknown.message.replace('nowhere', 'other')).toBe(forbidden.message);
    expect({ code: unknown.code, rule: unknown.rule }).toEqual({ code: forbidden.code, rule: forbidden.rule });
    expect(h.sent).toEqual([]);
  });

  it('is refused without a token, with a wrong one, with a revoked one', async () => {
    await open();
    expect(await read(1, null)).toMatchObject({ type: 'denied', code: 'unauthenticated' });
    expect(await read(1, 'sp_nonsense')).toMatchObject({ type: 'denied', code: 'unauthenticated' });
    await h.seed({ ...reader.object, spec: { ...reader.object.spec, revokedAt: new Date().toISOString() } });
    expect(await read()).toMatchObject({ type: 'denied', code: 'token_revoked' });
    expect(h.sent).toEqual([]);
  });

  it('is refused when the arguments do not fit the pinned schema', async () => {
    await open();
    expect(await read('one')).toMatchObject({ type: 'denied', code: 'invalid_arguments' });
    expect(h.sent.map(({ method }) => method)).toEqual(['tools/list']);
  });

  it('is not refused for a null that leaves an optional member out, which the server gets as it was sent', async () => {
    await open();
    const optional = {
      type: 'object',
      properties: { on: { type: 'boolean' }, deep: { type: 'object', properties: { n: { type: 'integer' } } } },
    };
    const inputSchema = {
      ...optional,
      properties: { ...optional.properties, id: { type: 'integer' } },
      required: ['id'],
      additionalProperties: false,
    };
    h.answer((request) => ok(request.method === 'tools/list' ? { tools: [{ name: 'read_note', inputSchema }] } : { content: [] }));
    const ask = (args: JsonObject) =>
      h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'read_note', arguments: args } }));
    const sent = { id: 1, on: null, deep: { n: null } };
    expect(await ask(sent)).toMatchObject({ type: 'result' });
    expect(h.sent.at(-1)?.params).toMatchObject({ arguments: sent });
    for (const wrong of [{ id: null }, { id: 1, on: null, deep: { n: 'x' } }, { id: 1, unknown: null }, { id: 1, on: 'yes' }]) {
      expect(await ask(wrong)).toMatchObject({ type: 'denied', code: 'invalid_arguments' });
    }
  });

  it('is refused when the pinned schema cannot be used', async () => {
    await open();
    h.answer(() =>
      ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object', properties: { id: { $ref: 'http://127.0.0.1/x' } } } }] }),
    );
    expect(await read()).toMatchObject({ type: 'denied', code: 'schema_unusable' });
  });

  it('is refused when a stage throws, and the throw is recorded', async () => {
    await open();
    h.answer((request) => {
      if (request.method === 'tools/list') return ok({ tools: TOOLS });
      throw new Error('a bug with a secret sp_hidden');
    });
    const outcome = await read();
    expect(outcome).toMatchObject({ type: 'denied', code: 'internal' });
    expect(JSON.stringify(outcome)).not.toContain('sp_hidden');
    expect(await types()).toEqual([
      'object',
      'decision tools/list allow',
      'outcome ok',
      'decision tools/call allow',
      'outcome upstream_failed',
    ]);
  });
});

describe('a server that fails', () => {
  it('becomes a JSON-RPC error with a stable code, and an outcome', async () => {
    await open();
    h.answer((request) => {
      if (request.method === 'tools/list') return ok({ tools: TOOLS });
      throw new GatewayError('upstream_timeout', 'Server "notes" did not answer in time.', { detail: 'secret detail' });
    });
    const outcome = await read();
    expect(outcome).toMatchObject({ type: 'error', error: { code: -32603, data: { code: 'upstream_timeout', server: 'notes' } } });
    expect(JSON.stringify(outcome)).not.toContain('secret detail');
    expect((await types()).at(-1)).toBe('outcome upstream_failed');
  });
});

describe('a server that changes a tool under a call', () => {
  it('does not get arguments that its new definition refuses', async () => {
    await open();
    let schema: object = TOOLS[0]?.inputSchema as object;
    h.answer((request) => {
      if (request.method === 'tools/list') return ok({ tools: [{ name: 'read_note', inputSchema: schema as never }] });
      schema = { type: 'object', properties: { id: { type: 'string' } } };
      throw new GatewayError('upstream_header_mismatch', 'The server refused the headers.');
    });
    expect(await read()).toMatchObject({ type: 'error', error: { data: { code: 'upstream_definition_changed' } } });
    expect(h.sent.map(({ method }) => method)).toEqual(['tools/list', 'tools/call', 'tools/list']);
    expect((await types()).at(-1)).toBe('outcome upstream_failed');
  });
});

describe('a freeze', () => {
  it('stops new calls, and lifting it lets them pass', async () => {
    await open();
    await read();
    await h.seed({ kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'reader' }, reason: 'drill' } });
    expect(await read()).toMatchObject({ type: 'denied', code: 'frozen' });
    expect(h.sent.length).toBe(2);
  });

  it('ends a call that is already at the server', async () => {
    await open();
    let reached = (): void => {};
    const atServer = new Promise<void>((resolve) => {
      reached = resolve;
    });
    h.answer((request) => {
      if (request.method === 'tools/list') return ok({ tools: TOOLS });
      reached();
      return new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
    });
    const running = read();
    await atServer;
    await h.seed({ kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { everyone: true }, reason: 'drill' } });
    expect(await running).toMatchObject({ type: 'denied', code: 'frozen' });
    expect((await types()).at(-1)).toBe('outcome cancelled');
  });
});

describe('the joining rule', () => {
  it('judges again when the rules moved before the decision was durable', async () => {
    await open();
    await read();
    h.control.stop(); // this process does not hear of the change; only the receipt tells
    await h.seed(policyObject('stop', [{ name: 'nobody', match: {}, effect: 'deny' }], 1));
    expect(await read()).toMatchObject({ type: 'denied', code: 'denied_by_rule' });
    expect(h.sent.length).toBe(2);
    const written = await h.entries();
    const void_ = written.filter(
      ({ content, header }) => content.type === 'decision' && content.effect === 'allow' && content.judged !== header.revision,
    );
    expect(void_).toHaveLength(1);
  });
});

describe('the log', () => {
  it('that cannot be written lets nothing through', async () => {
    let broken = false;
    await open(() => broken);
    await read();
    broken = true;
    expect(await read()).toMatchObject({ type: 'denied', code: 'log_unavailable' });
    expect(h.sent.length).toBe(2);
  });

  it('that fails after the server acted withholds the result', async () => {
    let left = Number.POSITIVE_INFINITY;
    await open(() => left-- <= 0);
    await read();
    left = 1;
    expect(await read()).toMatchObject({ type: 'denied', code: 'log_unavailable', message: expect.stringContaining('withheld') });
    expect(h.sent.length).toBe(3);
  });
});

describe('lists', () => {
  it('show what the call would be allowed, and nothing else', async () => {
    await open();
    const outcome = await h.pipeline.run(callOf('tools/list', { bearer: reader.token }));
    if (outcome.type !== 'result') throw new Error('expected a list');
    expect((outcome.result.tools as { name: string }[]).map(({ name }) => name)).toEqual(['read_note']);
    expect(await types()).toEqual(['object', 'decision tools/list allow', 'outcome ok']);
  });

  it('are gathered from every usable server under public names', async () => {
    await open();
    const outcome = await h.pipeline.run(callOf('tools/list', { bearer: reader.token, surface: { type: 'all' } }));
    if (outcome.type !== 'result') throw new Error('expected a list');
    expect((outcome.result.tools as { name: string }[]).map(({ name }) => name)).toEqual(['notes__read_note']);
    expect(h.sent.map(({ server }) => server)).toEqual(['notes']);
    const called = await h.pipeline.run(
      callOf('tools/call', { bearer: reader.token, surface: { type: 'all' }, params: { name: 'notes__read_note', arguments: { id: 2 } } }),
    );
    expect(called).toMatchObject({ type: 'result' });
    expect(h.sent.at(-1)?.params).toEqual({ name: 'read_note', arguments: { id: 2 } });
  });

  it('survive a server that lists more than an argument list holds', async () => {
    await open();
    await h.seed(policyObject('more', [{ name: 'other', match: { agent: ['reader'], server: ['other'] }, effect: 'allow' }], 2000));
    const flood = Array.from({ length: 200_000 }, () => ({}));
    h.answer((request) => ok({ tools: request.server === 'other' ? flood : TOOLS }));
    const outcome = await h.pipeline.run(callOf('tools/list', { bearer: reader.token, surface: { type: 'all' } }));
    expect(outcome).toMatchObject({ type: 'result', result: { tools: [{ name: 'notes__read_note' }] } });
  });

  it('do not wait for a server that hangs', async () => {
    h = await harness({ objects: base, aggregateDeadlineMs: 2_000 });
    await h.seed(policyObject('more', [{ name: 'other', match: { agent: ['reader'], server: ['other'] }, effect: 'allow' }], 2000));
    h.answer((request) => (request.server === 'other' ? new Promise(() => {}) : ok({ tools: TOOLS })));
    const outcome = await h.pipeline.run(callOf('tools/list', { bearer: reader.token, surface: { type: 'all' } }));
    if (outcome.type !== 'result') throw new Error('expected a list');
    expect(outcome.result.tools).toHaveLength(1);
  });
});

describe('questions of servers', () => {
  it('are decided and recorded before the agent sees them', async () => {
    await open();
    const asked: string[] = [];
    h.answer(async (request) => {
      if (request.method === 'tools/list') return ok({ tools: TOOLS });
      const answer = await request.peer.request?.('roots/list', undefined, request.signal);
      return ok({ content: [{ type: 'text', text: JSON.stringify(answer) }] });
    });
    const ask = () =>
      h.pipeline.run(
        callOf('tools/call', {
          bearer: reader.token,
          params: { name: 'read_note', arguments: { id: 1 } },
          peer: {
            notify: () => undefined,
            request: async (method) => {
              asked.push(method);
              return { result: { roots: [] } };
            },
          },
        }),
      );
    const allowed = await ask(); // a tool that may be called may also ask, as long as no rule says otherwise
    expect(JSON.stringify(allowed)).toContain('roots');
    expect(asked).toEqual(['roots/list']);
    expect(await types()).toContain('decision roots/list allow');
    await h.seed(policyObject('quiet', [{ name: 'no-questions', match: { method: ['roots/list'] }, effect: 'deny' }], 1));
    const refused = await ask();
    expect(JSON.stringify(refused)).toContain('denied_by_rule');
    expect(asked).toEqual(['roots/list']);
    expect(await types()).toContain('decision roots/list deny');
  });

  it.each(['input_required', 'task'])(
    'are decided in %s results of modern servers too, and one refusal withholds all of them',
    async (resultType) => {
      await open();
      const question = { method: 'sampling/createMessage', params: { messages: [] } };
      h.answer(({ method }) =>
        ok(
          method === 'tools/list'
            ? { tools: TOOLS }
            : { resultType, taskId: 't1', inputRequests: { a: { method: 'roots/list' }, b: question } },
        ),
      );
      const ask = () =>
        h.pipeline.run(callOf('tools/call', { era: 'modern', bearer: reader.token, params: { name: 'read_note', arguments: { id: 1 } } }));
      expect(await ask()).toMatchObject({ type: 'result', result: { inputRequests: { a: {}, b: {} } } });
      await h.seed(policyObject('quiet', [{ name: 'no-sampling', match: { method: ['sampling/createMessage'] }, effect: 'deny' }], 1));
      expect(await ask()).toMatchObject({ type: 'denied', code: 'denied_by_rule', rule: 'quiet/no-sampling' });
      const written = ['decision roots/list allow', 'outcome ok', 'decision sampling/createMessage deny', 'outcome withheld'];
      expect((await types()).slice(-4)).toEqual(written);
    },
  );

  it('are decided when a task is asked for and when it speaks by notification', async () => {
    await open();
    await h.seed(policyObject('quiet', [{ name: 'no-sampling', match: { method: ['sampling/createMessage'] }, effect: 'deny' }], 1));
    const waiting = (inputRequests: JsonObject) => ({ taskId: 't1', status: 'input_required', inputRequests });
    const sampling = { a: { method: 'sampling/createMessage' } };
    const roots = { b: { method: 'roots/list' } };
    h.answer(async (request) => {
      if (request.method === 'tools/list') return ok({ tools: TOOLS });
      if (request.method === 'tools/call') return ok({ resultType: 'task', taskId: 't1', status: 'working' });
      for (const said of [sampling, roots]) await request.peer.notify('notifications/tasks', waiting(said));
      return ok({ resultType: 'complete', ...waiting(sampling) });
    });
    const heard: (JsonObject | undefined)[] = [];
    const peer = { notify: async (_method: string, params: JsonObject | undefined) => void heard.push(params), request: undefined };
    const made = await h.pipeline.run(
      callOf('tools/call', { era: 'modern', bearer: reader.token, params: { name: 'read_note', arguments: { id: 1 } } }),
    );
    if (made.type !== 'result') throw new Error('expected a task');
    const call = callOf('tasks/get', { era: 'modern', bearer: reader.token, peer, params: { taskId: made.result.taskId as string } });
    call.client.capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    expect(await h.pipeline.run(call)).toMatchObject({ type: 'denied', code: 'denied_by_rule' });
    expect(heard).toMatchObject([{ status: 'input_required' }, { inputRequests: roots }]);
    expect(heard[0]).not.toHaveProperty('inputRequests');
    expect(heard[0]?.taskId).toBe(made.result.taskId);
  });

  it.each<[string, JsonObject[string]]>([
    ['no object', ['roots/list']],
    ['without a method', { a: { params: {} } }],
    [
      'more than can be answered',
      Object.fromEntries(Array.from({ length: MAX_INPUT_REQUESTS + 1 }, (_, at) => [`q${at}`, { method: 'roots/list' }])),
    ],
  ])('are refused when they are %s', async (_what, inputRequests) => {
    await open();
    h.answer(({ method }) => ok(method === 'tools/list' ? { tools: TOOLS } : { resultType: 'input_required', inputRequests }));
    const call = callOf('tools/call', { era: 'modern', bearer: reader.token, params: { name: 'read_note', arguments: { id: 1 } } });
    expect(await h.pipeline.run(call)).toMatchObject({ type: 'denied', code: 'invalid_request', rule: 'builtin/question' });
  });

  it('do not make the next round of a call anything but a call: it is judged again', async () => {
    await open();
    h.answer(({ method }) => ok(method === 'tools/list' ? { tools: TOOLS } : { resultType: 'input_required', requestState: 's' }));
    const round = (requestState?: string) =>
      h.pipeline.run(
        callOf('tools/call', {
          era: 'modern',
          bearer: reader.token,
          params: { name: 'read_note', arguments: { id: 1 }, ...(requestState && { requestState }) },
        }),
      );
    expect(await round()).toMatchObject({ type: 'result', result: { requestState: 's' } });
    await h.seed({ ...reader.object, spec: { ...reader.object.spec, revokedAt: new Date().toISOString() } });
    expect(await round('s')).toMatchObject({ type: 'denied', code: 'token_revoked' });
    expect(h.sent.filter(({ method }) => method === 'tools/call')).toHaveLength(1);
  });
});

describe('pages', () => {
  it('that show nothing to this agent still say that there are more (trap 17)', async () => {
    await open();
    h.answer(() => ok({ tools: [{ name: 'write_note', inputSchema: { type: 'object' } }], nextCursor: '' }));
    const outcome = await h.pipeline.run(callOf('tools/list', { bearer: reader.token }));
    expect(outcome).toMatchObject({ type: 'result', result: { tools: [], nextCursor: '' } });
  });
});
