// CSV that every reader reads back, and that no spreadsheet runs.
import { expect, it } from 'vitest';
import { csvText } from './csv-text.ts';

it('quotes what needs it and disarms formulas', () => {
  const rows = [['a,b', 'say "hi"', 'line\nend', 1, null, '-5.20', '=cmd|x', '@sum', '+1+2', '-1+2']];
  expect(csvText(rows)).toBe(`"a,b","say ""hi""","line\nend",1,,-5.20,'=cmd|x,'@sum,'+1+2,'-1+2\r\n`);
});
