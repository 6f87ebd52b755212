// Host and Origin of requests to the admin listener, against DNS rebinding: a page in an operator's browser must not reach it under a foreign name.
// Loopback names always pass; anything else must be named in the settings.

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const QUOTED_CHARS = 100;

/** Returns what is wrong, or undefined. `allowed`: `name` (any port) or `name:port`. */
export function hostCheck(allowed: readonly string[]): (host: string | undefined, origin: string | undefined) => string | undefined {
  const names = new Set([...LOOPBACK, ...allowed.map((name) => name.toLowerCase())]);
  const passes = (host: string): boolean => names.has(host) || names.has(withoutPort(host));
  return (host, origin) => {
    if (host === undefined || !passes(host.toLowerCase()))
      return `The Host header names a host this listener does not answer for: ${quote(host)}. See setting admin.allowedHosts.`;
    if (origin === undefined) return undefined;
    const authority = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
    return authority === host.toLowerCase() ? undefined : `Requests of pages from elsewhere are refused: ${quote(origin)}.`;
  };
}

function withoutPort(host: string): string {
  const end = host.lastIndexOf(':');
  return end > host.lastIndexOf(']') ? host.slice(0, end) : host;
}

function quote(value: string | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value.slice(0, QUOTED_CHARS));
}
