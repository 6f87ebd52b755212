// Host and Origin checks: what a browser under a foreign name may not do.
import { describe, expect, it } from 'vitest';
import { hostGuard } from './host-guard.ts';

const loopback = hostGuard({ boundHost: '127.0.0.1', port: 8080, allowedHosts: undefined, allowedOrigins: ['https://app.example'] });

describe('a listener on loopback', () => {
  it('answers for loopback names with its own port only', () => {
    for (const host of ['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080'])
      expect(loopback.refusal(host, undefined)).toBeUndefined();
    for (const host of [
      '127.0.0.1:8081',
      'localhost',
      'evil.example:8080',
      'localhost.evil.example:8080',
      '127.0.0.1.nip.example:8080',
      '',
    ]) {
      expect(loopback.refusal(host, undefined), host).toMatch(/^The Host header/);
    }
    expect(loopback.refusal(undefined, undefined)).toMatch(/Host/);
  });

  it('takes no origin, its own, and the configured ones; nothing else', () => {
    for (const origin of ['http://localhost:8080', 'http://127.0.0.1:8080', 'https://app.example', 'HTTPS://APP.EXAMPLE']) {
      expect(loopback.refusal('localhost:8080', origin), origin).toBeUndefined();
    }
    for (const origin of [
      'null',
      'http://evil.example',
      'http://localhost:3000',
      'https://app.example.evil',
      'file://',
      'chrome-extension://x',
      'localhost:8080',
      '',
    ]) {
      expect(loopback.refusal('localhost:8080', origin), origin).toMatch(/^The Origin header/);
    }
  });
});

describe('other listeners', () => {
  it('bound to any address, take any Host, but no Origin that is not listed: one equal to the Host proves nothing', () => {
    const open = hostGuard({ boundHost: '0.0.0.0', port: 8080, allowedHosts: undefined, allowedOrigins: undefined });
    expect(open.refusal('gateway.example', undefined)).toBeUndefined();
    expect(open.refusal('evil.example', 'http://evil.example')).toMatch(/Origin/);
  });

  it('with a list of hosts, keep to it; a name without a port means any port', () => {
    const listed = hostGuard({
      boundHost: '0.0.0.0',
      port: 8080,
      allowedHosts: ['gw.example', 'other.example:444'],
      allowedOrigins: undefined,
    });
    expect(listed.refusal('gw.example', 'https://gw.example')).toBeUndefined();
    expect(listed.refusal('gw.example:9999', undefined)).toBeUndefined();
    expect(listed.refusal('other.example:444', undefined)).toBeUndefined();
    expect(listed.refusal('other.example', undefined)).toMatch(/Host/);
    expect(listed.refusal('127.0.0.1:8080', undefined)).toMatch(/Host/);
  });

  it('quote what they refuse, cut short', () => {
    expect(loopback.refusal('x'.repeat(5_000), undefined)?.length).toBeLessThan(250);
  });
});
