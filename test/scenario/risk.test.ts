// Risk through the whole table on real stores: scores and parts in the entries, a history that survives a restart and follows other gateways,
// and a backtest that tells the same scores as the gateway did.
import { afterEach, expect, it, vi } from 'vitest';
import { riskSpec } from '../../src/object/kind/risk.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { backtest } from '../../src/risk/backtest.ts';
import { factsOf } from '../../src/risk/facts.ts';
import { callOf, type Harness, type HarnessOptions, harness } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, STORES } from '../support/store-kind.ts';

const reader = tokenObject('reader', 'reader');
const base: StoredObject[] = [
  agentObject('reader'),
  reader.object,
  httpServer('notes', 'http://127.0.0.1:9/mcp', { risk: 'high' }),
  policyObject('reads', [{ name: 'reads', match: { server: ['notes'], tool: ['read_*'] }, effect: 'allow' }]),
];

let opened: Harness[] = [];
afterEach(async () => {
  for (const one of opened.reverse()) await one.close();
  opened = [];
});

async function open(options: HarnessOptions): Promise<Harness> {
  const one = await harness(options);
  opened.push(one);
  return one;
}

function read(h: Harness, id: number) {
  return h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'read_note', arguments: { id } } }));
}

const scores = async (h: Harness) =>
  (await h.entries()).flatMap(({ content }) => (content.type === 'decision' && content.risk ? [content.risk as { score: number }] : []));

const subject = { agent: 'reader', server: 'notes', tool: 'read_note', amounts: new Map([['/id', 5]]) };

it('without a profile nothing is scored and nothing is remembered', async () => {
  const h = await open({ objects: base });
  await read(h, 1);
  await h.histories.settled();
  expect(await scores(h)).toEqual([]);
  expect(h.histories.of(h.org)).toBeUndefined();
});

it('score and parts stand in the entry, and what becomes usual scores lower', async () => {
  const h = await open({ objects: [...base, profile()] });
  await h.histories.settled();
  for (let id = 1; id <= 30; id++) await read(h, 1 + (id % 10));
  const found = await scores(h);
  expect(found).toHaveLength(30);
  expect(found[0]).toMatchObject({ parts: { intent: expect.any(Number), novelty: expect.any(Number), target: 70 } });
  expect(found[29]?.score).toBeLessThan(found[0]?.score ?? 0);
  await read(h, 1_000_000);
  expect((await scores(h)).at(-1)?.score).toBeGreaterThan(found[29]?.score ?? 100);
});

it('bands of a profile hold and deny what the rules allow, and never let anything through', async () => {
  const h = await open({ objects: [...base, profile({ bands: { hold: 1 } })] });
  await h.histories.settled();
  expect(await read(h, 1)).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'risk/default' });
  await h.control.atLeast(h.org, await h.seed(profile({ bands: { deny: 1 } })));
  expect(await read(h, 1)).toMatchObject({ type: 'denied', code: 'denied_by_rule', rule: 'risk/default' });
  expect(h.sent.map(({ method }) => method)).not.toContain('tools/call');
  await h.control.atLeast(h.org, await h.seed(profile({ bands: { log: 1 } })));
  expect(await read(h, 1)).toMatchObject({ type: 'result' });
  const write = callOf('tools/call', { bearer: reader.token, params: { name: 'write_note', arguments: {} } });
  expect(await h.pipeline.run(write)).toMatchObject({ type: 'denied', code: 'no_rule_allows' });
});

it('rules use the score and the facts of the history', async () => {
  const rules: StoredObject<'policy'>['spec']['rules'] = [
    { name: 'first-use', match: { tool: ['read_*'] }, when: 'facts.tool.first_use', effect: 'deny' },
    { name: 'reads', match: { tool: ['read_*'] }, effect: 'allow' },
  ];
  const h = await open({ objects: [...base.slice(0, 3), policyObject('facts', rules)] });
  await h.histories.settled();
  expect(await read(h, 1)).toMatchObject({ type: 'denied', rule: 'facts/first-use' });
});

it('refused calls are remembered as refused', async () => {
  const h = await open({ objects: [...base, profile()] });
  await h.histories.settled();
  await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'write_note', arguments: {} } }));
  const facts = factsOf(h.histories.of(h.org), { ...subject, nowMs: Date.now() });
  expect(facts).toMatchObject({ agent: { calls: 0, refused_last_hour: 1 } });
});

it.each(STORES)('the history survives a restart on %s, and what was not kept is read from the log', async (kind) => {
  const place = await freshPlace(kind);
  try {
    const { dataDir, databaseUrl } = place;
    const at = { dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
    const first = await harness({ ...at, objects: [...base, profile()] });
    await first.histories.settled();
    for (let id = 1; id <= 5; id++) await read(first, id);
    await first.histories.keep();
    for (let id = 6; id <= 8; id++) await read(first, id);
    const before = await first.core.store.histories.loadHistory(first.org);
    // As after a crash: nothing more is kept.
    await first.core.store.histories.saveHistory(first.org, { ...(before as NonNullable<typeof before>), seq: 0 });
    const facts = factsOf(first.histories.of(first.org), { ...subject, nowMs: Date.now() });
    expect(before?.seq).toBeGreaterThan(0);
    await first.core.store.lifecycle.close();
    const second = await harness(at);
    try {
      await second.histories.settled();
      const after = factsOf(second.histories.of(second.org), { ...subject, nowMs: Date.now() });
      expect(after).toMatchObject({ agent: { calls: 8 }, tool: { calls_by_agent: 8 }, amounts: { '/id': { count: 8, max: 8 } } });
      expect(after.amounts).toEqual(facts.amounts);
    } finally {
      await second.close();
    }
  } finally {
    await place.remove();
  }
});

it('what another gateway on the same database decides is remembered here too', async () => {
  const place = await freshPlace('postgres');
  try {
    const at = { dataDir: place.dataDir, databaseUrl: place.databaseUrl as string };
    const here = await harness({ ...at, objects: [...base, profile()] });
    const there = await harness(at);
    await here.histories.settled();
    for (let id = 1; id <= 4; id++) await read(there, id);
    await read(here, 5);
    await here.histories.settled();
    await here.histories.settled();
    expect(factsOf(here.histories.of(here.org), { ...subject, nowMs: Date.now() })).toMatchObject({ tool: { calls_by_agent: 5 } });
    await there.close();
    await here.close();
  } finally {
    await place.remove();
  }
});

it('what this gateway wrote itself is not read from the log again', async () => {
  const h = await open({ objects: [...base, profile()] });
  await read(h, 1);
  await h.histories.settled();
  for (let id = 2; id <= 5; id++) await read(h, id);
  await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'drop_note', arguments: {} } }));
  await h.pipeline.run(callOf('tools/list', { bearer: reader.token }));
  const { seq } = await h.core.store.log.head(h.org);
  const reads = vi.spyOn(h.core.store.log, 'read');
  await h.histories.settled();
  expect(reads.mock.calls.map(([{ fromSeq }]) => fromSeq)).toEqual([seq + 1]);
  expect(factsOf(h.histories.of(h.org), { ...subject, nowMs: Date.now() })).toMatchObject({ tool: { calls_by_agent: 5 } });
});

it('enabled later, it knows what happened before', async () => {
  const h = await open({ objects: base });
  for (let id = 1; id <= 3; id++) await read(h, id);
  await h.seed(profile());
  await h.control.atLeast(h.org, (await h.core.store.log.head(h.org)).revision);
  await h.histories.settled();
  expect(factsOf(h.histories.of(h.org), { ...subject, nowMs: Date.now() })).toMatchObject({ tool: { calls_by_agent: 3 } });
});

it('a backtest under the same profile tells the same scores, under another one others, and writes nothing', async () => {
  const h = await open({ objects: [...base, profile()] });
  await h.histories.settled();
  for (let id = 1; id <= 25; id++) await read(h, id === 25 ? 9_999 : id);
  const recorded = (await scores(h)).map(({ score }) => score);
  const head = await h.core.store.log.head(h.org);
  const same = await summary(h, profile());
  expect(same).toMatchObject({ calls: 25, scoredBefore: 25, withoutArguments: 0 });
  expect(Math.abs(same.meanAfter - recorded.reduce((sum, one) => sum + one, 0) / 25)).toBeLessThan(1);
  const strict = await summary(
    h,
    profile({ weights: { intent: 0, magnitude: 0, sensitivity: 0, novelty: 0, anomaly: 0, target: 1 }, bands: { deny: 60 } }),
  );
  expect(strict).toMatchObject({ calls: 25, bands: { deny: 25 }, meanAfter: 70 });
  expect(strict.examples[0]).toMatchObject({ agent: 'reader', server: 'notes', tool: 'read_note', after: 70, band: 'deny' });
  expect(await h.core.store.log.head(h.org)).toEqual(head);
});

it('a backtest of erased arguments says how many it could not judge', async () => {
  const h = await open({ objects: [...base, profile()] });
  for (let id = 1; id <= 3; id++) await read(h, id);
  const commitments = (await h.entries()).flatMap(({ content }) => (typeof content.arguments === 'string' ? [content.arguments] : []));
  await h.core.store.log.erasePayloads(h.org, commitments);
  expect(await summary(h, profile())).toMatchObject({ calls: 3, withoutArguments: 3 });
});

async function summary(h: Harness, ...profiles: StoredObject<'risk'>[]) {
  const view = h.control.current(h.org)?.view;
  const steps = backtest(
    {
      entries: h.core.store.log.read({ org: h.org }),
      argumentsOf: ({ arguments: commitment, seq }) =>
        commitment === undefined ? Promise.resolve(undefined) : h.core.log.value(h.org, commitment, seq),
      server: (name) => view?.server(name)?.spec,
      environmentOf: () => undefined,
    },
    profiles,
    0,
  );
  for await (const step of steps) if (step.type === 'summary') return step;
  throw new Error('no summary');
}

function profile(spec: object = {}): StoredObject<'risk'> {
  return { kind: 'risk', metadata: { name: 'default' }, spec: riskSpec.parse({ minHistory: 10, ...spec }) };
}
