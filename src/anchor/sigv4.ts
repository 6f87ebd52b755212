// AWS Signature Version 4 of one request with its body in hand (Signing AWS API requests, "Create a signed request"). Pure.
// The secret stays here: it is in no header, only its signature is.
import { createHmac } from 'node:crypto';
import { sha256Hex } from '../lib/digest.ts';
import type { AnchorRequest } from './wire.ts';

export interface SigningKey {
  accessKey: string;
  secretKey: string;
  region: string;
}

const SERVICE = 's3';

export function signRequest(request: AnchorRequest, { accessKey, secretKey, region }: SigningKey, nowMs: number): AnchorRequest {
  const url = new URL(request.url);
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  const bodyHash = sha256Hex(request.body ?? '');
  const headers: Record<string, string> = { ...request.headers, 'x-amz-content-sha256': bodyHash, 'x-amz-date': date };
  const signed = Object.entries({ ...headers, host: url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = [request.method, pathOf(url), queryOf(url), lines, names, bodyHash].join('\n');
  const scope = `${day}/${region}/${SERVICE}/aws4_request`;
  const key = [region, SERVICE, 'aws4_request'].reduce((secret, text) => hmac(secret, text), hmac(`AWS4${secretKey}`, day));
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`).toString('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...request, headers };
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Each segment encoded once, as S3 wants it. */
function pathOf({ pathname }: URL): string {
  return pathname
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
}

function queryOf({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
