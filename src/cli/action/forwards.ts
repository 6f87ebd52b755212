// `sallyport forward …`: where the log goes, how far each forward has come, and whether its target takes a record.
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

/** Exits with 1 when the target did not take it. */
export const testForwardAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.testForward(name));
  const note = reply.note === undefined ? '' : ` (${printable(reply.note)})`;
  show(run, reply, () =>
    reply.sent
      ? `Sent through forward/${name} in ${reply.durationMs} ms${note}: record 0 with hash ${reply.hash}. Its place in the log is unchanged.`
      : `Not taken through forward/${name}: ${printable(reply.error ?? reply.note ?? 'no reason known')}. Its place in the log is unchanged.`,
  );
  return reply.sent ? exitCode.ok : exitCode.negative;
};

function forwardText(forward: ForwardBody): string {
  const rows = Object.entries(forward).map(([name, value]) => [name, String(value)] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join('\n');
}
