// DLP on the path, on a real store with a played server: what agents and servers get, what entries and metrics say, and what none of them says.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const KEY = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
const MAIL = 'ines.okafor@northwind-traders.com';
const CARD = '4539 1488 0343 6467';

const reader = tokenObject('reader', 'reader');
const other = tokenObject('other', 'other');
const base = [
  agentObject('reader'),
  agentObject('other'),
  reader.object,
  other.object,
  httpServer('notes', 'http://127.0.0.1:9/mcp'),
  httpServer('crm', 'http://127.0.0.1:9/mcp'),
  policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
];

let h: Harness;
let clock: ManualClock;
afterEach(() => h?.close());
beforeEach(() => {
  clock = new ManualClock(Date.UTC(2026, 10, 29));
});

const OUTPUT_SCHEMA = {
  type: 'object',
  required: ['email', 'card', 'visits'],
  properties: {
    email: { type: 'string', pattern: '^[^@]+@[^@]+$' },
    card: { type: 'string', maxLength: 19, pattern: '^[\\d ]+$' },
    visits: { type: 'integer' },
  },
  additionalProperties: false,
};

async function open(...dlp: StoredObject[]): Promise<void> {
  h = await harness({ objects: [...base, ...dlp], inspectors: [dlpFor(() => h.core.vault, { clock })] });
}

async function remove(kind: 'dlp', name: string): Promise<number> {
  const timeMs = h.core.clock.nowMs();
  const changes = [{ kind, name, action: 'delete' as const, digest: undefined }];
  const entry = h.core.log.entry(h.org, { type: 'object', fields: { timeMs, author: 'test', changes } });
  const writes = [{ kind, name, document: undefined, expectedRevision: undefined }];
  const written = await h.core.store.objects.write(h.org, writes, 'test', timeMs, entry);
  if (written.type !== 'written') throw new Error(JSON.stringify(written));
  return written.revision;
}

function answering(result: JsonObject): void {
  h.answer((request) => {
    if (request.method === 'tools/list')
      return ok({
        tools: [
          { name: 'read_note', inputSchema: { type: 'object' } },
          { name: 'read_card', inputSchema: { type: 'object' }, outputSchema: OUTPUT_SCHEMA },
        ],
      });
    return request.method === 'tools/call' ? ok(result) : echoServer(request);
  });
}

const call = (args: JsonObject = {}, name = 'read_note', bearer = reader.token, server = 'notes'): Promise<CallOutcome> =>
  h.pipeline.run(callOf('tools/call', { bearer, params: { name, arguments: args }, surface: { type: 'server', server } }));

const resultOf = (outcome: CallOutcome): JsonObject => {
  if (outcome.type !== 'result') throw new Error(JSON.stringify(outcome));
  return outcome.result;
};
const textOf = (outcome: CallOutcome): string => ((resultOf(outcome).content as JsonObject[])[0] as { text: string }).text;

/** Nothing that is kept or told anywhere holds the value. */
async function expectUntold(...values: string[]): Promise<void> {
  const told = JSON.stringify(await h.entries()) + (await h.metrics.render());
  for (const value of values) expect(told).not.toContain(value);
}

describe('results', () => {
  it('a secret is masked; entries and metrics name it without telling it', async () => {
    await open(dlpObject('dlp', { profile: 'secrets-only' }));
    answering({ content: [{ type: 'text', text: `token: ${KEY}\nmail: ${MAIL}` }] });
    expect(textOf(await call())).toBe(`token: [redacted:secret.api-key]\nmail: ${MAIL}`);
    const entries = await h.entries();
    expect(entries.at(-1)?.content).toMatchObject({
      type: 'outcome',
      findings: [{ type: 'secret.api-key', count: 1, path: '/content/0/text', action: 'mask' }],
    });
    expect(await h.metrics.render()).toContain('sallyport_findings_total{org="default",type="secret.api-key",action="mask"} 1');
    await expectUntold(KEY);
  });

  it('bytes stay as they are when nothing is found, and without objects nothing is looked at', async () => {
    await open();
    answering({ content: [{ type: 'text', text: KEY }] });
    expect(textOf(await call())).toBe(KEY);
    await h.seed(dlpObject('dlp', { profile: 'strict' }));
    await h.control.atLeast(h.org, 2);
    h.answer((request) =>
      request.method === 'tools/call'
        ? {
            type: 'result',
            era: 'legacy',
            result: { content: [{ type: 'text', text: 'plain' }] },
            resultText: '{"content": [ {"type":"text","text":"plain"}]}',
          }
        : echoServer(request),
    );
    expect(await call({ id: 1 })).toMatchObject({ resultText: '{"content": [ {"type":"text","text":"plain"}]}' });
  });

  it('structured content keeps to its output schema, and the text block that repeats it says the same', async () => {
    await open(dlpObject('dlp', { profile: 'strict' }));
    const structured = { email: MAIL, card: CARD, visits: 3 };
    answering({ content: [{ type: 'text', text: JSON.stringify(structured, null, 2) }], structuredContent: structured });
    const result = resultOf(await call({}, 'read_card'));
    const left = result.structuredContent as JsonObject;
    expect(left).toEqual({ email: 'redacted@redacted.invalid', card: '0000 0000 0000 0000', visits: 3 });
    expect(JSON.parse((result.content as { text: string }[])[0]?.text ?? '')).toEqual(left);
    await expectUntold(MAIL, CARD);
  });

  it('resources, nested JSON, base64 and error messages are looked at; ids of the protocol are not', async () => {
    await open(dlpObject('dlp', { profile: 'strict' }));
    answering({
      content: [
        { type: 'resource', resource: { uri: `note://${MAIL}`, mimeType: 'text/plain', text: `write ${MAIL}` } },
        { type: 'resource', resource: { uri: 'note://2', blob: Buffer.from(`token ${KEY}`).toString('base64') } },
        { type: 'text', text: JSON.stringify({ rows: [{ note: JSON.stringify({ api_key: KEY }) }] }) },
        { type: 'resource', resource: { uri: 'note://3', blob: Buffer.from(`caf\u00e9 token ${KEY}`, 'latin1').toString('base64') } },
      ],
      _meta: { progressToken: KEY, owner: MAIL },
    });
    const result = resultOf(await call());
    const [first, second, third, fourth] = result.content as JsonObject[];
    expect(first).toMatchObject({ resource: { uri: `note://${MAIL}`, text: 'write [redacted:pii.email]' } });
    expect(Buffer.from((second as { resource: { blob: string } }).resource.blob, 'base64').toString()).toBe(
      'token [redacted:secret.api-key]',
    );
    expect(Buffer.from((fourth as { resource: { blob: string } }).resource.blob, 'base64').toString('latin1')).toBe(
      'caf\u00e9 token [redacted:secret.api-key]',
    );
    expect(JSON.parse((third as { text: string }).text)).toEqual({ rows: [{ note: '{"api_key":"[redacted:secret.api-key]"}' }] });
    expect(result._meta).toEqual({ progressToken: '[redacted:secret.api-key]', owner: '[redacted:pii.email]' });
    h.answer((request) =>
      request.method === 'tools/call'
        ? { type: 'error', era: 'legacy', error: { code: -32000, message: `no such customer ${MAIL}` } }
        : echoServer(request),
    );
    expect(await call({ n: 2 })).toMatchObject({ error: { code: -32000, message: 'no such customer [redacted:pii.email]' } });
  });

  it.each([
    ['partial', '[redacted:financial.card:...6467]'],
    ['mask', '[redacted:financial.card]'],
  ])('%s', async (action, expected) => {
    await open(dlpObject('dlp', { rules: [{ name: 'cards', types: ['financial'], action }] }));
    answering({ content: [{ type: 'text', text: `card ${CARD} ok` }] });
    expect(textOf(await call())).toBe(`card ${expected} ok`);
  });

  it('hash says the same for the same value, without telling it', async () => {
    await open(dlpObject('dlp', { rules: [{ name: 'mail', types: ['pii.email'], action: 'hash' }] }));
    answering({ content: [{ type: 'text', text: `${MAIL} and ${MAIL} and x${MAIL}` }] });
    const [, one, two, three] = /^(\S+) and (\S+) and (\S+)$/.exec(textOf(await call())) ?? [];
    expect(one).toMatch(/^\[redacted:pii\.email:[0-9a-f]{16}\]$/);
    expect([two, three === one]).toEqual([one, false]);
  });

  it('log changes nothing, allow hides a find from later rules, block withholds the answer', async () => {
    await open(
      dlpObject('dlp', {
        rules: [
          { name: 'ours', types: ['pii.email'], tools: ['read_note'], action: 'allow' },
          { name: 'cards', types: ['financial.card'], action: 'log' },
          { name: 'rest', types: ['*'], action: 'block' },
        ],
      }),
    );
    answering({ content: [{ type: 'text', text: `${MAIL} ${CARD}` }] });
    expect(textOf(await call())).toBe(`${MAIL} ${CARD}`);
    answering({ content: [{ type: 'text', text: KEY }] });
    expect(await call({ n: 2 })).toMatchObject({ type: 'denied', code: 'blocked_content', rule: 'dlp/dlp/rest' });
    await expectUntold(KEY, MAIL);
  });
});

describe('arguments', () => {
  it('block and hold stop a call before the server hears of it; the value is told nowhere', async () => {
    await open(
      dlpObject('dlp', {
        rules: [
          { name: 'secrets', types: ['secret'], direction: 'arguments', action: 'block' },
          { name: 'cards', types: ['financial'], direction: 'arguments', action: 'hold' },
        ],
      }),
    );
    answering({ content: [] });
    expect(await call({ text: `use ${KEY}` })).toMatchObject({ type: 'denied', code: 'blocked_content' });
    expect(await call({ text: `card ${CARD}` })).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'dlp/dlp/cards' });
    expect(h.sent.filter(({ method }) => method === 'tools/call')).toEqual([]);
    expect((await h.entries()).map(({ content }) => content.effect).filter(Boolean)).toContain('hold');
    await expectUntold(KEY, CARD);
  });

  it('masked arguments reach the server masked', async () => {
    await open(dlpObject('dlp', { rules: [{ name: 'mail', types: ['pii.email'], direction: 'arguments', action: 'mask' }] }));
    answering({ content: [] });
    await call({ to: [MAIL], n: 12345678901 });
    expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { to: ['[redacted:pii.email]'], n: 12345678901 } });
  });

  it('own patterns and word lists', async () => {
    await open(
      dlpObject('dlp', {
        rules: [
          { name: 'badge', types: ['custom.badge'], action: 'mask' },
          { name: 'names', types: ['custom.projects'], action: 'block' },
        ],
        patterns: [{ name: 'badge', pattern: 'EMP-\\d{6}' }],
        dictionaries: [{ name: 'projects', words: ['Blue Heron'] }],
      }),
    );
    answering({ content: [{ type: 'text', text: 'badge EMP-123456 at gate 4' }] });
    expect(textOf(await call())).toBe('badge [redacted:custom.badge] at gate 4');
    expect(await call({ text: 'about blue heron' })).toMatchObject({ type: 'denied', code: 'blocked_content' });
  });
});

describe('tokens', () => {
  const rules = [{ name: 'mail', types: ['pii.email'], direction: 'result', action: 'tokenize' }];

  it('an agent gets a token, the same for the same value; only the right server gets the value back', async () => {
    await open(dlpObject('dlp', { rules, tokens: { revealTo: ['crm'] } }));
    answering({ content: [{ type: 'text', text: `from ${MAIL} to ${MAIL}` }] });
    const [, token, again] = /^from (\S+) to (\S+)$/.exec(textOf(await call())) ?? [];
    expect(token).toMatch(/^dlp_email_[\w-]{60,}$/);
    expect(again).toBe(token);
    await call({ to: `<${token}>` }, 'read_note', reader.token, 'crm');
    expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { to: `<${MAIL}>` } });
    await call({ to: token as string });
    expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { to: token } });
    await expectUntold(MAIL);
  });

  it('a token of somebody else, a forged, an expired and a purged one stop the call', async () => {
    await open(dlpObject('dlp', { rules, tokens: { revealTo: ['*'], ttlSeconds: 600 } }));
    answering({ content: [{ type: 'text', text: MAIL }] });
    const token = textOf(await call());
    const use = (text: string, bearer = reader.token): Promise<CallOutcome> => call({ to: text }, 'read_note', bearer);
    expect(await use(token)).toMatchObject({ type: 'result' });
    expect(await use(token, other.token)).toMatchObject({ type: 'denied', code: 'blocked_content', rule: 'builtin/dlp-token' });
    expect(await use(`${token.slice(0, -4)}AAAA`)).toMatchObject({ type: 'denied', code: 'blocked_content' });
    clock.advance(601_000);
    expect(await use(token)).toMatchObject({ type: 'denied', code: 'blocked_content' });
    const fresh = textOf(await call({ n: 3 }));
    expect(fresh).not.toBe(token);
    clock.advance(10);
    const validFrom = new Date(clock.nowMs()).toISOString();
    const revision = await h.seed(dlpObject('dlp', { rules, tokens: { revealTo: ['*'], ttlSeconds: 600, validFrom } }));
    await h.control.atLeast(h.org, revision);
    expect(await use(fresh)).toMatchObject({ type: 'denied', code: 'blocked_content' });
    expect(textOf(await call({ n: 4 }))).not.toBe(fresh);
  });

  describe('where no object of kind dlp is left', () => {
    const forsaken = async (): Promise<string> => {
      await open(dlpObject('dlp', { rules, tokens: { revealTo: ['crm'], ttlSeconds: 600 } }));
      answering({ content: [{ type: 'text', text: MAIL }] });
      const token = textOf(await call());
      await h.control.atLeast(h.org, await remove('dlp', 'dlp'));
      return token;
    };

    it('a token of this gateway reaches no server, whoever had it and however old it is', async () => {
      const token = await forsaken();
      const sent = h.sent.length;
      const denied = { type: 'denied', code: 'blocked_content', rule: 'builtin/dlp-token' };
      for (const args of [{ to: token }, { body: `to <${token}@redacted.invalid>` }, { [token]: 1 }, { list: [{ to: [token] }] }])
        expect(await call(args, 'read_note', reader.token, 'crm')).toMatchObject(denied);
      for (const glued of [`x${token}y`, `${token}${'-y_'.repeat(200)}`, `${token}${token}`, `x${token}@redacted.invalidy`])
        expect(await call({ to: glued }, 'read_note', reader.token, 'crm')).toMatchObject(denied);
      // What asks for more tries than a message has is taken for one.
      const header = token.slice(0, 40);
      expect(await call({ list: Array.from({ length: 8 }, () => `${header}${'a'.repeat(2_900)} `) })).toMatchObject(denied);
      expect(await call({ to: token }, 'read_note', other.token)).toMatchObject(denied);
      clock.advance(3_600_000);
      expect(await call({ to: token })).toMatchObject(denied);
      const escaped = token.replace('dlp_', 'd\\u006cp_');
      const paramsText = `{"name":"read_note","arguments":{"to":"${escaped}"}}`;
      const params = JSON.parse(paramsText) as JsonObject;
      const spelled = callOf('tools/call', { bearer: reader.token, params, surface: { type: 'server', server: 'notes' } });
      spelled.paramsText = paramsText;
      expect(await h.pipeline.run(spelled)).toMatchObject(denied);
      expect(h.sent.slice(sent).filter(({ method }) => method === 'tools/call')).toEqual([]);
      await expectUntold(MAIL);
    });

    it('what only looks like a token is a text like any other', async () => {
      const token = await forsaken();
      for (const text of [
        `${token.slice(0, -4)}AAAA`,
        `dlp_email_${'aB3-x_9Z'.repeat(12)}`,
        'dlp_notes_2026',
        'see dlp_email_ in the docs',
      ]) {
        expect(await call({ to: text })).toMatchObject({ type: 'result' });
        expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { to: text } });
      }
    });
  });

  it('a token is checked, and turned back, once no rule makes any more', async () => {
    await open(dlpObject('dlp', { rules, tokens: { revealTo: ['crm'] } }));
    answering({ content: [{ type: 'text', text: MAIL }] });
    const token = textOf(await call());
    const mask = { name: 'mail', types: ['pii.email'], direction: 'result', action: 'mask' };
    const revision = await h.seed(dlpObject('dlp', { rules: [mask], tokens: { revealTo: ['crm'] } }));
    await h.control.atLeast(h.org, revision);
    await call({ to: token }, 'read_note', reader.token, 'crm');
    expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { to: MAIL } });
    expect(await call({ to: token }, 'read_note', other.token)).toMatchObject({ type: 'denied', rule: 'builtin/dlp-token' });
    expect(await call({ to: `${token.slice(0, -4)}AAAA` })).toMatchObject({ type: 'denied', code: 'blocked_content' });
  });
});

it('a policy rule that asks for masking gets it, without any object of kind dlp', async () => {
  await open(
    policyObject(
      'masked',
      [{ name: 'masked', match: { server: ['notes'], tool: ['read_note'] }, effect: 'allow', obligations: { redact: ['pii.*'] } }],
      1,
    ),
  );
  answering({ content: [{ type: 'text', text: `${MAIL} ${KEY}` }] });
  expect(textOf(await call())).toBe(`[redacted:pii.email] ${KEY}`);
  await expectUntold(MAIL);
});

it('progress and log messages of a server are redacted, or left out', async () => {
  await open(
    dlpObject('dlp', {
      rules: [
        { name: 'mail', types: ['pii.email'], action: 'mask' },
        { name: 'secrets', types: ['secret'], action: 'block' },
      ],
    }),
  );
  const heard: unknown[] = [];
  h.answer(async (request) => {
    if (request.method !== 'tools/call') return echoServer(request);
    await request.peer.notify('notifications/progress', { progressToken: 1, progress: 1, message: `at ${MAIL}` });
    await request.peer.notify('notifications/message', { level: 'info', data: { user: MAIL } });
    await request.peer.notify('notifications/message', { level: 'info', data: `key ${KEY}` });
    return ok({ content: [] });
  });
  const peer = { request: undefined, notify: (method: string, params: unknown) => void heard.push([method, params]) };
  await h.pipeline.run(
    callOf('tools/call', {
      bearer: reader.token,
      peer,
      params: { name: 'read_note', arguments: { id: 1 } },
      surface: { type: 'server', server: 'notes' },
    }),
  );
  expect(heard).toEqual([
    ['notifications/progress', { progressToken: 1, progress: 1, message: 'at [redacted:pii.email]' }],
    ['notifications/message', { level: 'info', data: { user: '[redacted:pii.email]' } }],
  ]);
});

it('a question of a server is redacted on its way to the agent, and the answer on its way back', async () => {
  await open(
    dlpObject('dlp', {
      rules: [
        { name: 'mail', types: ['pii.email'], direction: 'result', action: 'mask' },
        { name: 'cards', types: ['financial.card'], direction: 'arguments', action: 'mask' },
      ],
    }),
  );
  const asked: unknown[] = [];
  let answer: unknown;
  h.answer(async (request) => {
    if (request.method !== 'tools/call') return echoServer(request);
    answer = await request.peer.request?.(
      'elicitation/create',
      { message: `Is ${MAIL} right?`, requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } },
      request.signal,
    );
    return ok({ content: [] });
  });
  const peer = {
    notify: () => undefined,
    request: async (_method: string, params: unknown) => {
      asked.push(params);
      return { result: { action: 'accept', content: { name: `card ${CARD}` } } };
    },
  };
  await h.pipeline.run(
    callOf('tools/call', {
      bearer: reader.token,
      peer,
      params: { name: 'read_note', arguments: { id: 1 } },
      surface: { type: 'server', server: 'notes' },
    }),
  );
  expect(asked).toMatchObject([{ message: 'Is [redacted:pii.email] right?' }]);
  expect(answer).toEqual({ result: { action: 'accept', content: { name: 'card [redacted:financial.card]' } } });
  await expectUntold(MAIL, CARD);
});

it('what is too long for the budget is refused, or noted only', async () => {
  await open(dlpObject('dlp', { profile: 'secrets-only', budget: { maxChars: 1024 } }));
  answering({ content: [{ type: 'text', text: 'x '.repeat(600) }] });
  expect(await call()).toMatchObject({ type: 'denied', code: 'blocked_content', rule: 'builtin/dlp-budget' });
  const revision = await h.seed(dlpObject('dlp', { profile: 'secrets-only', budget: { maxChars: 1024, onExceed: 'log' } }));
  await h.control.atLeast(h.org, revision);
  expect(await call({ n: 2 })).toMatchObject({ type: 'result' });
  expect((await h.entries()).at(-1)?.content).toMatchObject({ findings: [{ type: 'dlp.exceeded' }] });
});
