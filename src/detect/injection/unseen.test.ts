// How the detectors do on wording that nobody trained on or tuned on (test/cases/injection/unseen-*.txt): honest texts stay alone, and what is caught does
// not become less. The bounds are what was reached, not what is wanted: docs/injection.md has the figures of first sight.
import { describe, expect, it } from 'vitest';
import { type Unseen, unseenDefinitions, unseenResults } from '../../../test/support/unseen-injection.ts';
import { definitionScore } from './definition.ts';
import { COUNTS } from './finding.ts';
import { injectionScore } from './passage.ts';

const share = (items: readonly Unseen[], score: (one: Unseen) => number): number =>
  items.filter((one) => score(one) >= COUNTS).length / items.length;

describe.each([
  ['definitions', unseenDefinitions(), (one: Unseen) => definitionScore(one.definition ?? {}), 0.76, 50],
  ['results', unseenResults(), (one: Unseen) => injectionScore(one.text ?? ''), 0.64, 50],
] as const)('%s', (_name, items, score, leastRecall, count) => {
  const attacks = items.filter(({ isAttack }) => isAttack);
  const honest = items.filter(({ isAttack }) => !isAttack);

  it('are all there', () => {
    expect(attacks.length).toBe(count);
    expect(honest.length).toBeGreaterThan(count);
  });

  it('honest ones stay alone, and attacks are found as often as before', () => {
    expect(share(honest, score)).toBeLessThanOrEqual(0.02);
    expect(share(attacks, score)).toBeGreaterThanOrEqual(leastRecall);
  });
});
