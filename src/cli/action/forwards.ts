// `sallyport forward list` and `sallyport forward show`: where the log goes, and how far each forward has come.
import type { ForwardBody } from '../../admin/contract.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { printable, textTable } from '../text-table.ts';

export const listForwardsAction: Action = async (run) => {
  const { forwards } = await withGateway(run, (client) => client.forwards());
  show(run, { forwards }, () =>
    forwards.length === 0
      ? 'None. An object of kind forward makes one (see docs/exports.md).'
      : textTable(
          ['NAME', 'STATE', 'LAG', 'SENT', 'LOST', 'FORMAT', 'TARGET', 'LAST ERROR'],
          forwards.map((one) => [
            one.name,
            one.state,
            ...[one.lag, one.sent, one.lost].map(String),
            one.format,
            one.target,
            one.lastError ?? '',
          ]),
        ),
  );
  return exitCode.ok;
};

/** Exits with 1 while it fails or has lost something. */
export const showForwardAction: Action = async (run, name = '') => {
  const forward = await withGateway(run, (client) => client.forward(name));
  show(run, forward, () => forwardText(forward));
  return forward.state === 'failing' || forward.lost > 0 ? exitCode.negative : exitCode.ok;
};

function forwardText(forward: ForwardBody): string {
  const rows = Object.entries(forward).map(([name, value]) => [name, String(value)] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join('\n');
}
