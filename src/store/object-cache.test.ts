// Reading what changed gives what reading everything gives, whatever was written and deleted in between.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredObject } from '../object/kinds.ts';
import { ObjectCache, type ObjectDelta, SINCE_EVER } from './object-cache.ts';

const change = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), deletes: fc.boolean() });
const step = fc.record({ changes: fc.array(change, { maxLength: 4 }), loads: fc.boolean() });

/** A table of objects at its revision. */
class Table {
  revision = 0;
  readonly rows = new Map<string, StoredObject>();
  reads: number[] = [];
  /** The revision of each deletion. */
  readonly deletions: { revision: number; kind: string; name: string }[] = [];

  write(changes: readonly { name: string; deletes: boolean }[]): void {
    this.revision++;
    for (const { name, deletes } of changes) {
      if (deletes && this.rows.delete(name)) this.deletions.push({ revision: this.revision, kind: 'agent', name });
      else if (!deletes)
        this.rows.set(name, { kind: 'agent', metadata: { name }, spec: {}, revision: this.revision } as unknown as StoredObject);
    }
  }

  read = async (since: number): Promise<ObjectDelta> => {
    this.reads.push(since);
    const all = [...this.rows.values()];
    return {
      revision: this.revision,
      total: all.length,
      changed: all.filter(({ revision = 0 }) => revision > since),
      deleted: this.deletions.filter(({ revision }) => revision > since),
    };
  };
}

test('is the same as reading all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const table = new Table();
      const cache = new ObjectCache();
      for (const { changes, loads } of steps) {
        if (changes.length > 0) table.write(changes);
        if (!loads) continue;
        const expected = [...table.rows.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
        expect(await cache.load('acme', table.read)).toEqual({ org: 'acme', revision: table.revision, objects: expected });
      }
    }),
  );
});

test('reads everything once, then what changed, also after deletions', async () => {
  const table = new Table();
  const cache = new ObjectCache();
  table.write([{ name: 'a', deletes: false }]);
  const first = await cache.load('acme', table.read);
  expect(await cache.load('acme', table.read)).toBe(first);
  table.write([{ name: 'b', deletes: false }]);
  const second = await cache.load('acme', table.read);
  expect(second.objects[0]).toBe(first.objects[0]);
  table.write([{ name: 'a', deletes: true }]);
  await cache.load('acme', table.read);
  table.write([{ name: 'b', deletes: true }]);
  table.write([{ name: 'b', deletes: false }]);
  const last = await cache.load('acme', table.read);
  expect(last.objects.map(({ metadata, revision }) => [metadata.name, revision])).toEqual([['b', 5]]);
  expect(table.reads).toEqual([SINCE_EVER, 1, 1, 2, 3]);
});

test('reads everything again when it is not told what was deleted', async () => {
  const table = new Table();
  const cache = new ObjectCache();
  table.write(['a', 'b'].map((name) => ({ name, deletes: false })));
  await cache.load('acme', table.read);
  table.write([{ name: 'a', deletes: true }]);
  table.deletions.length = 0;
  expect((await cache.load('acme', table.read)).objects.map(({ metadata }) => metadata.name)).toEqual(['b']);
  expect(table.reads).toEqual([SINCE_EVER, 1, SINCE_EVER]);
});

test('a database that was put back to an earlier state is read whole', async () => {
  const table = new Table();
  const cache = new ObjectCache();
  for (const name of ['a', 'b']) table.write([{ name, deletes: false }]);
  await cache.load('acme', table.read);
  const earlier = new Table();
  earlier.write([{ name: 'z', deletes: false }]);
  expect((await cache.load('acme', earlier.read)).objects.map(({ metadata }) => metadata.name)).toEqual(['z']);
});

test('organizations do not mix', async () => {
  const cache = new ObjectCache();
  const [one, other] = [new Table(), new Table()];
  one.write([{ name: 'a', deletes: false }]);
  expect((await cache.load('one', one.read)).objects).toHaveLength(1);
  expect((await cache.load('other', other.read)).objects).toHaveLength(0);
});
