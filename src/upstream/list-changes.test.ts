// Storms of list changes: told at once, then together, never lost, and never one listener's failure another's.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COALESCE_MS, ListChanges } from './list-changes.ts';

describe('ListChanges', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells the first change at once and a storm once per interval, the last change included', () => {
    const told: string[] = [];
    const changes = new ListChanges(() => {});
    changes.listen((...change) => told.push(change.join(' ')));
    for (let i = 0; i < 1_000; i++) changes.note('o', 's', 'tools');
    expect(told).toEqual(['o s tools']);
    vi.advanceTimersByTime(COALESCE_MS);
    expect(told).toHaveLength(2);
    vi.advanceTimersByTime(COALESCE_MS * 3);
    expect(told).toHaveLength(2);
    changes.note('o', 's', 'tools');
    expect(told).toHaveLength(3);
  });

  it('keeps servers, organizations and kinds apart', () => {
    const told: string[] = [];
    const changes = new ListChanges(() => {});
    changes.listen((...change) => told.push(change.join(' ')));
    for (const [org, server] of [
      ['o', 's'],
      ['p', 's'],
      ['o', 't'],
    ] as const)
      for (const what of ['tools', 'prompts'] as const) changes.note(org, server, what);
    expect(told).toHaveLength(6);
  });

  it('survives a listener that throws, and forgets one that left', () => {
    const failures: unknown[] = [];
    const told: string[] = [];
    const changes = new ListChanges((error) => failures.push(error));
    changes.listen(() => {
      throw new Error('broken');
    });
    const leave = changes.listen(() => told.push('x'));
    changes.note('o', 's', 'tools');
    leave();
    changes.note('o', 's', 'prompts');
    expect([told.length, failures.length]).toEqual([1, 2]);
  });
});
