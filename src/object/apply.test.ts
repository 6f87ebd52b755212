// The use cases that change objects, over a real SQLite store: one transaction, one log entry, nothing lost between two writers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { objectContent } from '../audit/entry.ts';
import { systemClock } from '../lib/clock.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import { applyChanges, deleteObject, findObject, type ObjectContext, objectHistory, rollbackObject } from './apply.ts';
import type { Kind } from './kinds.ts';
import { type ObjectDraft, parseObjects } from './parse.ts';
import { buildView } from './snapshot.ts';

const ORG = 'acme';
let dir: string;
let store: Store;
let context: ObjectContext;
let failing = false;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-object-'));
  failing = false;
  store = await openSqliteStore({ dataDir: dir, failWrite: () => failing });
  await store.objects.createOrganization(ORG);
  context = {
    store: store.objects,
    clock: systemClock,
    sealer: () => ({
      seal: (name, value) => `box ${name} ${value.length}`,
      matches: (name, sealed, value) => sealed === `box ${name} ${value.length}`,
    }),
    entry: (_org, author, timeMs, changes) => ({
      content: objectContent({
        timeMs,
        author,
        changes: changes.map(({ kind, name, change }) => ({ kind, name, action: change === 'deleted' ? 'delete' : 'write' })),
      }),
      callId: undefined,
      payloads: [],
    }),
  };
});
afterEach(async () => {
  await store.lifecycle.close();
  await rm(dir, { recursive: true, force: true });
});

const draft = (text: string): ObjectDraft[] => {
  const { objects, errors } = parseObjects(text, 'test');
  expect(errors).toEqual([]);
  return objects.map((one) => one.object);
};
const agent = (name: string, owner: string, revision?: number) =>
  draft(`kind: agent\nmetadata: {name: ${name}}\nspec: {owner: ${owner}}\n${revision === undefined ? '' : `revision: ${revision}\n`}`);
const apply = (put: ObjectDraft[], more: object = {}) => applyChanges(context, ORG, { put }, { author: 'me', ...more });
const load = async () => buildView(await store.objects.load(ORG));
const entries = async () => (await store.log.head(ORG)).seq;

describe('applyChanges', () => {
  it('writes objects and their entry together, and nothing when nothing changes', async () => {
    expect(await apply([...agent('a', 'x'), ...agent('b', 'y')])).toMatchObject({ type: 'applied', revision: 1 });
    expect(await entries()).toBe(1);
    expect(await apply(agent('a', 'x'))).toMatchObject({ type: 'applied', revision: 1, changes: [{ change: 'unchanged' }] });
    expect(await entries()).toBe(1);
    expect((await load()).agents().map((one) => one.metadata.name)).toEqual(['a', 'b']);
  });

  it('writes nothing on a dry run, on a problem, or against the guard', async () => {
    expect(await apply(agent('a', 'x'), { dryRun: true })).toMatchObject({
      type: 'applied',
      dryRun: true,
      changes: [{ change: 'created' }],
    });
    const orphan = draft(
      `kind: token\nmetadata: {name: t}\nspec: {agent: nobody, hash: ${'a'.repeat(64)}, hint: sp_, createdAt: 2026-01-01T00:00:00Z}`,
    );
    expect(await apply([...agent('a', 'x'), ...orphan])).toMatchObject({ type: 'refused', problems: [{ object: 'token/t' }] });
    expect(await apply(agent('a', 'x'), { guard: () => 'no' })).toMatchObject({
      type: 'refused',
      forbidden: true,
      problems: [{ object: 'agent/a', message: 'no' }],
    });
    expect(await entries()).toBe(0);
  });

  it('writes nothing that could not be read again: one such object would keep every other from being read', async () => {
    const odd = { kind: 'freeze', metadata: { name: 'Bad Name' }, spec: { scope: { everyone: true }, reason: 'x' } } as ObjectDraft;
    const wrong = { kind: 'freeze', metadata: { name: 'f' }, spec: { scope: { nobody: true }, reason: 'x' } } as unknown as ObjectDraft;
    for (const [object, message] of [
      [odd, '"Bad Name" is no name'],
      [wrong, 'spec.scope'],
    ] as const)
      expect(await apply([...agent('a', 'x'), object])).toMatchObject({
        type: 'refused',
        problems: [{ object: `freeze/${object.metadata.name}`, message: expect.stringContaining(message) }],
      });
    expect(await entries()).toBe(0);
    expect((await load()).all()).toEqual([]);
  });

  it('never overwrites what somebody changed after the revision that was given', async () => {
    await apply(agent('a', 'first'));
    await apply(agent('a', 'second', 1));
    expect(await apply(agent('a', 'third', 1))).toEqual({ type: 'conflict', object: 'agent/a', currentRevision: 2 });
    expect(await apply(agent('a', 'second', 1))).toMatchObject({ type: 'conflict' }); // even when the outcome would be the same
    expect(await apply(agent('a', 'x', 0), { dryRun: true })).toMatchObject({ type: 'conflict' });
    expect((await load()).agent('a')?.spec.owner).toBe('second');
  });

  it('lets writers of different objects, and of one object, all through', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, (_, i) => apply(agent(i % 2 ? 'shared' : `own-${i}`, `w${i}`))));
    const conflicts = results.filter(({ type }) => type === 'conflict');
    expect(results.filter(({ type }) => type === 'applied').length + conflicts.length).toBe(12);
    const view = await load();
    expect(view.agents().length).toBe(7);
    expect(view.revision).toBe(12 - conflicts.length);
    expect(await entries()).toBe(12 - conflicts.length);
  });

  it('fails as a whole when the store does', async () => {
    failing = true;
    await expect(apply([...agent('a', 'x'), ...agent('b', 'y')])).rejects.toMatchObject({ name: 'GatewayError' });
    failing = false;
    expect((await load()).agents()).toEqual([]);
    expect(await entries()).toBe(0);
  });

  it('prunes only the kinds it was told to', async () => {
    await apply([...agent('a', 'x'), ...agent('b', 'y'), ...draft('kind: policy\nmetadata: {name: p}\nspec: {rules: []}')]);
    const result = await applyChanges(context, ORG, { put: agent('b', 'y'), prune: ['agent'] as Kind[] }, { author: 'me' });
    expect(result).toMatchObject({
      changes: [
        { name: 'b', change: 'unchanged' },
        { name: 'a', change: 'deleted' },
      ],
    });
    expect((await load()).policies()).toHaveLength(1);
  });
});

describe('rollbackObject', () => {
  const roll = (kind: Kind, name: string, to: number) => rollbackObject(context, ORG, { kind, name, to }, { author: 'me' });

  it('writes an older version as a new revision, a deletion included', async () => {
    await apply(agent('a', 'first'));
    await apply(agent('a', 'second'));
    await deleteObject(context, ORG, { kind: 'agent', name: 'a' }, { author: 'me' });
    expect(await roll('agent', 'a', 1)).toMatchObject({ type: 'applied', revision: 4 });
    expect((await load()).agent('a')?.spec.owner).toBe('first');
    expect(await roll('agent', 'a', 3)).toMatchObject({ type: 'applied', changes: [{ change: 'deleted' }] });
    const versions = await objectHistory(context, ORG, 'agent', 'a', 10);
    expect(versions.map(({ revision, document }) => [revision, document !== undefined])).toEqual([
      [5, false],
      [4, true],
      [3, false],
      [2, true],
      [1, true],
    ]);
  });

  it('names the revisions there are, and refuses tokens and operators', async () => {
    await apply(agent('a', 'first'));
    expect(await roll('agent', 'a', 9)).toEqual({ type: 'unknown_revision', object: 'agent/a', to: 9, revisions: [1] });
    expect(await roll('token', 't', 1)).toMatchObject({ type: 'refused' });
    expect(await roll('operator', 'o', 1)).toMatchObject({ type: 'refused' });
  });
});

describe('findObject', () => {
  it('names the nearest one when there is none', async () => {
    await apply(agent('robot', 'x'));
    expect(findObject(await load(), 'agent', 'robto')).toEqual({
      type: 'missing',
      message: 'There is no agent/robto. Did you mean "robot"?',
    });
  });
});
