// Paths and addresses in conditions: what is refused says why, and what is read is read in one way only.
import { describe, expect, test } from 'vitest';
import { domainOf, domainWithin, MAX_PLACE_CHARS, pathWithin } from './place.ts';

const why = (work: () => unknown): string => {
  try {
    return `it is ${String(work())}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a path', () => {
  test.each([
    ['/a/../b', 'the path holds ".."'],
    ['/a/..  ', 'the path holds ".."'],
    ['/a/....', 'the path holds ".."'],
    ['/a/.  ', 'the path holds ".."'],
    ['/a/.. x', 'the path holds ".."'],
    ['..', 'the path holds ".."'],
    ['/a\u0001', 'the path holds control characters'],
    ['/a\u2028b', 'the path holds control characters'],
    ['/a%2Fb', 'the path holds encoded separators'],
    ['/a%25b', 'the path holds encoded separators'],
    ['file:/a', 'the path is a URI'],
    ['x+y:/a', 'the path is a URI'],
    ['~/a', 'the path starts with "~"'],
    ['C:a', 'the path is relative to a drive'],
    ['C:', 'the path is relative to a drive'],
    [`/${'a'.repeat(MAX_PLACE_CHARS)}`, `the path is longer than ${MAX_PLACE_CHARS} characters`],
  ])('%j is refused: %s', (path, message) => {
    expect(why(() => pathWithin(path, '/'))).toBe(message);
    expect(why(() => pathWithin('/', path))).toBe(message.replace('the path', 'the folder'));
  });

  test.each([
    ['/a/..b', '/a', true],
    ['/a/b..', '/a', true],
    ['/a/b.. c', '/a', true],
    ['/a/.b', '/a', true],
    ['/a/b. ', '/a', true],
    ['/a/b:c', '/a', true],
    ['/a/~b', '/a', true],
    ['/a/./b', '/a/b', true],
    ['/a/b', '/a/./b/.', true],
    ['//host/a', '/host', false],
    ['/host/a', '//host', false],
    ['x/C:/a', 'x', true],
    ['C:/a', 'D:/', false],
    ['/a', '/a/b', false],
    ['/a/b', '/a/b/c', false],
    ['a/b', 'a', true],
    ['', '', true],
    [`/${'a'.repeat(MAX_PLACE_CHARS - 1)}`, '/', true],
  ])('%j within %j: %j', (path, folder, expected) => {
    expect(pathWithin(path, folder)).toBe(expected);
  });
});

describe('an address', () => {
  const NO_MAIL = 'this is not one e-mail address and no URL';
  const NO_DOMAIN = 'the address has no domain that can be compared';

  test.each([
    ['', NO_MAIL],
    ['x', NO_MAIL],
    ['a@b, c@d', NO_MAIL],
    ['Ann <>', NO_MAIL],
    ['Ann <a@b> x', NO_MAIL],
    ['<a@b>, c', NO_MAIL],
    ['Ann, <a@b.c>', NO_MAIL],
    ['a@b@c', NO_MAIL],
    ['x https://a.b', NO_MAIL],
    ['a@b_c.example.é', NO_DOMAIN],
    ['a@-b.c', NO_DOMAIN],
    ['a@b..c', NO_DOMAIN],
    ['https://', NO_DOMAIN],
    ['https://?x', NO_DOMAIN],
    ['https://a.b:999999/', 'the host of the URL is not a name'],
    ['https://a.b:80:90/', 'the host of the URL is not a name'],
    ['https://[::1]/', 'the host of the URL is not a name'],
    ['https://a%2eb/', 'the host of the URL is not a name'],
    ['https://u@a.b/', 'the URL holds a user name'],
    ['https://user:word@a.b', 'the URL holds a user name'],
    ['https://a.b /x', 'the URL holds blanks or backslashes'],
    ['https://a.b\\c', 'the URL holds blanks or backslashes'],
    ['https://a.b/\u0001', 'the URL holds blanks or backslashes'],
    [`a@${'b'.repeat(MAX_PLACE_CHARS)}`, `the address is longer than ${MAX_PLACE_CHARS} characters`],
  ])('%j is refused: %s', (address, message) => {
    expect(why(() => domainOf(address))).toBe(message);
  });

  test.each([
    ['<a@b.c>', 'b.c'],
    ['Ann Lee <a@B.C.>', 'b.c'],
    ['a+b@x.y', 'x.y'],
    ['https://a.b:443/x@y', 'a.b'],
    ['https://a.b?u=x@y', 'a.b'],
    ['https://a.b#x@y', 'a.b'],
    ['HTTP://A.B', 'a.b'],
    ['x-y+z.1://a.b/https://c.d', 'a.b'],
    ['https://a.b/c:80', 'a.b'],
    [`https://a.b/${'x'.repeat(MAX_PLACE_CHARS - 12)}`, 'a.b'],
  ])('the domain of %j is %s', (address, domain) => {
    expect(domainOf(address)).toBe(domain);
  });

  test('a domain is compared label by label, with or without dots at its ends', () => {
    expect([domainWithin('a.b.', '.b.'), domainWithin('B', 'b'), domainWithin('ab', 'b'), domainWithin('b', 'a.b')]).toEqual([
      ...[true, true, false, false],
    ]);
    for (const [domain, parent] of [
      ['', 'b'],
      ['b', ''],
      ['é', 'b'],
      ['b', 'é'],
    ] as const)
      expect(why(() => domainWithin(domain, parent))).toBe('this is no domain that can be compared');
  });
});
