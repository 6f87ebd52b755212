// What an agent says beside the arguments of calls: what it asks for by name, and notifications and lists, towards one server and all of them. Nothing of it
// is a way out for what may not go out.
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const KEY = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
const reader = tokenObject('reader', 'reader');
let h: Harness;
afterEach(() => h?.close());

async function open(action: string, more: object = {}): Promise<void> {
  h = await harness({
    objects: [
      agentObject('reader'),
      reader.object,
      httpServer('crm', 'http://127.0.0.1:9/mcp'),
      httpServer('notes', 'http://127.0.0.1:9/mcp'),
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      dlpObject('dlp', { rules: [{ name: 'secrets', types: ['secret'], direction: 'arguments', action, ...more }] }),
    ],
    inspectors: [dlpFor(() => h.core.vault)],
  });
  h.answer((request) => (request.method.endsWith('/list') ? echoServer(request) : ok({})));
}

const ONE = { type: 'server', server: 'notes' } as const;
const ALL = { type: 'all' } as const;
const run = (method: string, params: JsonObject, surface: typeof ONE | typeof ALL = ONE) =>
  h.pipeline.run(callOf(method, { bearer: reader.token, params, surface }));
const heard = (method: string): unknown[] =>
  h.sent.filter((request) => request.method === method).map(({ server, params }) => [server, params]);

const BY_NAME: [string, (secret: string) => JsonObject][] = [
  ['resources/read', (secret) => ({ uri: `note://private/${secret}` })],
  ['resources/subscribe', (secret) => ({ uri: `note://private/${secret}` })],
  ['prompts/get', (secret) => ({ name: secret })],
  [
    'completion/complete',
    (secret) => ({ ref: { type: 'ref/resource', uri: `note://${secret}/{id}` }, argument: { name: 'id', value: '1' } }),
  ],
  ['completion/complete', (secret) => ({ ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: secret, value: '1' } })],
];

it.each(BY_NAME)(
  '%s: nothing stands in for what is asked for by name, so it does not pass, whatever a rule would put there',
  async (method, ask) => {
    for (const action of ['block', 'mask', 'tokenize', 'partial']) {
      await open(action);
      expect(await run(method, ask(KEY))).toMatchObject({ type: 'denied', code: 'blocked_content', rule: 'dlp/dlp/secrets' });
      expect(heard(method)).toEqual([]);
      expect(JSON.stringify(await h.entries())).not.toContain(KEY);
      const honest = ask('weekly');
      await run(method, honest);
      expect(heard(method)).toEqual([['notes', honest]]);
      await h.close();
    }
  },
);

it('noted only where a rule wants no more', async () => {
  await open('log');
  await run('resources/read', { uri: `note://private/${KEY}` });
  expect(heard('resources/read')).toEqual([['notes', { uri: `note://private/${KEY}` }]]);
  expect(JSON.stringify(await h.entries())).toContain('"path":"/uri"');
});

it('notifications and lists of an agent are redacted or refused, also on their way to all servers', async () => {
  await open('mask');
  const progress = (message: string): JsonObject => ({ progressToken: 7, progress: 1, message });
  for (const surface of [ONE, ALL]) {
    await run('notifications/progress', progress(`at ${KEY}`), surface);
    await run('tools/list', { _meta: { note: KEY } }, surface);
  }
  const masked = progress('at [redacted:secret.api-key]');
  expect(heard('notifications/progress')).toEqual([
    ['notes', masked],
    ['crm', masked],
    ['notes', masked],
  ]);
  expect(JSON.stringify(heard('tools/list'))).not.toContain(KEY);
  expect(JSON.stringify(heard('tools/list'))).toContain('[redacted:secret.api-key]');
});

it.each(['block', 'hold'])('%s: nobody can be asked about a notification, so it is refused', async (action) => {
  await open(action);
  for (const surface of [ONE, ALL]) {
    await run('notifications/progress', { progressToken: 7, progress: 1, message: `at ${KEY}` }, surface);
    expect(await run('logging/setLevel', { level: KEY }, surface)).toMatchObject({ type: 'denied', code: 'blocked_content' });
    await run('notifications/progress', { progressToken: 7, progress: 1, message: 'half' }, surface);
  }
  expect(heard('logging/setLevel')).toEqual([]);
  expect(JSON.stringify(heard('notifications/progress'))).not.toContain(KEY);
  expect(heard('notifications/progress')).toHaveLength(3);
});

it('a rule about one of all servers holds for what goes to all of them', async () => {
  await open('block', { servers: ['crm'] });
  await run('notifications/progress', { progressToken: 7, progress: 1, message: `at ${KEY}` }, ALL);
  expect(heard('notifications/progress')).toEqual([]);
  await run('notifications/progress', { progressToken: 7, progress: 1, message: `at ${KEY}` });
  expect(heard('notifications/progress')).toHaveLength(1);
});

it('an address that holds a person is noted where a rule would change it, and stopped where one stops it', async () => {
  const uri = 'file:///home/ann@example.com/notes.txt';
  await open('mask', { types: ['pii.email'] });
  await run('resources/read', { uri });
  expect(heard('resources/read')).toEqual([['notes', { uri }]]);
  const entries = JSON.stringify(await h.entries());
  expect(entries).toContain('"action":"log"');
  expect(entries).not.toContain('ann@example.com');
  await h.close();
  await open('block', { types: ['pii.email'] });
  expect(await run('resources/read', { uri })).toMatchObject({ type: 'denied', code: 'blocked_content' });
});

it('a cancellation is heard whatever its reason says: the reason goes to nobody', async () => {
  await open('block');
  const call = callOf('notifications/cancelled', { bearer: reader.token, params: { requestId: 7, reason: KEY }, surface: ONE });
  expect(await h.pipeline.run({ ...call, local: async () => ({ type: 'accepted' }) })).toMatchObject({ type: 'accepted' });
  expect(heard('notifications/cancelled')).toEqual([]);
});

it('names that somebody chose stand in no entry, though what they hold was found there', async () => {
  await open('mask', { direction: 'both', types: ['secret', 'pii'] });
  h.answer((request) =>
    request.method === 'tools/list'
      ? ok({ tools: [{ name: 'get', inputSchema: { type: 'object' } }] })
      : ok({ content: [], _meta: { 'ann@example.com': { n: 1 } }, [KEY]: 7 }),
  );
  await run('tools/call', { name: 'get', arguments: {}, 'bob@example.com': { n: 1 } });
  const entries = JSON.stringify(await h.entries());
  expect(entries).toContain('"path":"/_meta/*"');
  for (const value of ['ann@example.com', 'bob@example.com', KEY]) expect(entries).not.toContain(value);
});
