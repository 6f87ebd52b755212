// What is packed (gzip, zlib) in a text: read up to a bound, and what lies beyond it is treated as any text that is too long. Never passed over.
import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { MAX_UNPACKED_BYTES } from '../../src/detect/dlp/decode-run.ts';
import { MAX_UNPACKED_IN_ALL } from '../../src/detect/dlp/scanner.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { oneAgent, reader } from '../support/one-agent.ts';
import { callOf, echoServer, type Harness, ok } from '../support/pipeline-harness.ts';

const KEY = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
const MAIL = 'ines.okafor@northwind-traders.com';
let h: Harness;
afterEach(() => h?.close());

async function open(spec: object): Promise<void> {
  h = await oneAgent('notes', [dlpObject('dlp', spec)], [dlpFor(() => h.core.vault)]);
}

function saying(text: string, args: JsonObject = { id: 1 }) {
  h.answer((request) => (request.method === 'tools/call' ? ok({ content: [{ type: 'text', text }] }) : echoServer(request)));
  const params = { name: args.id === undefined ? 'write_note' : 'read_note', arguments: args };
  return h.pipeline.run(callOf('tools/call', { bearer: reader.token, params, surface: { type: 'server', server: 'notes' } }));
}

const prose = (chars: number): string => 'the museum opens at ten and closes at six. '.repeat(Math.ceil(chars / 43)).slice(0, chars);
/** Hardly anything of it can be packed: as base64 it is longer than lines of mail are read together. */
const noise = (bytes: number): string => randomBytes(bytes).toString('hex');
const packed = (text: string): string => gzipSync(text).toString('base64');
const findings = async () => ((await h.entries()).at(-1)?.content.findings as JsonObject[] | undefined)?.map(({ type }) => type);
const REFUSED = { type: 'denied', code: 'blocked_content', rule: 'builtin/dlp-budget' };

it('what unpacks to more than is read at once is read on the other thread', async () => {
  await open({ profile: 'strict' });
  for (const run of [
    packed(`${prose(2 * MAX_UNPACKED_BYTES)} ${KEY}`),
    deflateSync(`${prose(2 * MAX_UNPACKED_BYTES)} ${KEY}`).toString('base64'),
  ])
    expect(await saying(`data: ${run} end`)).toMatchObject({ result: { content: [{ text: 'data: [redacted:secret.api-key] end' }] } });
  const harmless = `data: ${packed(prose(2 * MAX_UNPACKED_BYTES))} end`;
  expect(await saying(harmless)).toMatchObject({ result: { content: [{ text: harmless }] } });
});

it.each([
  ['one run', () => packed(prose(MAX_UNPACKED_IN_ALL * 2) + KEY)],
  ['zlib', () => deflateSync(prose(MAX_UNPACKED_IN_ALL * 2) + KEY).toString('base64')],
  ['many runs together', () => Array.from({ length: 24 }, (_, n) => packed(`${n} ${prose(60_000)}`)).join(' ') + packed(` ${KEY}`)],
  ['inside of another', () => packed(`inner ${packed(prose(MAX_UNPACKED_IN_ALL * 2) + KEY)} end`)],
  ['more lines than are read together', () => packed(noise(80_000) + KEY).replace(/.{76}/g, '$&\n')],
  ['below the last encoding that is taken off', () => [1, 2, 3, 4].reduce((text) => Buffer.from(text).toString('base64'), KEY)],
])('too much to be read is refused in both directions: %s', async (_what, make) => {
  await open({ profile: 'strict' });
  const text = `data: ${make()}`;
  expect(await saying(text)).toMatchObject(REFUSED);
  expect(await saying('done', { text })).toMatchObject(REFUSED);
  expect(
    h.sent.filter(({ method, params }) => method === 'tools/call' && (params?.arguments as JsonObject | undefined)?.text !== undefined),
  ).toEqual([]);
});

it('noted only where the operator wants so: what was read is redacted all the same', async () => {
  await open({ profile: 'strict', budget: { onExceed: 'log' } });
  const bomb = packed(prose(MAX_UNPACKED_IN_ALL * 2) + KEY);
  const outcome = await saying(`write to ${MAIL} about ${bomb}`);
  expect(outcome).toMatchObject({ result: { content: [{ text: `write to [redacted:pii.email] about ${bomb}` }] } });
  expect(await findings()).toEqual(['pii.email', 'dlp.exceeded']);
});

it('what is cut off is read as far as it goes', async () => {
  await open({ profile: 'strict' });
  const whole = packed(`${KEY} ${noise(400)}`);
  expect(await saying(`data: ${whole.slice(0, 400)}`)).toMatchObject({
    result: { content: [{ text: 'data: [redacted:secret.api-key]' }] },
  });
});
