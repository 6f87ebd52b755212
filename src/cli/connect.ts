// From the options of a command to the running gateway: which address, which operator token. Closes the connection when the command is done.
// Never sends a token in clear over a network without saying so.
import { join } from 'node:path';
import { type Config, isLoopback } from '../config.ts';
import { GatewayError } from '../lib/error.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import type { Run } from './command.ts';
import { usageError } from './failure.ts';
import { OPERATOR_TOKEN_FILE, readOperatorToken } from './operator-file.ts';
import { readSettings } from './settings.ts';

/** Runs `use` with a client of the gateway. Throws GatewayError `operator_token_missing` and those of the client. */
export async function withGateway<T>(run: Run, use: (client: AdminClient) => Promise<T>): Promise<T> {
  const config = readSettings(run);
  const token = operatorToken(run, config);
  if (token === undefined) {
    const where = join(config.dataDir, OPERATOR_TOKEN_FILE);
    const next =
      'Set SALLYPORT_OPERATOR_TOKEN, or name the data directory of the gateway with --data. If it is lost: sallyport operator recover';
    throw new GatewayError('operator_token_missing', `There is no operator token: no file ${where}. ${next}`);
  }
  return withClient(adminUrl(run, config), token, run, use, meantOrganization(run));
}

export async function withClient<T>(
  url: string,
  token: string | undefined,
  run: Run,
  use: (client: AdminClient) => Promise<T>,
  organization?: string,
): Promise<T> {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && token !== undefined && !isLoopback(hostname.replace(/^\[|\]$/g, ''))) {
    run.terminal.err(`sallyport: warning: the operator token goes to ${hostname} without encryption; use https.`);
  }
  const client = createAdminClient({ url, token, organization });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

export function operatorToken(run: Run, config: Config): string | undefined {
  const given = run.terminal.env.SALLYPORT_OPERATOR_TOKEN?.trim();
  const token = given || readOperatorToken(config.dataDir, meantOrganization(run));
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw usageError('The operator token holds characters that no token has. Copy it again.');
  return token;
}

/** Only when it was named: an operator token belongs to one organization, and most gateways have one only. */
export function meantOrganization(run: Run): string | undefined {
  return run.options.text('org') ?? (run.terminal.env.SALLYPORT_ORGANIZATION || undefined);
}

/** --url, SALLYPORT_ADMIN_URL, or the admin address of the settings. */
export function adminUrl(run: Run, config: Config): string {
  const given = run.options.text('url') ?? (run.terminal.env.SALLYPORT_ADMIN_URL || undefined);
  if (given === undefined) return `http://${hostText(config.admin.host)}:${config.admin.port}`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href;
  throw usageError(`${JSON.stringify(given.slice(0, 200))} is not the URL of a gateway. It looks like http://127.0.0.1:7861.`);
}

/** An address to listen on as an address to connect to. */
function hostText(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
