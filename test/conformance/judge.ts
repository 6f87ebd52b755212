// Decides whether a leg went as expected. Stricter than the suite: unscored scenarios count, warnings count, a scenario that
// did not run or measured nothing is a surprise, and so is a baseline entry that no longer fails.

import type { BaselineEntry } from './baseline.ts';
import type { Check, ScenarioResult } from './suite.ts';

export interface Judgement {
  /** Checks that succeeded. */
  passed: number;
  /** Checks that failed or warned, expected or not. */
  failed: number;
  surprises: string[];
}

export function judge(results: readonly ScenarioResult[], expected: readonly string[], baseline: readonly BaselineEntry[]): Judgement {
  const surprises: string[] = [];
  const used = new Set<BaselineEntry>();
  for (const name of expected.filter((scenario) => !results.some((result) => result.scenario === scenario))) {
    const excuse = baseline.find((entry) => entry.scenario === name && !entry.check);
    if (excuse) used.add(excuse);
    else surprises.push(`${name}: did not run`);
  }
  for (const result of results) {
    if (!result.checks.some((check) => check.status !== 'INFO')) surprises.push(`${result.scenario}: measured nothing`);
    for (const check of result.checks.filter(isBad)) {
      const excuse = baseline.find((entry) => entry.scenario === result.scenario && (entry.check ?? check.id) === check.id);
      if (excuse) used.add(excuse);
      else surprises.push(`${result.scenario}:${check.id}: ${check.errorMessage ?? check.status}`);
    }
  }
  for (const entry of baseline) {
    if (!used.has(entry)) surprises.push(`${nameOf(entry)}: in the baseline but does not fail; remove the line`);
  }
  const checks = results.flatMap((result) => result.checks);
  return {
    passed: checks.filter((check) => check.status === 'SUCCESS').length,
    failed: checks.filter(isBad).length,
    surprises,
  };
}

function isBad(check: Check): boolean {
  return check.status === 'FAILURE' || check.status === 'WARNING';
}

function nameOf(entry: BaselineEntry): string {
  return entry.check ? `${entry.scenario}:${entry.check}` : entry.scenario;
}
