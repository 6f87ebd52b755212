// What a file of a pack may be called: nothing that leads out of its directory.
import { describe, expect, it } from 'vitest';
import { PACK_FILE_NAME } from './pack.ts';

describe('names of files in a pack', () => {
  it.each(['index.html', 'pack.json', 'checkpoint.txt', 'proofs/entries-1.json', 'proofs/call-12.json'])('takes %s', (name) => {
    expect(PACK_FILE_NAME.test(name)).toBe(true);
  });

  it.each([
    '',
    '../x.json',
    '/etc/x.json',
    'a/b/c.json',
    './x.json',
    'x.sh',
    'a\\b.json',
    'x.json\n',
    '..json',
    'C:x.json',
    'X.JSON',
    `${'a'.repeat(65)}.json`,
  ])('refuses %j', (name) => {
    expect(PACK_FILE_NAME.test(name)).toBe(false);
  });
});
