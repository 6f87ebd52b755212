// Every action of DLP on everything that is not the answer of a call: progress and log messages, questions (elicitation, sampling) and their answers.
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const MAIL = 'harriet.ashdown@northwind-traders.com';
const reader = tokenObject('reader', 'reader');

let h: Harness;
afterEach(() => h?.close());

interface Crossed {
  progress: string;
  log: string;
  elicitation: string;
  sampling: string;
  /** What the server got for the answer of the agent. */
  answer: string;
}

/** What crosses the gateway of messages that each hold the value; "" for what does not cross. */
async function crossing(action: string): Promise<Crossed> {
  h = await harness({
    objects: [
      ...[agentObject('reader'), reader.object, httpServer('notes', 'http://127.0.0.1:9/mcp')],
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      dlpObject('dlp', { rules: [{ name: 'mail', types: ['pii.email'], action }] }),
    ],
    inspectors: [dlpFor(() => h.core.vault)],
  });
  const crossed: Crossed = { progress: '', log: '', elicitation: '', sampling: '', answer: '' };
  h.answer(async ({ method, peer, signal }) => {
    if (method !== 'tools/call') return echoServer({ method, peer, signal } as never);
    await peer.notify('notifications/progress', { progressToken: 1, progress: 1, message: `at ${MAIL}` });
    await peer.notify('notifications/message', { level: 'info', data: { user: MAIL } });
    const form = { type: 'object', properties: { name: { type: 'string' } } };
    await peer.request?.('elicitation/create', { message: `Is ${MAIL} right?`, requestedSchema: form }, signal);
    await peer.request?.(
      'sampling/createMessage',
      { maxTokens: 9, messages: [{ role: 'user', content: { type: 'text', text: `Write to ${MAIL}` } }] },
      signal,
    );
    const answer = await peer.request?.('elicitation/create', { message: 'Who are you?', requestedSchema: form }, signal);
    crossed.answer = JSON.stringify(answer ?? '');
    return ok({ content: [] });
  });
  const peer = {
    notify: (method: string, params: unknown): undefined => {
      crossed[method === 'notifications/progress' ? 'progress' : 'log'] = JSON.stringify(params);
    },
    request: async (method: string, params: unknown) => {
      if ((params as JsonObject).message === 'Who are you?') return { result: { action: 'accept', content: { name: MAIL } } };
      crossed[method === 'elicitation/create' ? 'elicitation' : 'sampling'] = JSON.stringify(params);
      return { result: { action: 'decline' } };
    },
  };
  const call = callOf('tools/call', {
    bearer: reader.token,
    peer,
    params: { name: 'read_note', arguments: { id: 1 } },
    surface: { type: 'server', server: 'notes' },
  });
  await h.pipeline.run(call);
  return crossed;
}

const PLACES = ['progress', 'log', 'elicitation', 'sampling', 'answer'] as const;

it.each<[action: string, shown: RegExp]>([
  ['mask', /\[redacted:pii\.email\]/],
  ['partial', /northwind|redacted/],
  ['hash', /\[redacted:pii\.email:[0-9a-f]+\]/],
  ['tokenize', /dlp_email_/],
])('%s changes the value in each of them', async (action, shown) => {
  const crossed = await crossing(action);
  for (const place of PLACES) {
    expect(crossed[place], place).not.toContain(MAIL);
    expect(crossed[place], place).toMatch(shown);
  }
});

it.each(['block', 'hold'])('%s keeps each of them from crossing', async (action) => {
  const crossed = await crossing(action);
  for (const place of PLACES) expect(crossed[place], place).not.toContain(MAIL);
  expect([crossed.progress, crossed.log, crossed.elicitation, crossed.sampling]).toEqual(['', '', '', '']);
});

it('log lets each of them pass, and the entries name what was seen', async () => {
  const crossed = await crossing('log');
  for (const place of PLACES) expect(crossed[place], place).toContain(MAIL);
  const told = JSON.stringify(await h.entries());
  expect(told).toContain('pii.email');
  expect(told).not.toContain(MAIL);
});

it('a rule is of the types, servers, tools, agents and the direction it names', async () => {
  const other = tokenObject('other', 'other');
  const name = (rule: string, more: object) => ({ name: rule, types: ['pii.email'], action: 'mask', ...more });
  h = await harness({
    objects: [
      ...[agentObject('reader'), reader.object, agentObject('other'), other.object],
      ...[httpServer('notes', 'http://127.0.0.1:9/mcp'), httpServer('crm', 'http://127.0.0.1:9/mcp')],
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      dlpObject('dlp', {
        rules: [
          name('trusted', { agents: ['other'], action: 'allow' }),
          name('one-tool', { servers: ['notes'], tools: ['read_*'], direction: 'result' }),
          name('outgoing', { servers: ['crm'], direction: 'arguments', action: 'block' }),
        ],
      }),
    ],
    inspectors: [dlpFor(() => h.core.vault)],
  });
  h.answer((request) => (request.method === 'tools/call' ? ok({ content: [{ type: 'text', text: `to ${MAIL}` }] }) : echoServer(request)));
  const call = async (server: string, tool: string, args: JsonObject, bearer = reader.token): Promise<string> =>
    JSON.stringify(
      await h.pipeline.run(callOf('tools/call', { bearer, params: { name: tool, arguments: args }, surface: { type: 'server', server } })),
    );
  expect(await call('notes', 'read_note', { id: 1 })).toContain('to [redacted:pii.email]');
  expect(await call('notes', 'write_note', { text: 'x' })).toContain(`to ${MAIL}`);
  expect(await call('crm', 'read_note', { id: 1 })).toContain(`to ${MAIL}`);
  expect(await call('notes', 'read_note', { id: 1 }, other.token)).toContain(`to ${MAIL}`);
  expect(await call('notes', 'write_note', { text: MAIL })).toContain(`to ${MAIL}`);
  expect(await call('crm', 'write_note', { text: MAIL })).toContain('blocked_content');
  expect(await call('crm', 'write_note', { text: MAIL }, other.token)).toContain(`to ${MAIL}`);
});

it('a token of a session is worth nothing in another one', async () => {
  h = await harness({
    objects: [
      ...[agentObject('reader'), reader.object, httpServer('notes', 'http://127.0.0.1:9/mcp')],
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      dlpObject('dlp', {
        rules: [{ name: 'mail', types: ['pii.email'], direction: 'result', action: 'tokenize' }],
        tokens: { revealTo: ['notes'], scope: 'session' },
      }),
    ],
    inspectors: [dlpFor(() => h.core.vault)],
  });
  h.answer((request) => (request.method === 'tools/call' ? ok({ content: [{ type: 'text', text: MAIL }] }) : echoServer(request)));
  const call = (session: string, text: string) => {
    const made = callOf('tools/call', {
      bearer: reader.token,
      params: { name: 'write_note', arguments: { text } },
      surface: { type: 'server', server: 'notes' },
    });
    return h.pipeline.run({ ...made, client: { ...made.client, sessionId: session } });
  };
  const token = /dlp_email_[\w-]+/.exec(JSON.stringify(await call('one', 'x')))?.[0] ?? 'none';
  expect((await call('one', token)).type).toBe('result');
  expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { text: MAIL } });
  expect(await call('two', token)).toMatchObject({ type: 'denied', code: 'blocked_content', rule: 'builtin/dlp-token' });
});
