// RFC 8785 (JCS) canonical JSON. Throws on what RFC 8785 cannot represent (non-finite numbers, lone surrogates).
// Never use it on bytes received from outside that only need hashing: hash those bytes.

import { GatewayError } from './error.ts';

export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notCanonical('a number that is not finite');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  if (typeof value === 'object') {
    const source = value as Record<string, unknown>;
    const parts: string[] = [];
    for (const key of Object.keys(source).sort()) {
      const member = source[key];
      if (member !== undefined) parts.push(`${canonicalString(key)}:${canonicalJson(member)}`);
    }
    return `{${parts.join(',')}}`;
  }
  throw notCanonical(`a value of type ${typeof value}`);
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw notCanonical('a string with a lone surrogate');
  return JSON.stringify(text);
}

function notCanonical(what: string): GatewayError {
  return new GatewayError('not_canonical', `Cannot write ${what} as canonical JSON (RFC 8785).`);
}
