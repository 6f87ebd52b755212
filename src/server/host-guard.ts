// Host and Origin checks against DNS rebinding (MCP transports, security warning; all revisions). The gateway checks itself:
// a page in a browser must not reach it under a foreign name. Never trusts X-Forwarded-*.
import { isIPv6 } from 'node:net';

export interface HostGuard {
  /** undefined: may pass. Otherwise what is wrong, for the caller. */
  refusal(host: string | undefined, origin: string | undefined): string | undefined;
}

export interface HostGuardOptions {
  /** Address the listener is bound to. */
  boundHost: string;
  port: number;
  /** `name` (any port) or `name:port`. undefined: loopback names with the listener's port when bound to loopback, any name otherwise. */
  allowedHosts: readonly string[] | undefined;
  /** Whole origins, `https://app.example`. Origins of the allowed hosts are allowed without being named here. */
  allowedOrigins: readonly string[] | undefined;
}

export function hostGuard(options: HostGuardOptions): HostGuard {
  const hosts = allowedHosts(options);
  const origins = new Set((options.allowedOrigins ?? []).map((origin) => origin.toLowerCase()));
  const hostAllowed = (host: string): boolean => hosts === undefined || hosts.has(host) || hosts.has(withoutPort(host));
  const originAllowed = (origin: string): boolean => {
    if (origins.has(origin)) return true;
    const scheme = /^https?:\/\//.exec(origin)?.[0];
    // Without a list of hosts, an origin that equals the Host header proves nothing: rebinding makes them equal.
    return scheme !== undefined && hosts !== undefined && hostAllowed(origin.slice(scheme.length));
  };
  return {
    refusal(host, origin) {
      if (host === undefined || !hostAllowed(host.toLowerCase()))
        return `The Host header names a host this gateway does not answer for: ${quote(host)}.`;
      if (origin !== undefined && !originAllowed(origin.toLowerCase()))
        return `The Origin header names an origin that is not allowed: ${quote(origin)}.`;
      return undefined;
    },
  };
}

export function isLoopback(address: string): boolean {
  return (
    address === 'localhost' ||
    address === '::1' ||
    address === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(address) ||
    /^::ffff:127\./.test(address)
  );
}

function allowedHosts(options: HostGuardOptions): Set<string> | undefined {
  if (options.allowedHosts !== undefined) return new Set(options.allowedHosts.map((host) => host.toLowerCase()));
  if (!isLoopback(options.boundHost)) return undefined;
  const names = ['localhost', '127.0.0.1', '[::1]', isIPv6(options.boundHost) ? `[${options.boundHost}]` : options.boundHost.toLowerCase()];
  return new Set(names.map((name) => `${name}:${options.port}`));
}

function withoutPort(host: string): string {
  const end = host.lastIndexOf(':');
  return end > host.lastIndexOf(']') ? host.slice(0, end) : host;
}

const QUOTED_CHARS = 100;

function quote(value: string | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value.slice(0, QUOTED_CHARS));
}
