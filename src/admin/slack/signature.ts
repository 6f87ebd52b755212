// Slack's request signing, version v0: HMAC-SHA256 over version, timestamp and the body as it came (api.slack.com, verifying requests from Slack).
// Never compares in a time that depends on the secret, and never takes an old request.
import { createHmac } from 'node:crypto';
import { equalSecret } from '../../lib/digest.ts';

/** How far a request's timestamp may be from now, seconds, either way. */
export const WINDOW_S = 300;

export type Signed = 'good' | 'stale' | 'forged';

export interface SlackHeaders {
  timestamp: string | undefined;
  signature: string | undefined;
}

export function checkSignature(secret: string, { timestamp, signature }: SlackHeaders, body: string, nowMs: number): Signed {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return 'forged';
  if (!equalSecret(slackSignature(secret, timestamp, body), signature)) return 'forged';
  return Math.abs(nowMs / 1000 - Number(timestamp)) <= WINDOW_S ? 'good' : 'stale';
}

export function slackSignature(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}
