// docs/promises.md: every test that it names exists under that name in that file, so a promise whose test goes is noticed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/promises.md'), 'utf8');
/** A row of a table: the promise, and `file`: title. */
const ROW = /^\| (?<promise>.+?) \| `(?<file>[\w./-]+)`: (?<title>.+) \|$/;
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));
/** Fewer means that rows were lost. */
const LEAST_ROWS = 100;

test(`there are at least ${LEAST_ROWS} promises, and each row can be read`, () => {
  expect(rows.length).toBeGreaterThanOrEqual(LEAST_ROWS);
  expect(rows.filter((row) => !ROW.test(row))).toEqual([]);
});

test.each(rows.map((row) => ROW.exec(row)?.groups ?? {}))('$promise', ({ file = '', title = '' }) => {
  const source = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
  expect(source.includes(title), `${file} has no test "${title}"`).toBe(true);
});
