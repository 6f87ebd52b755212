// What an agent read before a restart, or at another gateway of the same store: calls that may send it are held with the reason, and an approval
// releases them. A reading whose fact cannot be stored is withheld; without an object of kind flow nothing is stored.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Reviewer } from '../../src/approval/ticket.ts';
import { objectContent } from '../../src/audit/entry.ts';
import type { CallOutcome } from '../../src/call.ts';
import { FlowBook } from '../../src/detect/flow/book.ts';
import { FlowFacts } from '../../src/detect/flow/facts.ts';
import { KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { type FlowFactStore, MAX_FACTS } from '../../src/detect/flow/port.ts';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { sha256Hex } from '../../src/lib/digest.ts';
import { GatewayError } from '../../src/lib/error.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { flowInspector } from '../../src/pipeline/inspect-flow.ts';
import { callOf, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES, type StoreKind } from '../support/store-kind.ts';

const LIMIT_MS = 600_000;
const robot = tokenObject('robot', 'robot');
const URL_OF = 'http://127.0.0.1:9/mcp';
const OBJECTS: StoredObject[] = [
  agentObject('robot'),
  robot.object,
  httpServer('crm', URL_OF, { data: { labels: ['private'], sink: 'internal', untrusted: false } }),
  httpServer('mail', URL_OF, { data: { labels: ['internal'], sink: 'internal', untrusted: true } }),
  httpServer('web', URL_OF, { data: { labels: ['public'], sink: 'external', untrusted: false } }),
  policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
];
const FLOW: StoredObject<'flow'> = {
  kind: 'flow',
  metadata: { name: 'flow' },
  spec: flowSpec.parse({ scope: 'agent', mixed: 'allow', rules: [{ name: 'out', action: 'deny' }] }),
};

const open: Harness[] = [];
let place: Place;
afterEach(async () => {
  failing.clear();
  for (const h of open.splice(0)) await h.close();
  await place.remove();
}, LIMIT_MS);

let notes = 0;
/** What the store fails at. */
const failing = new Set<'note' | 'list'>();

function orFail<T>(what: 'note' | 'list', done: () => Promise<T>): Promise<T> {
  return failing.has(what) ? Promise.reject(new GatewayError('storage_unavailable', 'The store does not answer.')) : done();
}

async function gateway(process: string, objects?: StoredObject[], clock: Clock = systemClock): Promise<Harness> {
  // The store is there once the gateway is.
  let store: FlowFactStore | undefined;
  const late: FlowFactStore = {
    note: (...fact) => {
      notes++;
      return orFail('note', () => (store as FlowFactStore).note(...fact));
    },
    list: (...asked) => orFail('list', () => (store as FlowFactStore).list(...asked)),
  };
  const facts = new FlowFacts({ store: late, clock, process });
  const h = await harness({
    dataDir: place.dataDir,
    ...(place.databaseUrl ? { databaseUrl: place.databaseUrl } : {}),
    ...(objects ? { objects } : {}),
    inspectors: [flowInspector({ book: new FlowBook(systemClock, randomBytes(KEY_BYTES)), analyser: new IntentAnalyser(), facts })],
  });
  store = h.core.store.flowFacts;
  h.answer(({ method }) =>
    method === 'tools/list'
      ? ok({ tools: [{ name: 'go', inputSchema: { type: 'object' } }] })
      : ok({ content: [{ type: 'text', text: 'Ines Okafor' }] }),
  );
  open.push(h);
  return h;
}

const ANNA: Reviewer = { operator: 'anna', user: undefined, teams: [], roles: [] };

const DAY_MS = 86_400_000;
const subjectOf = (h: Harness) => sha256Hex(JSON.stringify([h.org, 'robot', null, null]));
const rows = (h: Harness) => h.core.store.flowFacts.list(h.org, subjectOf(h), DAY_MS);

/** More sources than are told apart, none of which a rule would stop. */
async function readFromAll(h: Harness): Promise<void> {
  const fact = { subject: subjectOf(h), agent: 'robot', process: 'other', server: 'crm', labels: ['internal'], isPrivate: false };
  const note = (n: number) => h.core.store.flowFacts.note(h.org, { ...fact, source: `crm.t${n}`, isUntrusted: false }, DAY_MS);
  await Promise.all(Array.from({ length: MAX_FACTS }, (_, n) => note(n)));
  expect((await call(h, 'web')).type).toBe('result');
  await note(MAX_FACTS);
}

const call = (h: Harness, server: string): Promise<CallOutcome> =>
  h.pipeline.run(
    callOf('tools/call', { bearer: robot.token, params: { name: 'go', arguments: { q: 'x' } }, surface: { type: 'server', server } }),
  );

async function next(kind: StoreKind, first: Harness): Promise<Harness> {
  if (kind === 'sqlite') {
    await first.close();
    open.splice(0);
  }
  return gateway('second');
}

describe.each(STORES)('on %s', (kind) => {
  it('what was read elsewhere is held on its way out, and released by an approval', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const first = await gateway('first', [...OBJECTS, FLOW]);
    expect((await call(first, 'crm')).type).toBe('result');
    expect(await rows(first)).toMatchObject([
      { process: 'first', source: 'crm.go', labels: ['private'], isPrivate: true, isUntrusted: false },
    ]);
    const second = await next(kind, first);
    const held = await call(second, 'web');
    expect(held).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'flow/unseen' });
    if (held.type !== 'denied' || !held.approval) throw new Error('no ticket');
    expect(held.message).toContain('What was read from crm.go');
    expect(await second.approvals.vote(second.org, held.approval.id, ANNA, 'approve', undefined)).toMatchObject({ type: 'voted' });
    expect((await call(second, 'web')).type).toBe('result');
  });

  it('without an object of kind flow nothing is kept', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const first = await gateway('first', OBJECTS);
    expect((await call(first, 'crm')).type).toBe('result');
    expect(await rows(first)).toEqual([]);
    const second = await next(kind, first);
    expect((await call(second, 'web')).type).toBe('result');
    expect(await rows(second)).toEqual([]);
  });

  it('a result whose fact cannot be stored is withheld, and a call whose facts cannot be read is denied', {
    timeout: LIMIT_MS,
  }, async () => {
    place = await freshPlace(kind);
    const h = await gateway('first', [...OBJECTS, FLOW]);
    const calls = () => h.sent.filter(({ method }) => method === 'tools/call').length;
    failing.add('note');
    const withheld = await call(h, 'crm');
    expect(calls()).toBe(1);
    expect(withheld.type).not.toBe('result');
    expect(JSON.stringify(withheld)).not.toContain('Okafor');
    expect(await rows(h)).toEqual([]);
    failing.clear();
    failing.add('list');
    expect((await call(h, 'web')).type).toBe('denied');
    expect(calls()).toBe(1);
    failing.clear();
    expect((await call(h, 'crm')).type).toBe('result');
    expect(await rows(h)).toHaveLength(1);
  });

  it.each(['hold', 'allow'] as const)(
    'policies see the labels of what was read elsewhere (unseen: %s)',
    { timeout: LIMIT_MS },
    async (unseen) => {
      place = await freshPlace(kind);
      const rules: PolicyRule[] = [
        { name: 'no-private', match: { server: ['web'] }, when: "'private' in flow", effect: 'deny' },
        { name: 'all', match: { server: ['*'] }, effect: 'allow' },
      ];
      const flow = { ...FLOW, spec: { ...FLOW.spec, unseen } };
      const first = await gateway('first', [...OBJECTS.slice(0, -1), policyObject('all', rules), flow]);
      expect((await call(first, 'crm')).type).toBe('result');
      const second = await next(kind, first);
      expect(await call(second, 'web')).toMatchObject({ type: 'denied', code: 'denied_by_rule', rule: 'all/no-private' });
    },
  );

  it('private data and the words of strangers read elsewhere are held as mixed, with unseen: allow', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const flow = { ...FLOW, spec: flowSpec.parse({ scope: 'agent', mixed: 'hold', unseen: 'allow' }) };
    const first = await gateway('first', [...OBJECTS, flow]);
    expect((await call(first, 'crm')).type).toBe('result');
    expect((await call(first, 'mail')).type).toBe('result');
    const second = await next(kind, first);
    expect(await call(second, 'web')).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'flow/mixed' });
  });

  it('a gateway whose clock is a day off knows and is known like any other', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const late: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() - DAY_MS, monotonicMs: () => systemClock.monotonicMs() };
    const first = await gateway('first', [...OBJECTS, FLOW], late);
    expect((await call(first, 'crm')).type).toBe('result');
    const second = await next(kind, first);
    expect(await call(second, 'web')).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'flow/unseen' });
  });

  it('a fact is noted again when either clock says that it is time, and not before', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const shift = { wall: 0, monotonic: 0 };
    const clock: Clock = {
      ...systemClock,
      nowMs: () => systemClock.nowMs() + shift.wall,
      monotonicMs: () => systemClock.monotonicMs() + shift.monotonic,
    };
    const long = { ...FLOW, spec: { ...FLOW.spec, windowSeconds: 86_400 } };
    const h = await gateway('first', [...OBJECTS, long], clock);
    const noted = async (): Promise<number> => {
      notes = 0;
      expect((await call(h, 'crm')).type).toBe('result');
      return notes;
    };
    expect([await noted(), await noted()]).toEqual([1, 0]);
    // A machine that slept: its monotonic clock stood still.
    shift.wall += DAY_MS;
    expect([await noted(), await noted()]).toEqual([1, 0]);
    shift.wall -= 2 * DAY_MS;
    expect(await noted()).toBe(0);
    shift.monotonic += DAY_MS;
    expect([await noted(), await noted()]).toEqual([1, 0]);
  });

  it('who read from more sources than are told apart may have read anything', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const h = await gateway('first', [...OBJECTS, FLOW]);
    await readFromAll(h);
    const held = await call(h, 'web');
    expect(held).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'flow/unseen' });
    if (held.type === 'denied') expect(held.message).toContain('What was read from more sources than are told apart');
  });

  it('… of any label, for policies as well', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const rules: PolicyRule[] = [
      { name: 'no-patients', match: { server: ['web'] }, when: "'patient' in flow", effect: 'deny' },
      { name: 'all', match: { server: ['*'] }, effect: 'allow' },
    ];
    const ward = httpServer('ward', URL_OF, { data: { labels: ['patient'], sink: 'internal', untrusted: false } });
    const flow = { ...FLOW, spec: { ...FLOW.spec, unseen: 'allow' as const } };
    const h = await gateway('first', [...OBJECTS.slice(0, -1), ward, policyObject('all', rules), flow]);
    await readFromAll(h);
    expect(await call(h, 'web')).toMatchObject({ type: 'denied', code: 'denied_by_rule', rule: 'all/no-patients' });
  });

  it('what is noted for an agent is noted anew for the next one of its name', { timeout: LIMIT_MS }, async () => {
    place = await freshPlace(kind);
    const h = await gateway('first', [...OBJECTS, FLOW]);
    expect((await call(h, 'crm')).type).toBe('result');
    expect(await rows(h)).toHaveLength(1);
    const change = (document: StoredObject | undefined) =>
      h.core.store.objects.write(h.org, [{ kind: 'agent', name: 'robot', document, expectedRevision: undefined }], 'tester', 1, {
        content: objectContent({ timeMs: 1, author: 'tester', changes: [] }),
        callId: undefined,
        payloads: [],
      });
    await change(undefined);
    expect(await rows(h)).toEqual([]);
    const made = await change(agentObject('robot'));
    if (!('revision' in made)) throw new Error('not written');
    await h.control.atLeast(h.org, Number(made.revision));
    expect((await call(h, 'crm')).type).toBe('result');
    expect(await rows(h)).toHaveLength(1);
  });
});
