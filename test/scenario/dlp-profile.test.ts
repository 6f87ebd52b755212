// The shipped profiles of DLP, each by what it does with each kind of value both ways; and where findings go: rules, risk, entries, metrics. On a real store
// with a played server.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { FlowBook } from '../../src/detect/flow/book.ts';
import { KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import { riskSpec } from '../../src/object/kind/risk.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { flowInspector } from '../../src/pipeline/inspect-flow.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const reader = tokenObject('reader', 'reader');
const VALUES = {
  secret: `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`,
  card: '4556 7375 8689 9855',
  iban: 'DE89 3704 0044 0532 0130 00',
  email: 'ines.okafor@northwind-traders.com',
  ssn: '536-90-4399',
  badge: 'EMP-482113',
} as const;
type Kind = keyof typeof VALUES;
const TEXTS: Readonly<Record<Kind, string>> = {
  secret: `token: ${VALUES.secret}`,
  card: `card ${VALUES.card}`,
  iban: `IBAN ${VALUES.iban}`,
  email: `mail ${VALUES.email}`,
  ssn: `SSN: ${VALUES.ssn}`,
  badge: `badge ${VALUES.badge}`,
};

let h: Harness;
afterEach(() => h?.close());

async function open(...objects: StoredObject[]): Promise<void> {
  const book = new FlowBook(systemClock, randomBytes(KEY_BYTES));
  h = await harness({
    objects: [
      ...[agentObject('reader'), reader.object, httpServer('notes', 'http://127.0.0.1:9/mcp')],
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      ...objects,
    ],
    inspectors: [dlpFor(() => h.core.vault), flowInspector({ book, analyser: new IntentAnalyser() })],
  });
  await h.histories.settled();
}

async function call(args: JsonObject, server = 'notes'): Promise<string> {
  const params = { name: 'read_note', arguments: args };
  const outcome = await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params, surface: { type: 'server', server } }));
  return outcome.type === 'denied'
    ? `${outcome.code} ${outcome.rule}`
    : JSON.stringify(outcome.type === 'result' ? outcome.result : outcome);
}

/** What becomes of it: `same`, `stopped`, or what stands in its place. */
async function answered(kind: Kind): Promise<string> {
  h.answer((request) => {
    if (request.method === 'tools/list') return ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object' } }] });
    return request.method === 'tools/call' ? ok({ content: [{ type: 'text', text: TEXTS[kind] }] }) : echoServer(request);
  });
  const got = await call({ kind });
  return fateOf(kind, got.startsWith('blocked_content') ? undefined : got);
}
async function sent(kind: Kind): Promise<string> {
  h.answer((request) =>
    request.method === 'tools/list' ? ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object' } }] }) : echoServer(request),
  );
  const got = await call({ text: TEXTS[kind] });
  if (got.startsWith('blocked_content')) return 'stopped';
  return fateOf(kind, JSON.stringify(h.sent.findLast(({ method }) => method === 'tools/call')?.params));
}
function fateOf(kind: Kind, got: string | undefined): string {
  if (got === undefined) return 'stopped';
  if (got.includes(VALUES[kind])) return 'same';
  if (/dlp_[a-z]+_[\w-]{60,}/.test(got)) return 'token';
  return /\.\.\.\w{2,4}\]|\[redacted:[^\]]*\d{4}\]/.test(got) ? 'partial' : 'masked';
}

describe.each<[profile: string, results: Record<Kind, string>, args: Record<Kind, string>]>([
  [
    'secrets-only',
    { secret: 'masked', card: 'same', iban: 'same', email: 'same', ssn: 'same', badge: 'same' },
    { secret: 'stopped', card: 'same', iban: 'same', email: 'same', ssn: 'same', badge: 'same' },
  ],
  [
    'gdpr',
    { secret: 'masked', card: 'token', iban: 'token', email: 'token', ssn: 'masked', badge: 'masked' },
    { secret: 'masked', card: 'same', iban: 'same', email: 'same', ssn: 'masked', badge: 'same' },
  ],
  [
    'pci',
    { secret: 'masked', card: 'partial', iban: 'partial', email: 'same', ssn: 'same', badge: 'same' },
    { secret: 'same', card: 'stopped', iban: 'same', email: 'same', ssn: 'same', badge: 'same' },
  ],
  [
    'strict',
    { secret: 'masked', card: 'masked', iban: 'masked', email: 'masked', ssn: 'masked', badge: 'masked' },
    { secret: 'stopped', card: 'stopped', iban: 'stopped', email: 'stopped', ssn: 'stopped', badge: 'stopped' },
  ],
])('the profile %s', (profile, results, args) => {
  it('does with each kind of value what it says, both ways', async () => {
    await open(dlpObject('dlp', { profile, patterns: [{ name: 'badge', pattern: 'EMP-\\d{6}' }] }));
    const kinds = Object.keys(VALUES) as Kind[];
    const [inResults, inArguments]: Record<string, string>[] = [{}, {}];
    for (const kind of kinds) {
      (inResults as Record<string, string>)[kind] = await answered(kind);
      (inArguments as Record<string, string>)[kind] = await sent(kind);
    }
    expect(inResults).toEqual(results);
    expect(inArguments).toEqual(args);
    const told = JSON.stringify(await h.entries()) + (await h.metrics.render());
    for (const value of Object.values(VALUES)) expect(told).not.toContain(value);
  });

  it('is read behind the rules of its object', async () => {
    await open(dlpObject('dlp', { profile, rules: [{ name: 'ours', types: ['*'], action: 'allow' }] }));
    for (const kind of ['secret', 'card', 'email'] as const) expect([await answered(kind), await sent(kind)]).toEqual(['same', 'same']);
  });
});

describe('findings', () => {
  const RISK: StoredObject<'risk'> = {
    kind: 'risk',
    metadata: { name: 'default' },
    spec: riskSpec.parse({ weights: { intent: 0, magnitude: 0, sensitivity: 1, novelty: 0, anomaly: 0, target: 0 } }),
  };
  const LOG = dlpObject('dlp', { rules: [{ name: 'all', types: ['*'], action: 'log' }] });
  const decision = async (): Promise<JsonObject> =>
    (await h.entries()).findLast(({ content }) => content.type === 'decision')?.content ?? {};

  it('of DLP decide rules and raise the risk of the call; entries and metrics name them', async () => {
    const rule = policyObject('no-secrets', [{ name: 'out', match: { findings: ['secret.*'] }, effect: 'deny' }], 1);
    await open(LOG, RISK, rule);
    h.answer((request) =>
      request.method === 'tools/list' ? ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object' } }] }) : echoServer(request),
    );
    await call({ text: 'nothing' });
    expect(await decision()).toMatchObject({ effect: 'allow', risk: { score: 0 } });
    expect(await call({ text: TEXTS.secret })).toBe('denied_by_rule no-secrets/out');
    const told = await decision();
    expect(told).toMatchObject({
      effect: 'deny',
      findings: [{ type: 'secret.api-key', count: 1, path: '/arguments', action: 'log' }],
      risk: { parts: { sensitivity: expect.any(Number) } },
    });
    expect((told.risk as { score: number }).score).toBeGreaterThan(50);
    expect(await h.metrics.render()).toContain('sallyport_findings_total{org="default",type="secret.api-key",action="log"} 1');
  });

  it('of data flow do so, too', async () => {
    const flow = { kind: 'flow', metadata: { name: 'flow' }, spec: flowSpec.parse({ mixed: 'allow' }) } satisfies StoredObject<'flow'>;
    const rule = policyObject(
      'no-private-out',
      [{ name: 'out', match: { findings: ['flow.private'], riskAtLeast: 10 }, effect: 'deny' }],
      1,
    );
    const crm = httpServer('crm', 'http://127.0.0.1:9/mcp', { data: { labels: ['private'], sink: 'internal' } });
    const web = httpServer('web', 'http://127.0.0.1:9/mcp', { data: { sink: 'external' } });
    await open(flow, RISK, rule, crm, web);
    h.answer((request) => {
      if (request.method === 'tools/list') return ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object' } }] });
      return ok({ content: [{ type: 'text', text: request.server === 'crm' ? TEXTS.email : 'done' }] });
    });
    await call({}, 'crm');
    expect(await call({ text: 'nothing' }, 'web')).toContain('done');
    expect(await call({ text: VALUES.email }, 'web')).toBe('denied_by_rule no-private-out/out');
    expect(await decision()).toMatchObject({
      findings: [{ type: 'flow.private', action: 'log' }],
      risk: { parts: { sensitivity: expect.any(Number) } },
    });
    expect(await h.metrics.render()).toContain('sallyport_findings_total{org="default",type="flow.private",action="log"} 1');
  });
});
