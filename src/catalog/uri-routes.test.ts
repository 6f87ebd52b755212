// URI templates and the routing of URIs: who gets a URI, what happens when two claim it, what a hostile server can do.
import { describe, expect, test } from 'vitest';
import { MAX_TEMPLATE_CHARS, MAX_URI_CHARS } from '../mcp/uri-expansion.ts';
import { gatewayUri, MAX_LISTED_URIS, MAX_OWNER_CHARS, MAX_TEMPLATES, parseGatewayUri, UriRoutes } from './uri-routes.ts';
import { compileTemplate, MAX_EXPRESSIONS } from './uri-template.ts';

describe('a URI template', () => {
  test.each([
    ['test://static', ['test://static'], ['test://static/', 'test://stati']],
    [
      'test://template/{id}/data',
      ['test://template/1/data', 'test://template/a%20b/data', 'test://template//data'],
      ['test://template/1/2/data', 'test://template/1/data/x', 'test://template/1?data'],
    ],
    ['file:///{+path}', ['file:///a/b/c', 'file:///', 'file:///a?b#c'], ['file://a', 'http:///a']],
    ['x://{a}-{b}', ['x://1-2', 'x://-', 'x://1-2-3'], ['x://12']],
    ['x://a{/segments*}', ['x://a', 'x://a/b/c'], ['x://ab']],
    ['x://a{?q,lang}', ['x://a', 'x://a?q=1&lang=de', 'x://a?x'], ['x://a#q', 'x://b?q=1']],
    ['x://a?fixed=1{&more}', ['x://a?fixed=1', 'x://a?fixed=1&more=2'], ['x://a?fixed=2']],
    ['x://a{#frag}', ['x://a', 'x://a#f/g'], ['x://ab']],
    ['x://file{.ext}', ['x://file', 'x://file.txt'], ['x://filetxt', 'x://file.a/b']],
    ['x://a{;p}', ['x://a', 'x://a;p=1'], ['x://a/p']],
    ['x://{var:3}', ['x://abc'], ['x://a/b']],
    ['x://.*+(){id}[]', ['x://.*+()7[]'], ['x://aa+()7[]']],
    ['{+any}', ['anything at\nall', ''], []],
  ] as [string, string[], string[]][])('%s', (source, fit, doNot) => {
    const template = compileTemplate(source);
    expect(fit.filter((uri) => !template?.matches(uri))).toEqual([]);
    expect(doNot.filter((uri) => template?.matches(uri))).toEqual([]);
  });

  test.each([['{'], ['}'], ['a{b'], ['a}b{c}'], ['{a}}'], ['{}'], ['{a b}'], ['{a,}'], ['{!a}'], ['{{a}}'], ['{a:99999}']])(
    '%s is none',
    (source) => {
      expect(compileTemplate(source)).toBeUndefined();
    },
  );

  test('is bounded and linear', () => {
    expect(compileTemplate('x'.repeat(MAX_TEMPLATE_CHARS))).toBeDefined();
    expect(compileTemplate('x'.repeat(MAX_TEMPLATE_CHARS + 1))).toBeUndefined();
    expect(compileTemplate('{a}'.repeat(MAX_EXPRESSIONS))).toBeDefined();
    expect(compileTemplate('{a}'.repeat(MAX_EXPRESSIONS + 1))).toBeUndefined();
    const evil = compileTemplate(`${'{+a}x'.repeat(MAX_EXPRESSIONS)}end`);
    expect(evil?.matches('x'.repeat(MAX_URI_CHARS))).toBe(false);
    expect(compileTemplate('{+a}')?.matches('x'.repeat(MAX_URI_CHARS + 1))).toBe(false);
  });
});

describe('a URI', () => {
  test('goes to the server that listed it, has a template for it or linked to it', () => {
    const routes = new UriRoutes();
    routes.learn('me', 'fs', 'uri', 'file:///a');
    routes.learn('me', 'db', 'template', 'db://{table}');
    routes.learn('me', 'web', 'link', 'https://x/y');
    expect(['file:///a', 'db://t', 'https://x/y', 'file:///b'].map((uri) => routes.find('me', uri))).toEqual([
      'fs',
      'db',
      'web',
      undefined,
    ]);
    expect(routes.exposed('me', 'fs', 'file:///a')).toBe('file:///a');
  });

  test('is routed by what its own principal saw alone', () => {
    const routes = new UriRoutes();
    routes.learn('me', 'fs', 'uri', 'file:///a');
    expect(routes.find('you', 'file:///a')).toBeUndefined();
  });

  test('that two servers claim goes to neither, and each is reached under the gateway scheme', () => {
    for (const [source, text] of [
      ['uri', 'file:///a'],
      ['template', 'file:///{+path}'],
    ] as const) {
      const routes = new UriRoutes();
      routes.learn('me', 'fs', 'uri', 'file:///a');
      routes.learn('me', 'evil', source, text);
      expect(routes.resolve('me', 'file:///a')).toEqual({ type: 'collision', servers: ['evil', 'fs'] });
      expect(routes.find('me', 'file:///a')).toBeUndefined();
      const shown = routes.exposed('me', 'fs', 'file:///a');
      expect(shown).toBe('sallyport://fs/file%3A%2F%2F%2Fa');
      expect(routes.resolve('me', shown)).toEqual({ type: 'server', server: 'fs', uri: 'file:///a' });
      expect(routes.exposed('me', 'evil', 'file:///a')).toContain('sallyport://evil/');
    }
  });

  test('that is listed is not taken over by a link', () => {
    const routes = new UriRoutes();
    routes.learn('me', 'fs', 'uri', 'file:///a');
    routes.learn('me', 'evil', 'link', 'file:///a');
    expect(routes.find('me', 'file:///a')).toBe('fs');
    routes.learn('me', 'one', 'link', 'x://y');
    routes.learn('me', 'two', 'link', 'x://y');
    expect(routes.resolve('me', 'x://y')?.type).toBe('collision');
  });

  test('is forgotten with the list it came from', () => {
    const routes = new UriRoutes();
    routes.learn('me', 'fs', 'uri', 'file:///a');
    routes.learn('me', 'evil', 'uri', 'file:///a');
    routes.learn('me', 'evil', 'template', 'file:///{x}');
    routes.forget('me', 'evil', 'uri');
    expect(routes.resolve('me', 'file:///a')?.type).toBe('collision');
    routes.forget('me', 'evil', 'template');
    expect(routes.find('me', 'file:///a')).toBe('fs');
    routes.forget('me', 'fs', 'uri');
    expect(routes.resolve('me', 'file:///a')).toBeUndefined();
    routes.forget('nobody', 'fs', 'uri');
  });

  test('of the gateway scheme cannot be claimed by a server', () => {
    const routes = new UriRoutes();
    routes.learn('me', 'evil', 'uri', gatewayUri('fs', 'file:///a'));
    routes.learn('me', 'evil', 'template', 'sallyport://fs/{x}');
    routes.learn('me', 'evil', 'template', '{+any}');
    expect(routes.resolve('me', gatewayUri('fs', 'file:///a'))).toEqual({ type: 'server', server: 'fs', uri: 'file:///a' });
    expect(routes.find('me', gatewayUri('fs', 'file:///a'))).toBeUndefined();
  });

  test('in the gateway scheme survives the way there and back, and nonsense leads nowhere', () => {
    for (const uri of ['file:///a b', 'x://é/?q=1&r=%20#f', 'a%2Fb', '/', 'sallyport://x/y'])
      expect(parseGatewayUri(gatewayUri('fs', uri))).toEqual({ server: 'fs', uri });
    expect(gatewayUri('fs', '\ud800')).toContain('sallyport://fs/');
    for (const text of [
      'file:///a',
      'sallyport://',
      'sallyport://fs',
      'sallyport://fs/',
      'sallyport:///x',
      'sallyport://fs/%zz',
      'SALLYPORT://fs/x',
    ])
      expect(parseGatewayUri(text)).toBeUndefined();
  });

  test('is remembered up to a number of characters, of one principal and of all', () => {
    const routes = new UriRoutes(10, 100);
    routes.learn('a', 'fs', 'uri', 'a'.repeat(60));
    routes.learn('b', 'fs', 'template', 'b'.repeat(20));
    routes.learn('b', 'fs', 'link', 'c'.repeat(10));
    expect(routes.find('a', 'a'.repeat(60))).toBe('fs');
    routes.forget('b', 'fs', 'template');
    routes.learn('c', 'fs', 'uri', 'd'.repeat(30));
    expect([routes.find('b', 'c'.repeat(10)), routes.find('a', 'a'.repeat(60))]).toEqual(['fs', 'fs']);
    routes.learn('c', 'fs', 'uri', 'e'.repeat(20));
    // b makes room first, which is not enough, then a.
    expect([routes.find('c', 'e'.repeat(20)), routes.find('b', 'c'.repeat(10)), routes.find('a', 'a'.repeat(60))]).toEqual([
      'fs',
      undefined,
      undefined,
    ]);
    const own = new UriRoutes();
    const uri = (i: number) => `${i}-`.padEnd(8_000, 'x');
    const fit = Math.floor(MAX_OWNER_CHARS / 8_000);
    for (let i = 0; i <= fit; i++) own.learn('me', 'fs', 'uri', uri(i));
    expect([own.find('me', uri(fit - 1)), own.find('me', uri(fit))]).toEqual(['fs', undefined]);
  });

  test('is remembered up to the limits', () => {
    const routes = new UriRoutes(2);
    for (const owner of ['a', 'b', 'c']) routes.learn(owner, 'fs', 'uri', 'x');
    expect(['a', 'b', 'c'].map((owner) => routes.find(owner, 'x'))).toEqual([undefined, 'fs', 'fs']);
    for (let i = 0; i <= MAX_LISTED_URIS; i++) routes.learn('c', 'fs', 'uri', `u${i}`);
    expect([routes.find('c', 'u0'), routes.find('c', `u${MAX_LISTED_URIS}`)]).toEqual(['fs', undefined]);
    for (let i = 0; i <= MAX_TEMPLATES; i++) routes.learn('b', 'fs', 'template', `t${i}-{x}`);
    expect([routes.find('b', 't0-1'), routes.find('b', `t${MAX_TEMPLATES}-1`)]).toEqual(['fs', undefined]);
    routes.learn('b', 'fs', 'uri', 'y'.repeat(MAX_URI_CHARS + 1));
    expect(routes.find('b', 'y'.repeat(MAX_URI_CHARS + 1))).toBeUndefined();
  });
});
