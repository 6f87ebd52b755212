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
