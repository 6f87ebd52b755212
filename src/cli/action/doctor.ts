// `sallyport doctor`: looks at everything a gateway needs, changes nothing, and says the next step for what is wrong.
import { type Action, show } from '../command.ts';
import { type Check, runChecks } from '../doctor-checks.ts';
import { exitCode } from '../exit-code.ts';
import { readSettings } from '../settings.ts';
import { printable } from '../text-table.ts';

const COLOR: Readonly<Record<Check['state'], number>> = { ok: 32, warn: 33, fail: 31 };

export const doctorAction: Action = async (run) => {
  const config = readSettings(run);
  const checks = await runChecks(run, config);
  const failed = checks.some(({ state }) => state === 'fail');
  show(run, { ok: !failed, checks }, () =>
    checks
      .map(({ name, state, message, next }) => {
        const mark = run.terminal.color ? `\u001b[${COLOR[state]}m${state.padEnd(4)}\u001b[39m` : state.padEnd(4);
        return `${mark}  ${name.padEnd(16)}${printable(message)}${next === undefined ? '' : `\n${' '.repeat(22)}→ ${printable(next)}`}`;
      })
      .join('\n'),
  );
  return failed ? exitCode.negative : exitCode.ok;
};
