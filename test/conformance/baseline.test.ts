// Baseline files of the conformance run: every line has a reason, none is ambiguous, and same-era legs have none.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseBaseline, readBaseline, suiteBaseline } from './baseline.ts';
import { legs } from './leg.ts';

describe('parseBaseline', () => {
  it('reads scenario and check', () => {
    const entries = parseBaseline('- { fails: "a:b:c", reason: x }\n- { fails: d, reason: y }', 'f');
    expect(entries).toEqual([
      { scenario: 'a', check: 'b:c', reason: 'x' },
      { scenario: 'd', check: undefined, reason: 'y' },
    ]);
    expect(suiteBaseline(entries, 'server')).toBe('server:\n  - "a:b:c"\n  - "d"\n');
  });

  it.each([
    ['- { fails: a }', 'no reason'],
    ['- { fails: a, reason: " " }', 'no reason'],
    ['- { reason: x }', 'must name'],
    ['- a', 'must name'],
    ['- { fails: a, reason: x, until: y }', 'unknown key until'],
    ['a: b', 'a list is expected'],
    ['- { fails: a, reason: x }\n- { fails: "a:b", reason: y }', 'covered twice'],
    ['- { fails: a, reason: x }\n- { fails: a, reason: y }', 'covered twice'],
  ])('refuses %j', (text, message) => {
    expect(() => parseBaseline(text, 'f')).toThrow(message);
  });
});

describe('checked-in baselines', () => {
  const names = readdirSync(fileURLToPath(new URL('./baseline/', import.meta.url))).map((file) => file.replace(/\.yaml$/, ''));

  it('belong to legs', () => {
    for (const name of names) expect(legs.map((leg) => leg.name)).toContain(name);
    for (const name of names) expect(readBaseline(name).length).toBeGreaterThan(0);
  });

  it.each(['L-L', 'M-M', 'tasks-M-M'])('do not exist for %s', (name) => {
    expect(names).not.toContain(name);
  });
});
