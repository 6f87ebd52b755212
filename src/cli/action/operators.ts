// `sallyport operator …`: people and programs on the admin side. A new token goes to standard output alone, once; the one that is made when every
// other is lost goes into the file where the command line finds it.
import { resolve } from 'node:path';
import type { NewOperatorReply, OperatorList, OperatorRequest } from '../../admin/contract.ts';
import { openCore } from '../../app.ts';
import { systemClock } from '../../lib/clock.ts';
import { operatorRoles } from '../../object/kind/operator.ts';
import type { OperatorRole } from '../../object/kinds.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { recoverOperator } from '../operator-file.ts';
import { readSettings } from '../settings.ts';
import { textTable } from '../text-table.ts';
import { readWhen } from '../when.ts';

export const createOperatorAction: Action = async (run, name = '') => {
  const { options } = run;
  const user = options.text('user');
  const expires = options.text('expires');
  const body: OperatorRequest = {
    name,
    role: roleOf(options.text('role')),
    ...(user === undefined ? {} : { user }),
    ...(expires === undefined ? {} : { expiresAt: readWhen(expires, '--expires', systemClock.nowMs()) }),
    ...(options.flag('organizations') ? { rights: ['organizations'] } : {}),
  };
  const made: NewOperatorReply = await withGateway(run, (client) => client.createOperator(body));
  if (!run.json) run.terminal.err(`Token of operator ${made.name}, role ${made.role}. It is stored as a hash only and not shown again:`);
  show(run, made, () => made.token);
  return exitCode.ok;
};

export const listOperatorsAction: Action = async (run) => {
  const reply = await withGateway(run, (client) => client.operators());
  show(run, reply, () => tableOf(reply));
  return exitCode.ok;
};

export const revokeOperatorAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.revokeOperator(name));
  show(run, reply, () => `Operator ${reply.name} is revoked, in force from control revision ${reply.revision}.`);
  return exitCode.ok;
};

export const recoverOperatorAction: Action = async (run) => {
  const config = readSettings(run);
  const core = await openCore(config, { create: false });
  const made = await recoverOperator(core, config.organization, resolve(config.dataDir)).finally(() => core.store.lifecycle.close());
  show(run, made, () => recovered(run, made));
  return exitCode.ok;
};

function recovered({ terminal }: Run, { name, path, revision }: { name: string; path: string; revision: number }): string {
  terminal.err('Older operators are as they were. Revoke what may be in other hands: sallyport operator list');
  return `Operator ${name} of role admin is made at control revision ${revision}, and stands so in the log.\nOperator token  ${path}`;
}

function roleOf(text: string | undefined): OperatorRole {
  const role = operatorRoles.find((one) => one === text);
  if (role === undefined)
    throw usageError(`--role takes one of ${operatorRoles.join(', ')}${text === undefined ? '' : `, not "${text}"`}.`);
  return role;
}

function tableOf({ operators }: OperatorList): string {
  const nowMs = systemClock.nowMs();
  const rows = operators.map((one) => [
    one.name,
    one.role,
    one.user ?? '-',
    `${one.hint}…`,
    stateOf(one, nowMs),
    (one.rights ?? []).join(' '),
  ]);
  return textTable(['NAME', 'ROLE', 'USER', 'TOKEN', 'STATE', 'RIGHTS'], rows);
}

function stateOf({ revokedAt, expiresAt }: OperatorList['operators'][number], nowMs: number): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt}`;
  if (expiresAt === undefined) return 'valid';
  return `${Date.parse(expiresAt) <= nowMs ? 'expired' : 'until'} ${expiresAt}`;
}
