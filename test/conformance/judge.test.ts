// The judge of the conformance run: what it must not let pass.

import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import type { ScenarioResult } from './suite.ts';

const result = (scenario: string, ...statuses: string[]): ScenarioResult => ({
  scenario,
  checks: statuses.map((status, index) => ({ id: `check-${index + 1}`, status })),
});
const entry = (scenario: string, check?: string) => ({ scenario, check, reason: 'known' });

describe('judge', () => {
  it('accepts success and skipped checks', () => {
    expect(judge([result('a', 'SUCCESS', 'INFO'), result('b', 'SKIPPED')], ['a', 'b'], [])).toEqual({
      passed: 1,
      failed: 0,
      surprises: [],
    });
  });

  it.each(['FAILURE', 'WARNING'])('reports an unexpected %s', (status) => {
    const { failed, surprises } = judge([result('a', 'SUCCESS', status)], ['a'], []);
    expect(failed).toBe(1);
    expect(surprises).toEqual([`a:check-2: ${status}`]);
  });

  it('excuses only the named check', () => {
    const { surprises } = judge([result('a', 'FAILURE', 'FAILURE')], ['a'], [entry('a', 'check-1')]);
    expect(surprises).toEqual(['a:check-2: FAILURE']);
  });

  it('excuses a whole scenario, also one that broke off without a result', () => {
    expect(judge([result('a', 'FAILURE', 'WARNING')], ['a', 'b'], [entry('a'), entry('b')]).surprises).toEqual([]);
  });

  it('reports a baseline line that does not fail any more', () => {
    const { surprises } = judge([result('a', 'SUCCESS')], ['a'], [entry('a'), entry('a', 'check-1'), entry('gone')]);
    expect(surprises).toHaveLength(3);
    expect(surprises[0]).toContain('remove the line');
  });

  it('reports a scenario that did not run or measured nothing', () => {
    const { surprises } = judge([result('a', 'INFO'), result('b')], ['a', 'b', 'c'], []);
    expect(surprises).toEqual(['c: did not run', 'a: measured nothing', 'b: measured nothing']);
  });
});
