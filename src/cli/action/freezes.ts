// `sallyport freeze`, `sallyport freeze list` and `sallyport unfreeze`: the kill switch.
// A drill says for every gateway how long it would have taken; it fails when not every gateway reported.
import type { FreezeRequest } from '../../admin/contract.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { scopeText } from '../object-table.ts';
import { textTable } from '../text-table.ts';
import { readWhen } from '../when.ts';

type Scope = FreezeRequest['scope'];

export const freezeAction: Action = async (run, name) => {
  if (name === 'list') return listFreezes(run);
  const { options } = run;
  const scope = scopeOf(run);
  const reason = options.text('reason')?.trim();
  if (!reason) throw usageError('Say why, with --reason: agents and the log are told.');
  if (options.flag('drill')) return drill(run, name, scope, reason);
  if (options.has('wait')) throw usageError('--wait goes with --drill.');
  const until = options.text('until');
  const approvals = options.text('approvals');
  const body: FreezeRequest = {
    ...(name === undefined ? {} : { name }),
    scope,
    reason,
    ...(until === undefined ? {} : { until: readWhen(until, '--until', systemClock.nowMs()) }),
    ...(approvals === undefined ? {} : { liftApprovals: Number(approvals) }),
    ...(options.flag('revokeTokens') ? { revokeTokens: true } : {}),
  };
  const reply = await withGateway(run, (client) => client.freeze(body));
  show(run, { ...reply, scope, ...(body.until === undefined ? {} : { until: body.until }) }, () =>
    [
      `Frozen: ${scopeText(scope)}${body.until === undefined ? '' : ` until ${body.until}`}.`,
      ...(body.revokeTokens ? [`Tokens revoked: ${reply.tokensRevoked}.`] : []),
      `Lift it with: sallyport unfreeze ${reply.name}`,
    ].join('\n'),
  );
  return exitCode.ok;
};

export const unfreezeAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.unfreeze(name));
  show(run, reply, () =>
    reply.lifted
      ? `Freeze ${reply.name} is lifted.`
      : `Freeze ${reply.name} is still in force: lifting it takes two operators. Another one confirms within a day with: sallyport unfreeze ${reply.name}`,
  );
  return exitCode.ok;
};

async function listFreezes(run: Run): Promise<number> {
  const { freezes } = await withGateway(run, (client) => client.freezes());
  show(run, { freezes }, () => {
    if (freezes.length === 0) return 'None.';
    const rows = freezes.map((freeze) => [
      freeze.name,
      scopeText(freeze.scope),
      stateOf(freeze),
      freeze.setBy ?? '-',
      freeze.setAt ?? '-',
      String(freeze.approvals),
      freeze.reason,
    ]);
    return textTable(['NAME', 'WHAT', 'STATE', 'BY', 'SINCE', 'TO LIFT', 'REASON'], rows);
  });
  return exitCode.ok;
}

function stateOf(freeze: {
  active: boolean;
  drill?: boolean | undefined;
  until?: string | undefined;
  liftRequest?: { by: string } | undefined;
}): string {
  if (freeze.drill) return 'drill';
  if (!freeze.active) return 'ended';
  const asked = freeze.liftRequest ? `, ${freeze.liftRequest.by} asks to lift it` : '';
  return (freeze.until === undefined ? 'in force' : `until ${freeze.until}`) + asked;
}

async function drill(run: Run, name: string | undefined, scope: Scope, reason: string): Promise<number> {
  const { options } = run;
  const misplaced = ['until', 'approvals', 'revokeTokens'].find((option) => options.has(option));
  if (name !== undefined || misplaced !== undefined) throw usageError('A drill takes only what to freeze, --reason and --wait.');
  const wait = options.text('wait');
  const nowMs = systemClock.nowMs();
  const waitMs = wait === undefined ? undefined : Date.parse(readWhen(wait, '--wait', nowMs)) - nowMs;
  const reply = await withGateway(run, (client) => client.drill({ scope, reason, ...(waitMs === undefined ? {} : { waitMs }) }));
  const missing = Math.max(0, reply.gateways - reply.reports.length);
  show(run, { ...reply, scope }, () => {
    const whats = [...new Set(reply.reports.flatMap(({ counts }) => Object.keys(counts)))];
    const rows = reply.reports.map((one) => [
      one.instance,
      `${one.elapsedMs} ms`,
      ...whats.map((what) => String(one.counts[what] ?? 0)),
      String(one.seq),
    ]);
    const table = textTable(['GATEWAY', 'AFTER', ...whats.map((what) => what.toUpperCase()), 'ENTRY'], rows);
    return missing === 0
      ? `Nothing was stopped.\n${table}`
      : `Nothing was stopped. ${missing} of ${reply.gateways} gateways did not report in time.\n${table}`;
  });
  return missing === 0 ? exitCode.ok : exitCode.negative;
}

const NAMED = ['agent', 'class', 'user', 'token', 'server'] as const;

function scopeOf(run: Run): Scope {
  const { options } = run;
  const scopes: Scope[] = options.flag('everyone') ? [{ everyone: true }] : [];
  for (const what of NAMED) {
    const which = options.text(what);
    if (which !== undefined) scopes.push({ [what]: which } as Scope);
  }
  const tool = options.text('tool');
  if (tool !== undefined) scopes.push({ tool: toolOf(tool) });
  const [scope] = scopes;
  if (scope && scopes.length === 1) return scope;
  throw usageError('Say what to freeze with exactly one of --everyone, --agent, --class, --user, --token, --server, --tool.');
}

function toolOf(text: string): { server: string; name: string } {
  const at = text.indexOf('/');
  if (at < 1 || at === text.length - 1) throw usageError(`--tool takes SERVER/NAME, for example db/drop_table; got "${text}".`);
  return { server: text.slice(0, at), name: text.slice(at + 1) };
}
