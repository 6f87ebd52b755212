// From a server's `headers` and `env` to ready values: secrets opened and put in place, late and for one call.
// Never logs a value; an unusable or missing secret is named, not skipped.
import { sha256Hex } from '../lib/digest.ts';

type ValueSource = string | { secret: string; prefix?: string | undefined };

/** The part of a server object this needs. */
export interface CredentialSpec {
  headers?: Readonly<Record<string, ValueSource>> | undefined;
  env?: Readonly<Record<string, ValueSource>> | undefined;
}

export interface Credentials {
  headers: Record<string, string>;
  env: Record<string, string>;
  /** Digest of all values (hex), part of a pool key; empty when there are none. Not for logs: short values could be guessed from it. */
  fingerprint: string;
  /** Values that came from secrets, without prefix. */
  secrets: string[];
  /** `static` when at least one value came from a secret. */
  mode: 'none' | 'static';
}

/** A secret that does not exist, cannot be opened, or cannot be a header value (`reason`). */
export interface MissingCredential {
  missing: string;
  reason: string;
}

export function resolveCredentials(
  spec: CredentialSpec,
  openSecret: (name: string) => string | undefined,
): Credentials | MissingCredential {
  const credentials: Credentials = { headers: {}, env: {}, fingerprint: '', secrets: [], mode: 'none' };
  for (const place of ['headers', 'env'] as const) {
    for (const [key, source] of Object.entries(spec[place] ?? {})) {
      const value = resolve(source, openSecret, credentials.secrets);
      const name = typeof source === 'string' ? key : source.secret;
      if (value === undefined) return { missing: name, reason: 'it does not exist or cannot be opened' };
      if (place === 'headers' ? !HEADER_VALUE.test(value) : value.includes('\0')) {
        return {
          missing: name,
          reason: `its value cannot be ${place === 'headers' ? 'a header (line break or control character)' : 'a variable'}`,
        };
      }
      credentials[place][key] = value;
      if (typeof source !== 'string') credentials.mode = 'static';
    }
  }
  const { headers, env } = credentials;
  if (Object.keys(headers).length + Object.keys(env).length > 0)
    credentials.fingerprint = sha256Hex(JSON.stringify({ headers: sorted(headers), env: sorted(env) }));
  return credentials;
}

function sorted(values: Record<string, string>): [string, string][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** RFC 9110 §5.5: visible characters, space, tab; bytes above 0x7f only up to Latin-1. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function resolve(source: ValueSource, openSecret: (name: string) => string | undefined, opened: string[]): string | undefined {
  if (typeof source === 'string') return source;
  const value = openSecret(source.secret);
  if (value === undefined) return undefined;
  opened.push(value);
  return (source.prefix ?? '') + value;
}
