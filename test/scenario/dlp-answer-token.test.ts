// Data tokens in what an agent answers a server that asked: checked like those in arguments, and values again for servers that may have them. On a real store.
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const MAIL = 'ines.okafor@northwind-traders.com';
const robot = tokenObject('robot', 'robot');
const other = tokenObject('other', 'other');
const RULES = [{ name: 'mail', types: ['pii.email'], direction: 'result', action: 'tokenize' }];
let h: Harness;
afterEach(() => h?.close());

async function open(revealTo: string[]): Promise<StoredObject> {
  const dlp = dlpObject('dlp', { rules: RULES, tokens: { revealTo } });
  h = await harness({
    objects: [
      ...[agentObject('robot'), robot.object, agentObject('other'), other.object],
      httpServer('crm', 'http://127.0.0.1:9/mcp'),
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      dlp,
    ],
    inspectors: [dlpFor(() => h.core.vault)],
  });
  return dlp;
}

const CALL = { name: 'get', arguments: {} };
const run = (bearer: string, more: object = {}) =>
  h.pipeline.run(callOf('tools/call', { bearer, params: CALL, surface: { type: 'server', server: 'crm' }, ...more }));
const listed = ok({ tools: [{ name: 'get', inputSchema: { type: 'object' } }] });

async function tokenOf(bearer: string): Promise<string> {
  h.answer((request) => (request.method === 'tools/list' ? listed : ok({ content: [{ type: 'text', text: MAIL }] })));
  const token = /dlp_email_[\w-]+/.exec(JSON.stringify(await run(bearer)))?.[0];
  if (token === undefined) throw new Error('no token was made');
  return token;
}

/** What the server hears of an agent that answers its question so. */
async function answered(method: string, said: JsonObject | { error: JsonObject }): Promise<string> {
  let heard: unknown;
  h.answer(async (request) => {
    if (request.method === 'tools/list') return listed;
    if (request.method !== 'tools/call') return echoServer(request);
    heard = await request.peer.request?.(method, { message: 'Who?', messages: [], maxTokens: 9 }, request.signal);
    return ok({ content: [] });
  });
  const answer = 'error' in said ? said : { result: said };
  await run(robot.token, { peer: { notify: () => undefined, request: async () => answer } });
  return JSON.stringify(heard);
}

const ANSWERS: [string, string, (text: string) => JsonObject][] = [
  ['a form', 'elicitation/create', (text) => ({ action: 'accept', content: { who: text } })],
  ['a model', 'sampling/createMessage', (text) => ({ role: 'assistant', model: 'm', content: { type: 'text', text: `It is ${text}.` } })],
  ['folders', 'roots/list', (text) => ({ roots: [{ uri: 'file:///a', name: text }] })],
  ['a failure', 'elicitation/create', (text) => ({ error: { code: -1, message: `not ${text}` } })],
];

it.each(ANSWERS)('of %s: a value for a server that may have it, a token for any other', async (_what, method, say) => {
  await open(['crm']);
  expect(await answered(method, say(await tokenOf(robot.token)))).toContain(MAIL);
  await h.close();
  await open(['elsewhere']);
  const token = await tokenOf(robot.token);
  expect(await answered(method, say(token))).toContain(token);
});

it.each(ANSWERS)('of %s: one of somebody else or that is forged reaches no server', async (_what, method, say) => {
  await open(['crm']);
  const foreign = await tokenOf(other.token);
  for (const token of [foreign, `${(await tokenOf(robot.token)).slice(0, -4)}AAAA`]) {
    const heard = await answered(method, say(token));
    expect(heard).toContain('blocked_content');
    expect(heard).not.toContain(token);
    expect(heard).not.toContain(MAIL);
  }
});

it.each(ANSWERS)('of %s: none reaches a server once the rules are gone', async (_what, method, say) => {
  await open(['crm']);
  const token = await tokenOf(robot.token);
  const timeMs = h.core.clock.nowMs();
  const changes = [{ kind: 'dlp' as const, name: 'dlp', action: 'delete' as const, digest: undefined }];
  const entry = h.core.log.entry(h.org, { type: 'object', fields: { timeMs, author: 'test', changes } });
  const writes = [{ kind: 'dlp' as const, name: 'dlp', document: undefined, expectedRevision: undefined }];
  const written = await h.core.store.objects.write(h.org, writes, 'test', timeMs, entry);
  if (written.type !== 'written') throw new Error(JSON.stringify(written));
  await h.control.atLeast(h.org, written.revision);
  for (const text of [token, `x${token}y`]) expect(await answered(method, say(text))).not.toContain(token);
  expect(await answered(method, say('nobody'))).toContain('nobody');
});
