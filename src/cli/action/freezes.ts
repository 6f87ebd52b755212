// `sallyport freeze` and `sallyport unfreeze`: the kill switch.
import { systemClock } from '../../lib/clock.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { scopeText } from '../object-table.ts';
import { readWhen } from '../when.ts';

export const freezeAction: Action = async (run, name) => {
  const { options } = run;
  const scope = scopeOf(run);
  const until = options.text('until');
  const body = {
    ...(name === undefined ? {} : { name }),
    scope,
    reason: options.text('reason') || 'frozen from the command line',
    ...(until === undefined ? {} : { until: readWhen(until, '--until', systemClock.nowMs()) }),
  };
  const reply = await withGateway(run, (client) => client.freeze(body));
  show(run, { ...reply, scope, ...(body.until === undefined ? {} : { until: body.until }) }, () =>
    [
      `Frozen: ${scopeText(scope)}${body.until === undefined ? '' : ` until ${body.until}`}.`,
      `Lift it with: sallyport unfreeze ${reply.name}`,
    ].join('\n'),
  );
  return exitCode.ok;
};

export const unfreezeAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.unfreeze(name));
  show(run, reply, () => `Freeze ${reply.name} is lifted.`);
  return exitCode.ok;
};

function scopeOf(run: Run): Record<string, unknown> {
  const named = ['agent', 'class', 'server', 'token'].flatMap((what) => {
    const which = run.options.text(what);
    return which === undefined ? [] : [{ [what]: which }];
  });
  const all: Record<string, unknown>[] = run.options.flag('everyone') ? [{ everyone: true }, ...named] : named;
  const [scope] = all;
  if (scope && all.length === 1) return scope;
  throw usageError('Say what to freeze with exactly one of --everyone, --agent, --class, --server, --token.');
}
