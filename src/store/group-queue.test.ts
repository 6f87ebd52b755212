// Group commit without a database: what shares a commit, what is refused, what a broken commit answers.
import { describe, expect, it, vi } from 'vitest';
import {
  BUSY_WRITES,
  ENOUGH_WRITES,
  GroupQueue,
  MAX_GATHER_TURNS,
  MAX_GROUP_ENTRIES,
  MAX_QUEUED_BYTES,
  MAX_QUEUED_ENTRIES,
  type Result,
} from './group-queue.ts';

/** A queue over a commit that waits until it is let go. */
function gated() {
  const groups: number[][] = [];
  let release: () => void = () => {};
  const queue = new GroupQueue<number, number>(async (jobs) => {
    groups.push(jobs);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return jobs.map((job): Result<number> => ({ value: job }));
  }, undefined);
  const submit = (job: number, entries = 1, bytes = 0): Promise<number> => queue.submit({ job, entries, bytes });
  const begun = (count: number): Promise<void> => vi.waitFor(() => expect(groups).toHaveLength(count), { timeout: 60_000 });
  return { queue, groups, submit, begun, letGo: () => release() };
}

describe('GroupQueue', () => {
  it('commits what one turn submitted together, and what came meanwhile as the next group', async () => {
    const { groups, submit, begun, letGo } = gated();
    const first = [submit(1), submit(2)];
    await begun(1);
    const second = [submit(3), submit(4)];
    expect(groups).toEqual([[1, 2]]);
    letGo();
    expect(await Promise.all(first)).toEqual([1, 2]);
    await begun(2);
    letGo();
    expect(await Promise.all(second)).toEqual([3, 4]);
    expect(groups).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('waits while every turn brings more, but not for long and not for many', async () => {
    const firstGroup = async (perTurn: number, turns: number): Promise<number> => {
      const groups: number[] = [];
      let left = turns;
      const all: Promise<number>[] = [];
      const arrive = (): void => {
        if (left-- > 0) for (let n = 0; n < perTurn; n++) all.push(queue.submit({ job: n, entries: 1, bytes: 0 }));
      };
      const commit = async (jobs: number[]): Promise<Result<number>[]> => {
        groups.push(jobs.length);
        return jobs.map((value) => ({ value }));
      };
      const queue = new GroupQueue<number, number>(commit, undefined, () => Promise.resolve().then(arrive));
      arrive();
      await Promise.all(all);
      await queue.close();
      return groups[0] ?? 0;
    };
    expect(await firstGroup(1, 1)).toBe(1);
    expect(await firstGroup(1, 3)).toBe(3);
    expect(await firstGroup(1, 20)).toBe(1 + MAX_GATHER_TURNS);
    expect(await firstGroup(ENOUGH_WRITES, 20)).toBe(2 * ENOUGH_WRITES);
    expect(await firstGroup(ENOUGH_WRITES / 2, 20)).toBe(ENOUGH_WRITES);
  });

  it('waits for one turn that brings nothing after a large group, and for none after a small one', async () => {
    const groupsAfter = async (first: number): Promise<number[]> => {
      const groups: number[] = [];
      const all: Promise<number>[] = [];
      const submit = (count: number): void => {
        for (let n = 0; n < count; n++) all.push(queue.submit({ job: n, entries: 1, bytes: 0 }));
      };
      /** Writes that arrive in each turn from the first commit on. */
      const arriving = [0, 1, 0, 2, 0, 0];
      const queue = new GroupQueue<number, number>(
        async (jobs) => {
          groups.push(jobs.length);
          // The first of those who come back arrives while the others are answered.
          if (groups.length === 1) submit(1);
          return jobs.map((value) => ({ value }));
        },
        undefined,
        async () => {
          if (groups.length > 0) submit(arriving.shift() ?? 0);
        },
      );
      submit(first);
      for (const one of all) await one;
      await queue.close();
      return groups;
    };
    expect(await groupsAfter(BUSY_WRITES)).toEqual([BUSY_WRITES, 4]);
    expect(await groupsAfter(BUSY_WRITES - 1)).toEqual([BUSY_WRITES - 1, 1]);
  });

  it('bounds a group by entries, but lets one large write through alone', async () => {
    const { groups, submit, begun, letGo } = gated();
    const all = [submit(1), submit(2, MAX_GROUP_ENTRIES), submit(3, MAX_GROUP_ENTRIES + 1), submit(4)];
    for (let count = 1; count <= 4; count++) {
      await begun(count);
      letGo();
    }
    await Promise.all(all);
    expect(groups).toEqual([[1], [2], [3], [4]]);
  });

  it('refuses at the limit of entries and of bytes, and takes again when there is room', async () => {
    const { submit, begun, letGo } = gated();
    const running = submit(0);
    await begun(1);
    const full = submit(1, MAX_QUEUED_ENTRIES, MAX_QUEUED_BYTES);
    await expect(submit(2)).rejects.toMatchObject({ code: 'log_unavailable' });
    await expect(submit(2, 0, 1)).rejects.toMatchObject({ code: 'log_unavailable' });
    letGo();
    await running;
    await begun(2);
    const next = submit(3);
    letGo();
    await full;
    await begun(3);
    letGo();
    expect(await next).toBe(3);
  });

  it('fails the whole group when its commit breaks, and goes on', async () => {
    let broken = true;
    const queue = new GroupQueue<number, number>(async (jobs) => {
      if (broken) throw new Error('disk full at /secret/path');
      return jobs.map((value) => ({ value }));
    }, undefined);
    const failed = await Promise.allSettled([1, 2].map((job) => queue.submit({ job, entries: 1, bytes: 0 })));
    for (const result of failed) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'log_unavailable', detail: 'disk full at /secret/path' } });
      expect(String((result as PromiseRejectedResult).reason.message)).not.toContain('/secret');
    }
    broken = false;
    expect(await queue.submit({ job: 3, entries: 1, bytes: 0 })).toBe(3);
  });

  it('makes of a result, and of every kind of failure, what it was asked to', async () => {
    const broken = new Error('disk');
    let isBroken = false;
    const commit = async (jobs: number[]): Promise<Result<number>[]> => {
      if (isBroken) throw broken;
      return jobs.map((value) => ({ value }));
    };
    const faults: (boolean | 'after')[] = [false, false, true, 'after', false, false];
    const queue = new GroupQueue<number, number>(commit, () => faults.shift() ?? false);
    const submit = (entries = 1, failed = (error: unknown) => `failed: ${(error as { detail?: string }).detail}`): Promise<string> =>
      queue.submit({ job: 7, entries, bytes: 0 }, (value) => `read ${value}`, failed);
    expect(await submit()).toBe('read 7');
    const thrown = queue.submit({ job: 7, entries: 1, bytes: 0 }, () => {
      throw new Error('cannot be read');
    });
    await expect(thrown).rejects.toThrow('cannot be read');
    expect(await submit()).toBe('failed: injected failure');
    expect(await submit()).toBe('failed: injected failure after the commit');
    isBroken = true;
    expect(await submit()).toBe('failed: disk');
    const raise = (error: unknown): never => {
      throw error;
    };
    await expect(submit(1, raise)).rejects.toMatchObject({ code: 'log_unavailable', detail: 'disk' });
    expect(await submit(MAX_QUEUED_ENTRIES + 1)).toMatch(/^failed: \d+ entries are waiting$/);
    await queue.close();
    expect(await submit()).toBe('failed: the store is closed');
  });

  it('answers what it accepted before it closes, and nothing after', async () => {
    const { queue, submit, begun, letGo } = gated();
    const accepted = submit(1);
    await begun(1);
    const closed = queue.close();
    await expect(submit(2)).rejects.toMatchObject({ code: 'log_unavailable' });
    letGo();
    await closed;
    expect(await accepted).toBe(1);
  });
});
