// The operator's side of the walk: the admin API, with the operator token that the gateway left in its data directory.
// Never prints a token.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Origin of the agent listener, from the variables that `npm start` reads too. */
export function mcpUrl(): string {
  const { SALLYPORT_AGENT_HOST: host = '127.0.0.1', SALLYPORT_AGENT_PORT: port = '7860' } = process.env;
  return `http://${host}:${port}`;
}

/** One request; throws with what the gateway said when it refuses. */
export async function admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<string> {
  const response = await fetch(new URL(path, adminUrl()), {
    method,
    headers: { authorization: `Bearer ${operatorToken()}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return text;
}

export interface WalkToken {
  name: string;
  token: string;
}

/** A token of this agent that ends soon by itself. */
export async function createWalkToken(agent: string): Promise<WalkToken> {
  const expiresAt = new Date(Date.now() + TOKEN_LIFE_MS).toISOString();
  return JSON.parse(await admin('POST', '/api/v1/tokens', { agent, expiresAt })) as WalkToken;
}

const TOKEN_LIFE_MS = 15 * 60_000;

/** A token of this agent for an hour, the same one as long as it lasts. Kept in the data directory, for its owner only. */
export async function keptToken(agent: string): Promise<string> {
  const { SALLYPORT_DATA_DIR: dataDir = '.sallyport' } = process.env;
  const path = join(dataDir, `${agent}.token`);
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { token: string; expiresAt: string }) : undefined;
  if (kept && Date.parse(kept.expiresAt) - Date.now() > KEPT_AT_LEAST_MS) return kept.token;
  const expiresAt = new Date(Date.now() + KEPT_LIFE_MS).toISOString();
  const { token } = JSON.parse(await admin('POST', '/api/v1/tokens', { agent, expiresAt })) as WalkToken;
  writeFileSync(path, JSON.stringify({ token, expiresAt }), { mode: 0o600 });
  return token;
}

const KEPT_LIFE_MS = 60 * 60_000;
const KEPT_AT_LEAST_MS = 60_000;

function adminUrl(): string {
  const { SALLYPORT_ADMIN_URL, SALLYPORT_ADMIN_HOST: host = '127.0.0.1', SALLYPORT_ADMIN_PORT: port = '7861' } = process.env;
  return SALLYPORT_ADMIN_URL ?? `http://${host}:${port}`;
}

function operatorToken(): string {
  const { SALLYPORT_OPERATOR_TOKEN, SALLYPORT_DATA_DIR: dataDir = '.sallyport' } = process.env;
  return SALLYPORT_OPERATOR_TOKEN ?? readFileSync(join(dataDir, 'operator.token'), 'utf8').trim();
}
