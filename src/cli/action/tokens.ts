// `sallyport token …`: tokens of agents. A new token goes to standard output alone, once.

import type { NewTokenReply, TokenList } from '../../admin/contract.ts';
import { systemClock } from '../../lib/clock.ts';
import type { TokenSpec } from '../../object/kinds.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { textTable } from '../text-table.ts';
import { readNumber, readRate, readSpan, readWhen } from '../when.ts';

export const createTokenAction: Action = async (run, argument) => {
  const { options } = run;
  const named = options.text('agent');
  const agent = argument ?? named;
  if (agent === undefined || (named !== undefined && named !== agent))
    throw usageError('Name one agent, for example: sallyport token create support-bot');
  const expires = options.text('expires');
  const name = options.text('name');
  const scopes = scopesOf(run);
  const user = options.text('user');
  const environment = options.text('environment');
  const sourceNetworks = options.list('network');
  const limits = limitsOf(run);
  const body = {
    agent,
    ...(user === undefined ? {} : { user }),
    ...(environment === undefined ? {} : { environment }),
    ...(sourceNetworks.length === 0 ? {} : { sourceNetworks }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(name === undefined ? {} : { name }),
    ...(expires === undefined ? {} : { expiresAt: readWhen(expires, '--expires', systemClock.nowMs()) }),
    ...(Object.keys(scopes).length === 0 ? {} : { scopes }),
  };
  const made = await withGateway(run, (client) => client.createToken(body));
  showToken(run, made);
  return exitCode.ok;
};

export const rotateTokenAction: Action = async (run, name = '') => {
  const overlap = run.options.text('overlap');
  const expires = run.options.text('expires');
  const body = {
    ...(overlap === undefined ? {} : { overlapMs: readSpan(overlap, '--overlap') }),
    ...(expires === undefined ? {} : { expiresAt: readWhen(expires, '--expires', systemClock.nowMs()) }),
  };
  const made = await withGateway(run, (client) => client.rotateToken(name, body));
  if (!run.json && made.previousUntil !== undefined) run.terminal.err(`Token ${name} works until ${made.previousUntil}.`);
  showToken(run, made);
  return exitCode.ok;
};

export const revokeTokenAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.revokeToken(name));
  show(run, reply, () => `Token ${reply.name} is revoked, in force from control revision ${reply.revision}.`);
  return exitCode.ok;
};

export const listTokensAction: Action = async (run) => {
  const { options } = run;
  const [expiring, unused] = [options.text('expiring'), options.text('unused')];
  const query = {
    agent: options.text('agent'),
    expiringWithinMs: expiring === undefined ? undefined : readSpan(expiring, '--expiring').toString(),
    unusedForMs: unused === undefined ? undefined : readSpan(unused, '--unused').toString(),
  };
  const { tokens } = await withGateway(run, (client) => client.tokens(query));
  const isReport = expiring !== undefined || unused !== undefined;
  show(run, { tokens }, () => {
    if (tokens.length === 0) return isReport ? 'None.' : `None. Make one with: sallyport token create ${query.agent ?? 'AGENT'}`;
    const rows = tokens.map((token) => [
      token.name,
      token.user === undefined ? token.agent : `${token.agent} for ${token.user}`,
      `${token.hint}…`,
      stateOf(token),
      token.lastUsedAt ?? '-',
      onlyOf(token),
    ]);
    return textTable(['NAME', 'AGENT', 'TOKEN', 'STATE', 'LAST USED', 'ONLY'], rows);
  });
  return exitCode.ok;
};

type TokenRow = TokenList['tokens'][number];

function stateOf(token: TokenRow): string {
  const care = [token.expiring ? 'ends soon' : '', token.unused ? 'not used' : ''].filter((word) => word !== '').join(', ');
  const suffix = `${care && ` (${care})`}${token.replacedBy === undefined ? '' : `, replaced by ${token.replacedBy}`}`;
  if (token.state === 'revoked') return `revoked ${token.revokedAt ?? ''}${suffix}`;
  if (token.expiresAt === undefined) return `valid${suffix}`;
  return `${token.state === 'valid' ? 'until' : 'expired'} ${token.expiresAt}${suffix}`;
}

/** Everything that narrows it. */
function onlyOf({ scopes, sourceNetworks, environment, limits }: TokenRow): string {
  const parts = Object.entries(scopes ?? {}).map(([what, globs]) => `${what}=${globs.join(',')}`);
  if (sourceNetworks) parts.push(`networks=${sourceNetworks.join(',')}`);
  if (environment !== undefined) parts.push(`environment=${environment}`);
  if (limits?.rate) parts.push(`rate=${limits.rate.max}/${limits.rate.windowMs}ms`);
  if (limits?.concurrency !== undefined) parts.push(`concurrency=${limits.concurrency}`);
  if (limits?.quota) parts.push(`quota=${limits.quota.max}/${limits.quota.windowMs}ms`);
  return parts.join(' ');
}

function limitsOf(run: Run): NonNullable<TokenSpec['limits']> {
  const [rate, quota] = [run.options.text('rate'), run.options.text('quota')];
  const concurrency = readNumber(run.options.text('concurrency'), '--concurrency', 1);
  return {
    ...(rate === undefined ? {} : { rate: readRate(rate, '--rate') }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(quota === undefined ? {} : { quota: readRate(quota, '--quota') }),
  };
}

function scopesOf(run: Run): Record<string, string[]> {
  const scopes = ['server', 'tool', 'prompt', 'resource', 'method'].map((what) => [`${what}s`, run.options.list(what)] as const);
  return Object.fromEntries(scopes.filter(([, globs]) => globs.length > 0));
}

function showToken(run: Run, made: NewTokenReply): void {
  if (!run.json) run.terminal.err(`Token ${made.name} of agent ${made.agent}. It is stored as a hash only and not shown again:`);
  show(run, made, () => made.token);
}
