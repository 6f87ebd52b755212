// Reversible tokens of somebody whose data was erased: no gateway turns them back into values any more; those of others, and later ones, work on.
import { afterEach, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const MAIL = 'ines.okafor@northwind-traders.com';
const user = (name: string): StoredObject<'user'> => ({ kind: 'user', metadata: { name }, spec: { disabled: false } });
const [eva, max] = [tokenObject('eva', 'reader', { user: 'eva' }), tokenObject('max', 'reader', { user: 'max' })];
const other = tokenObject('other', 'other', { user: 'eva' });
const rules = [{ name: 'mail', types: ['pii.email'], direction: 'result', action: 'tokenize' }];
let h: Harness;
afterEach(() => h?.close());

it('are worth nothing', async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 29));
  h = await harness({
    objects: [
      ...[agentObject('reader'), agentObject('other'), user('eva'), user('max'), eva.object, max.object, other.object],
      httpServer('notes', 'http://127.0.0.1:9/mcp'),
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      dlpObject('dlp', { rules, tokens: { revealTo: ['*'], ttlSeconds: 600 } }),
    ],
    inspectors: [dlpFor(() => h.core.vault, { clock })],
  });
  h.answer((request) => (request.method === 'tools/call' ? ok({ content: [{ type: 'text', text: MAIL }] }) : echoServer(request)));
  const call = (bearer: string, text = 'x'): Promise<CallOutcome> =>
    h.pipeline.run(
      callOf('tools/call', {
        bearer,
        params: { name: 'read_note', arguments: { id: 1, to: text } },
        surface: { type: 'server', server: 'notes' },
      }),
    );
  const given = async (bearer: string): Promise<string> => {
    const outcome = await call(bearer);
    return outcome.type === 'result' ? ((outcome.result.content as { text: string }[])[0]?.text ?? '') : JSON.stringify(outcome);
  };
  const erase = async (name: string, match: object): Promise<void> => {
    const at = new Date(clock.nowMs()).toISOString();
    const revision = await h.seed({ kind: 'erasure', metadata: { name }, spec: { match, reason: 'asked for it', at } } as StoredObject);
    await h.control.atLeast(h.org, revision);
    clock.advance(10);
  };
  const bearers = [eva, max, other].map(({ token }) => token) as [string, string, string];
  const tokens = await Promise.all(bearers.map(given));
  for (const token of tokens) expect(token).toMatch(/^dlp_email_/);
  const works = async (): Promise<boolean[]> => {
    const outcomes = await Promise.all(bearers.map((bearer, n) => call(bearer, tokens[n] ?? '')));
    return outcomes.map(({ type }) => type === 'result');
  };
  expect(await works()).toEqual([true, true, true]);
  await erase('a-call', { user: ['eva'], call: ['call_1'] });
  expect(await works(), 'whose tokens a call made is not known').toEqual([true, true, true]);
  await erase('one-agent', { user: ['eva'], agent: ['reader'] });
  expect(await works()).toEqual([false, true, true]);
  await erase('the-user', { user: ['eva'] });
  expect(await works()).toEqual([false, true, false]);
  tokens[0] = await given(bearers[0]);
  expect(await works(), 'a later one counts').toEqual([true, true, false]);
  await erase('the-agent', { agent: ['reader'] });
  expect(await works()).toEqual([false, false, false]);
});
