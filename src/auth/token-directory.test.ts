// One look-up over all organizations; what two of them claim belongs to neither.
import { expect, test } from 'vitest';
import { TokenDirectory } from './token-directory.ts';

test('finds the organization of a token, and follows what the organization has', () => {
  const directory = new TokenDirectory();
  expect(directory.replace('a', ['1', '2'])).toEqual([]);
  directory.replace('b', ['3']);
  expect(['1', '2', '3', '4'].map((hash) => directory.ownerOf(hash))).toEqual(['a', 'a', 'b', undefined]);
  directory.replace('a', ['2']);
  expect(directory.ownerOf('1')).toBeUndefined();
  expect(directory.size).toBe(2);
});

test('a hash that two organizations claim belongs to neither, until one of them lets go', () => {
  const directory = new TokenDirectory();
  directory.replace('a', ['x']);
  expect(directory.replace('b', ['x'])).toEqual(['x']);
  expect(directory.replace('c', ['x', 'x'])).toEqual(['x']);
  expect(directory.ownerOf('x')).toBeUndefined();
  directory.replace('b', []);
  expect(directory.ownerOf('x')).toBeUndefined();
  directory.replace('c', []);
  expect(directory.ownerOf('x')).toBe('a');
});
