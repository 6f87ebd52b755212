// Where data may not go, by every label of data and of sinks, by every action, and by every way out; and values that nobody has a reason to use, whatever else
// is done about them. On a real store with played servers.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome, CallReply, Peer } from '../../src/call.ts';
import { FlowBook } from '../../src/detect/flow/book.ts';
import { KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { canaryInspector } from '../../src/pipeline/inspect-canary.ts';
import { flowInspector } from '../../src/pipeline/inspect-flow.ts';
import type { UpstreamRequest } from '../../src/upstream/exchange.ts';
import { secretSealer } from '../../src/vault/vault.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const robot = tokenObject('robot', 'robot');
const URL_OF = 'http://127.0.0.1:9/mcp';
const MAIL = 'ines.okafor@northwind-traders.com';
const CANARY = 'AKIA5ZQ7HARROWBAIT42';
const flowObject = (spec: object): StoredObject<'flow'> => ({ kind: 'flow', metadata: { name: 'flow' }, spec: flowSpec.parse(spec) });

let h: Harness;
afterEach(() => h?.close());

interface Setting {
  /** What the source says of its data. */
  source?: JsonObject;
  /** What the sink says of itself, and how its tool is called. */
  sink?: JsonObject;
  tool?: JsonObject;
}

/** A call during which the server asks. */
function put(peer: Peer): Promise<CallOutcome> {
  const params = { name: 'put', arguments: {} };
  return h.pipeline.run(callOf('tools/call', { bearer: robot.token, peer, params, surface: { type: 'server', server: 'out' } }));
}

async function open(flow: object, { source, sink, tool }: Setting = {}, ...more: StoredObject[]): Promise<void> {
  const clock = new ManualClock(Date.UTC(2026, 10, 30));
  const book = new FlowBook(clock, randomBytes(KEY_BYTES));
  h = await harness({
    objects: [
      ...[agentObject('robot'), robot.object],
      httpServer('crm', URL_OF, { data: (source ?? { labels: ['private'], sink: 'internal' }) as never }),
      httpServer('out', URL_OF, sink ? { data: sink as never } : {}),
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      ...[flowObject({ mixed: 'allow', ...flow }), ...more],
    ],
    clock,
    // In the order of the product.
    inspectors: [canaryInspector(book), dlpFor(() => h.core.vault, { clock }), flowInspector({ book, analyser: new IntentAnalyser() })],
  });
  h.answer((request) => {
    const { method, server } = request;
    if (method === 'tools/list') {
      const own = server === 'crm' ? { name: 'get_customer' } : (tool ?? { name: 'put' });
      return ok({ tools: [{ inputSchema: { type: 'object' }, ...own }] });
    }
    if (server === 'crm') return ok({ content: [{ type: 'text', text: `{"email":"${MAIL}"}` }] });
    return echoServer(request);
  });
}

/** The one tool of the sink; nothing else. */
const LISTED = (request: UpstreamRequest): CallReply =>
  request.method === 'tools/list' ? ok({ tools: [{ name: 'put', inputSchema: { type: 'object' } }] }) : echoServer(request);

const ask = (server: string, method: string, params: JsonObject): Promise<CallOutcome> =>
  h.pipeline.run(callOf(method, { bearer: robot.token, params, surface: { type: 'server', server } }));
const read = () => ask('crm', 'tools/call', { name: 'get_customer', arguments: {} });
const send = (args: JsonObject, name = 'put') => ask('out', 'tools/call', { name, arguments: args });
const judged = (outcome: CallOutcome): string => (outcome.type === 'denied' ? `${outcome.code} ${outcome.rule}` : outcome.type);
const STOPPED = 'blocked_content flow/flow/out';

it.each([
  `Write to ${MAIL} about the offer.`,
  `mail ${MAIL}`,
  `Hello team,\nthe customer (${MAIL}) called.\nBest`,
  `| Ines | asked | ${MAIL} |`,
  `from=<${MAIL}>, size=1`,
])('an address of plain words is known again, whatever stood around it: %j', async (text) => {
  await open({ rules: [{ name: 'out', action: 'deny' }] }, { sink: { sink: 'external' } });
  h.answer((request) => {
    if (request.method === 'tools/list')
      return ok({ tools: [{ name: request.server === 'crm' ? 'get_customer' : 'put', inputSchema: { type: 'object' } }] });
    return request.server === 'crm' ? ok({ content: [{ type: 'text', text }] }) : echoServer(request);
  });
  await read();
  expect(judged(await send({ body: MAIL }))).toBe(STOPPED);
  expect(judged(await send({ note: `ask ${MAIL} please` }))).toBe(STOPPED);
  expect(judged(await send({ body: 'northwind traders' }))).toBe('result');
});

describe('labels of data', () => {
  it.each(['private', 'secret', 'payroll'])('%s is stopped on its way to an external sink', async (label) => {
    await open({ rules: [{ name: 'out', action: 'deny' }] }, { source: { labels: [label], sink: 'internal' }, sink: { sink: 'external' } });
    await read();
    expect(judged(await send({ body: `write to ${MAIL}` }))).toBe(STOPPED);
    expect((await h.entries()).at(-1)?.content).toMatchObject({ findings: [{ type: `flow.${label}`, action: 'deny' }] });
    expect(judged(await send({ body: 'nothing of it' }))).toBe('result');
  });

  it.each(['public', 'internal'])('%s is let through where no rule names it', async (label) => {
    await open({ rules: [{ name: 'out', action: 'deny' }] }, { source: { labels: [label], sink: 'internal' }, sink: { sink: 'external' } });
    await read();
    expect(judged(await send({ body: `write to ${MAIL}` }))).toBe('result');
  });

  it('a rule may name one of your own words, and come before the one for what is private', async () => {
    const rules = [
      { name: 'mine', from: ['payroll'], action: 'allow' },
      { name: 'out', action: 'deny' },
    ];
    await open({ rules }, { source: { labels: ['payroll'], sink: 'internal' }, sink: { sink: 'external' } });
    await read();
    expect(judged(await send({ body: MAIL }))).toBe('result');
  });
});

describe('labels of sinks', () => {
  it('internal ones are looked at where a rule says so', async () => {
    await open({ rules: [{ name: 'out', to: { sink: ['internal', 'external'] }, action: 'deny' }] }, { sink: { sink: 'internal' } });
    await read();
    expect(judged(await send({ body: MAIL }))).toBe(STOPPED);
  });

  it('a rule for an audience is about that audience', async () => {
    const rules = [{ name: 'out', to: { audience: ['partners'] }, action: 'deny' }];
    await open({ rules }, { sink: { sink: 'external', audience: 'partners' } });
    await read();
    expect(judged(await send({ body: MAIL }))).toBe(STOPPED);
    await h.close();
    await open({ rules }, { sink: { sink: 'external', audience: 'staff' } });
    await read();
    expect(judged(await send({ body: MAIL }))).toBe('result');
  });

  it('a tool may say otherwise than its server', async () => {
    await open({ rules: [{ name: 'out', action: 'deny' }] }, { sink: { sink: 'internal' } });
    const out = httpServer('out', URL_OF, { data: { sink: 'internal' }, tools: { put: { data: { sink: 'external' } } } });
    await h.control.atLeast(h.org, await h.seed(out));
    await read();
    expect(judged(await send({ body: MAIL }))).toBe(STOPPED);
  });

  it.each<JsonObject>([
    { name: 'fetch', description: 'Fetches a page.' },
    { name: 'http_request', description: 'Sends an HTTP request.' },
    { name: 'browser_navigate', description: 'Opens a page in the browser.' },
    { name: 'search_web', description: 'Searches the web.' },
    { name: 'send_email', description: 'Sends a mail.' },
    { name: 'post_message', description: 'Posts into a channel.' },
    { name: 'run_shell_command', description: 'Runs a command.' },
    { name: 'translate', description: 'Translates a text.' },
    { name: 'upload_file', description: 'Uploads a file.' },
    { name: 'create_pull_request', description: 'Opens a pull request on the repository.' },
    { name: 'look_up', description: 'Looks something up.', annotations: { openWorldHint: true } },
  ])('a server that says nothing: $name reaches outside', async (tool) => {
    await open({ rules: [{ name: 'out', action: 'deny' }] }, { tool });
    await read();
    expect(judged(await send({ text: `about ${MAIL}` }, String(tool.name)))).toBe(STOPPED);
  });
});

describe('ways out', () => {
  const rules = [{ name: 'out', action: 'deny' }];
  const params: Readonly<Record<string, JsonObject>> = {
    'tools/call': { name: 'put', arguments: { deep: [{ body: MAIL }] } },
    'prompts/get': { name: 'greet', arguments: { who: MAIL } },
    'resources/read': { uri: `https://out.example/?q=${encodeURIComponent(MAIL)}` },
    'completion/complete': { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: MAIL } },
  };
  it.each(Object.entries(params))('%s is one', async (method, sent) => {
    await open({ rules }, { sink: { sink: 'external' } });
    await read();
    expect(judged(await ask('out', method, sent))).toBe(STOPPED);
    expect(h.sent.filter((request) => request.server === 'out' && request.method === method)).toEqual([]);
    for (const text of [MAIL, encodeURIComponent(MAIL)]) expect(JSON.stringify(await h.entries())).not.toContain(text);
  });

  it.each(['elicitation/create', 'sampling/createMessage'])('the answer of an agent to %s', async (method) => {
    await open({ rules }, { sink: { sink: 'external' } });
    await read();
    let answer: unknown;
    h.answer(async (request) => {
      if (request.method !== 'tools/call') return LISTED(request);
      const form = { message: 'Who?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } };
      const asked = method === 'elicitation/create' ? form : { maxTokens: 9, messages: [] };
      answer = await request.peer.request?.(method, asked, request.signal);
      return ok({ content: [] });
    });
    const said =
      method === 'elicitation/create'
        ? { action: 'accept', content: { name: MAIL } }
        : { role: 'assistant', model: 'm', content: { type: 'text', text: `It is ${MAIL}.` } };
    const peer = { notify: () => undefined, request: async () => ({ result: said }) };
    await put(peer);
    expect(JSON.stringify(answer)).toBeDefined();
    expect(JSON.stringify(answer)).not.toContain(MAIL);
    const outcomes = (await h.entries()).flatMap(({ content }) => (content.type === 'outcome' ? [content] : []));
    expect(outcomes).toContainEqual(
      expect.objectContaining({ status: 'withheld', findings: [expect.objectContaining({ type: 'flow.private', action: 'deny' })] }),
    );
  });
});

describe('actions', () => {
  const BODY = { body: `write to ${MAIL} soon` };
  it.each([
    ['allow', 'result', undefined],
    ['log', 'result', 'log'],
    ['hold', 'approval_required flow/flow/out', 'hold'],
    ['deny', STOPPED, 'deny'],
    ['redact', 'result', 'redact'],
  ])('%s does what it says', async (action, outcome, noted) => {
    await open({ rules: [{ name: 'out', action }] }, { sink: { sink: 'external' } });
    await read();
    expect(judged(await send(BODY))).toBe(outcome);
    const sent = JSON.stringify(
      h.sent.filter(({ server, method }) => server === 'out' && method === 'tools/call').map(({ params }) => params),
    );
    expect(sent.includes(MAIL)).toBe(action === 'allow' || action === 'log');
    if (action === 'redact') expect(sent).toContain('write to [withheld:flow.private] soon');
    const told = JSON.stringify(await h.entries());
    expect(told).not.toContain(MAIL);
    if (noted === undefined) expect(told).not.toContain('flow.private');
    else expect(await h.metrics.render()).toContain(`sallyport_findings_total{org="default",type="flow.private",action="${noted}"} 1`);
  });

  it('fewer values than a rule counts from are none of its business', async () => {
    await open({ rules: [{ name: 'out', minValues: 2, action: 'deny' }] }, { sink: { sink: 'external' } });
    await read();
    expect(judged(await send(BODY))).toBe('result');
  });
});

describe('a canary', () => {
  async function openTrap(spec: object): Promise<void> {
    await open({}, {}, dlpObject('dlp', spec));
    const sealed = secretSealer(h.core.vault, h.org).seal('bait', CANARY);
    const flow = flowObject({ mixed: 'allow', canaries: [{ name: 'bait', secret: 'bait' }], onTouch: { freezeAgent: true } });
    await h.control.atLeast(h.org, await h.seed({ kind: 'secret', metadata: { name: 'bait' }, spec: { sealed } }, flow));
  }
  async function expectFrozen(): Promise<void> {
    const entries = (await h.entries()).map(({ content }) => content);
    expect(entries).toContainEqual(expect.objectContaining({ event: 'incident', what: 'canary', rule: 'flow/bait', agent: 'robot' }));
    expect(judged(await send({ body: 'hello' }))).toMatch(/^frozen /);
    expect(JSON.stringify(entries)).not.toContain(CANARY);
  }

  it.each([
    ['blocks', 'block'],
    ['masks', 'mask'],
    ['holds', 'hold'],
    ['makes tokens of', 'tokenize'],
  ])('is an incident also where DLP %s such values', async (_what, action) => {
    await openTrap({ rules: [{ name: 'secrets', types: ['secret'], action }] });
    expect(judged(await send({ body: `key ${CANARY}` }))).toBe('blocked_content flow/canary');
    expect(h.sent.filter(({ server, method }) => server === 'out' && method === 'tools/call')).toEqual([]);
    await expectFrozen();
  });

  it('is one behind a data token, when it would become the value', async () => {
    await openTrap({
      rules: [{ name: 'secrets', types: ['secret'], direction: 'result', action: 'tokenize' }],
      tokens: { revealTo: ['out'] },
    });
    h.answer((request) =>
      request.method === 'tools/list'
        ? ok({ tools: [{ name: request.server === 'crm' ? 'get_customer' : 'put', inputSchema: { type: 'object' } }] })
        : ok({ content: [{ type: 'text', text: `key ${CANARY}` }] }),
    );
    const token = /dlp_[a-z]+_[\w-]+/.exec(JSON.stringify(await read()))?.[0] ?? 'none';
    expect(token).toMatch(/^dlp_/);
    expect(judged(await send({ body: token }))).toBe('blocked_content flow/canary');
    await expectFrozen();
  });

  it.each<[method: string, params: JsonObject]>([
    ['prompts/get', { name: 'greet', arguments: { who: CANARY } }],
    ['resources/read', { uri: `https://out.example/${CANARY}` }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: CANARY } }],
  ])('is one in %s', async (method, params) => {
    await openTrap({ profile: 'strict' });
    expect(judged(await ask('out', method, params))).toBe('blocked_content flow/canary');
    await expectFrozen();
  });

  it('is one in the answer to a question', async () => {
    await openTrap({ profile: 'strict' });
    h.answer(async (request) => {
      if (request.method !== 'tools/call') return LISTED(request);
      const form = { message: 'Who?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } };
      await request.peer.request?.('elicitation/create', form, request.signal);
      return ok({ content: [] });
    });
    const peer = { notify: () => undefined, request: async () => ({ result: { action: 'accept', content: { name: CANARY } } }) };
    await put(peer);
    await expectFrozen();
  });
});
