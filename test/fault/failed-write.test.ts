// Every single write to the store fails once, over a walk of many kinds of calls, on both stores: refused and left out, and (worse) made
// durable but reported as failed. Nothing goes to a server and nothing goes to the agent without its evidence, and the gateway recovers.
import { afterAll, describe, expect, it } from 'vitest';
import type { CallOutcome, CallReply } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import type { UpstreamRequest } from '../../src/upstream/exchange.ts';
import { type LoggedCall, loggedCalls, verifyStore } from '../support/log-lines.ts';
import { callOf, type Harness, harness, ok, TOOLS } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const reader = tokenObject('reader', 'reader');
const rules = policyObject('reads', [
  { name: 'tools', match: { agent: ['reader'], tool: ['read_*'] }, effect: 'allow' },
  { name: 'prompts', match: { agent: ['reader'], prompt: ['*'] }, effect: 'allow' },
  { name: 'resources', match: { agent: ['reader'], resource: ['note://*'] }, effect: 'allow' },
]);
const objects: StoredObject[] = [agentObject('reader'), reader.object, httpServer('notes', 'http://127.0.0.1:9/mcp'), rules];
const LIMIT_MS = 600_000;

const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('a write that fails, on %s', (kind) => {
  it.each([true, 'after'] as const)('(%s) at every place of the walk', { timeout: LIMIT_MS }, async (mode) => {
    const place = await freshPlace(kind);
    places.push(place);
    const clean = await run(place, () => false);
    expect(clean.steps.map(({ kind: outcome }) => outcome)).toEqual(EXPECTED);
    expect(clean.writes).toBeGreaterThan(2 * EXPECTED.length - 8);
    for (let n = 1; n <= clean.writes; n++) {
      const broken = await run(place, (write) => write === n && mode);
      check(broken, clean, n);
    }
  });
});

interface Step {
  kind: string;
  callId: string;
  /** Leaves one entry only. */
  single: boolean;
  /** After the call. */
  logHealthy: boolean;
}

interface Walked {
  writes: number;
  /** The log was reported as unhealthy at some moment of the walk. */
  turnedRed: boolean;
  steps: Step[];
  /** The same walk once writes work again. */
  again: Step[];
  forwards: { callId: string; seq: number; durable: boolean }[];
  calls: LoggedCall[];
}

/** The walk, then the same walk again with a store that works. */
async function run(place: Place, failWrite: (n: number) => boolean | 'after'): Promise<Walked> {
  let armed = false;
  let writes = 0;
  const h = await harness({
    objects,
    dataDir: place.dataDir,
    ...(place.databaseUrl === undefined ? {} : { databaseUrl: place.databaseUrl }),
    failWrite: () => (armed ? failWrite(++writes) : false),
  });
  try {
    const forwards: Walked['forwards'] = [];
    h.answer(async (request) => {
      forwards.push({ callId: request.callId, seq: request.receipt.seq, durable: await isDurable(h, request) });
      return answer(request);
    });
    let turnedRed = false;
    const { logHealthy } = h.metrics;
    h.metrics.logHealthy = (healthy) => {
      turnedRed ||= !healthy;
      logHealthy(healthy);
    };
    armed = true;
    const steps = await walk(h);
    const counted = writes;
    armed = false;
    const again = await walk(h);
    expect(await verifyStore(h.core, h.org)).toMatchObject({ state: 'sound' });
    return { writes: counted, turnedRed, steps, again, forwards, calls: await loggedCalls(h.core, h.org, false) };
  } finally {
    await h.close();
  }
}

/** Read at the moment the request arrives at the server, not later. */
async function isDurable(h: Harness, { receipt, callId }: UpstreamRequest): Promise<boolean> {
  for await (const { header, content } of h.core.store.log.read({ org: h.org, fromSeq: receipt.seq, toSeq: receipt.seq })) {
    const decision = JSON.parse(content) as JsonObject;
    const { revision } = JSON.parse(header) as { revision: number };
    return decision.type === 'decision' && decision.effect === 'allow' && decision.judged === revision && decision.call === callId;
  }
  return false;
}

async function answer(request: UpstreamRequest): Promise<CallReply> {
  if (request.shape === 'notification') return { type: 'accepted' };
  if (request.method === 'tools/list') return ok({ tools: [...TOOLS, { name: 'read_roots', inputSchema: { type: 'object' } }] });
  if (request.method === 'prompts/list') return ok({ prompts: [{ name: 'summary' }] });
  if (request.params?.name === 'read_roots') {
    const told = await request.peer.request?.('roots/list', undefined, request.signal);
    return ok({ content: [{ type: 'text', text: JSON.stringify(told) }] });
  }
  if (request.params?.name === 'read_note' && (request.params.arguments as JsonObject).id === 13)
    return ok({ content: [{ type: 'text', text: 'no such note' }], isError: true });
  return ok({ content: [] });
}

const EXPECTED = [
  'result', 'accepted', 'result', 'result', 'denied no_rule_allows', 'result', 'result', 'result', 'result', 'result', 'result', 'result',
  'denied unauthenticated', 'denied invalid_arguments',
]; // biome-ignore format: one line per kind would hide the order

async function walk(h: Harness): Promise<Step[]> {
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'walk', version: '1' } };
  const tool = (name: string, given: JsonObject) => ['tools/call', { name, arguments: given }] as const;
  const script: [string, JsonObject | undefined, { surface?: { type: 'all' }; bearer?: string }?][] = [
    ['initialize', initialize],
    ['notifications/initialized', undefined],
    ['tools/list', undefined],
    [...tool('read_note', { id: 1 })],
    [...tool('write_note', { text: 'x' })],
    [...tool('read_note', { id: 13 })],
    ['prompts/get', { name: 'summary' }],
    ['resources/read', { uri: 'note://1' }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'summary' }, argument: { name: 'a', value: 'b' } }],
    [...tool('read_roots', {})],
    ['tools/list', undefined, { surface: { type: 'all' } }],
    ['tools/call', { name: 'notes__read_note', arguments: { id: 2 } }, { surface: { type: 'all' } }],
    [...tool('read_note', { id: 3 }), { bearer: 'sp_nobody' }],
    [...tool('read_note', { id: 'three' })],
  ];
  const steps: Step[] = [];
  for (const [method, params, more] of script) {
    const peer = { notify: () => undefined, request: async () => ({ result: { roots: [] } }) };
    const call = callOf(method, { bearer: reader.token, peer, ...(params ? { params } : {}), ...more });
    const outcome = await h.pipeline.run(call);
    const logHealthy = (await h.metrics.render()).includes('\nsallyport_log_healthy 1');
    steps.push({ kind: kindOf(outcome), callId: call.id, single: call.kind === 'notification', logHealthy });
  }
  return steps;
}

function kindOf(outcome: CallOutcome): string {
  return outcome.type === 'denied' ? `denied ${outcome.code}` : outcome.type;
}

function check({ steps, turnedRed, again, forwards, calls }: Walked, clean: Walked, n: number): void {
  const where = `write ${n}`;
  // Forwards: only with a durable, valid allowance of that very call.
  expect(
    forwards.filter(({ durable }) => !durable),
    where,
  ).toEqual([]);
  const answered = steps.filter(({ kind, single }) => kind === 'result' && !single);
  const withOutcome = new Set(calls.filter(({ outcome }) => outcome !== undefined).map(({ call }) => call));
  expect(
    answered.filter(({ callId }) => !withOutcome.has(callId)),
    where,
  ).toEqual([]);
  const recorded = new Set(calls.map(({ call }) => call));
  const owed = steps.filter(({ kind }) => kind !== 'denied log_unavailable' && kind !== 'denied unauthenticated');
  expect(
    owed.filter(({ callId }) => !recorded.has(callId)),
    where,
  ).toEqual([]);
  // The agent is told, and so is the operator, until the next write works.
  const changed = steps.filter(({ kind }, at) => kind !== clean.steps[at]?.kind);
  expect(changed.length, where).toBeLessThanOrEqual(1);
  for (const { kind } of changed) expect(kind, where).toBe('denied log_unavailable');
  expect(turnedRed, where).toBe(true);
  expect(
    again.map(({ kind }) => kind),
    where,
  ).toEqual(EXPECTED);
  expect(
    again.every(({ logHealthy }) => logHealthy),
    where,
  ).toBe(true);
}
