// `sallyport token …`: tokens of agents. A new token goes to standard output alone, once.

import type { NewTokenReply } from '../../admin/contract.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { textTable } from '../text-table.ts';
import { readWhen } from '../when.ts';

export const createTokenAction: Action = async (run, argument) => {
  const { options } = run;
  const named = options.text('agent');
  const agent = argument ?? named;
  if (agent === undefined || (named !== undefined && named !== agent))
    throw usageError('Name one agent, for example: sallyport token create support-bot');
  const expires = options.text('expires');
  const name = options.text('name');
  const scopes = scopesOf(run);
  const body = {
    agent,
    ...(name === undefined ? {} : { name }),
    ...(expires === undefined ? {} : { expiresAt: readWhen(expires, '--expires', systemClock.nowMs()) }),
    ...(Object.keys(scopes).length === 0 ? {} : { scopes }),
  };
  const made = await withGateway(run, (client) => client.createToken(body));
  showToken(run, made);
  return exitCode.ok;
};

export const rotateTokenAction: Action = async (run, name = '') => {
  const made = await withGateway(run, (client) => client.rotateToken(name));
  showToken(run, made);
  return exitCode.ok;
};

export const revokeTokenAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.revokeToken(name));
  show(run, reply, () => `Token ${reply.name} is revoked, in force from control revision ${reply.revision}.`);
  return exitCode.ok;
};

export const listTokensAction: Action = async (run) => {
  const agent = run.options.text('agent');
  const { tokens } = await withGateway(run, (client) => client.tokens());
  const shown = tokens.filter((token) => agent === undefined || token.agent === agent);
  show(run, { tokens: shown }, () => {
    if (shown.length === 0) return 'None. Make one with: sallyport token create AGENT';
    const rows = shown.map((token) => [
      token.name,
      token.agent,
      `${token.hint}…`,
      stateOf(token),
      token.lastUsedAt ?? '-',
      Object.entries(token.scopes ?? {})
        .map(([what, globs]) => `${what}=${globs.join(',')}`)
        .join(' '),
    ]);
    return textTable(['NAME', 'AGENT', 'TOKEN', 'STATE', 'LAST USED', 'ONLY'], rows);
  });
  return exitCode.ok;
};

function stateOf(token: { revokedAt?: string | undefined; expiresAt?: string | undefined }): string {
  if (token.revokedAt !== undefined) return `revoked ${token.revokedAt}`;
  if (token.expiresAt === undefined) return 'valid';
  return Date.parse(token.expiresAt) > systemClock.nowMs() ? `until ${token.expiresAt}` : `expired ${token.expiresAt}`;
}

function scopesOf(run: Run): Record<string, string[]> {
  const scopes = ['server', 'tool', 'prompt', 'resource', 'method'].map((what) => [`${what}s`, run.options.list(what)] as const);
  return Object.fromEntries(scopes.filter(([, globs]) => globs.length > 0));
}

function showToken(run: Run, made: NewTokenReply): void {
  if (!run.json) run.terminal.err(`Token ${made.name} of agent ${made.agent}. It is stored as a hash only and not shown again:`);
  show(run, made, () => made.token);
}
