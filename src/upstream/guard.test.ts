// Which server URLs are taken and which are refused, without quoting a secret they may carry.
import { describe, expect, it } from 'vitest';
import { checkServerUrl, MAX_URL_LENGTH } from './guard.ts';

describe('urls of registered servers', () => {
  it.each(['http://127.0.0.1:3000/mcp', 'https://mcp.internal/', 'http://[::1]:8080/sse?x=1', 'https://10.0.0.1/'])('takes %s', (text) => {
    expect(checkServerUrl(text).url?.href).toBe(new URL(text).href);
  });

  it.each([
    ['', 'cannot be read'],
    ['mcp.example/mcp', 'cannot be read'],
    ['//mcp.example/mcp', 'cannot be read'],
    ['file:///etc/passwd', 'must use http'],
    ['javascript:alert(1)', 'must use http'],
    ['ws://mcp.example/', 'must use http'],
    ['unix:/var/run/docker.sock', 'must use http'],
    ['https://me:hunter2@mcp.example/', 'user name or password'],
    ['https://hunter2@mcp.example/', 'user name or password'],
  ])('refuses %s', (text, why) => {
    const { url, problem } = checkServerUrl(text);
    expect(url).toBeUndefined();
    expect(problem).toContain(why);
    expect(problem).not.toContain('hunter2');
  });

  it('takes a url of exactly the limit and refuses one character more', () => {
    const longest = `http://x/${'a'.repeat(MAX_URL_LENGTH - 9)}`;
    expect(checkServerUrl(longest).url).toBeDefined();
    expect(checkServerUrl(`${longest}a`).problem).toContain(`${MAX_URL_LENGTH}`);
  });
});
