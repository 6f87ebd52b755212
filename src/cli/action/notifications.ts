// `sallyport webhook …`: trying a subscription, and what became of what was told.
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable, textTable } from '../text-table.ts';

export const testSubscriptionAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.testSubscription(name));
  show(run, reply, () =>
    reply.delivered
      ? `Delivered to subscription/${name} in ${reply.durationMs} ms (event ${reply.event}).`
      : `Not delivered to subscription/${name}: ${printable(reply.error ?? 'no reason known')}.`,
  );
  return reply.delivered ? exitCode.ok : exitCode.negative;
};

export const listDeliveriesAction: Action = async (run) => {
  const { options } = run;
  const query = {
    status: options.text('status'),
    subscription: options.text('subscription'),
    limit: options.text('limit'),
    before: options.text('before'),
  };
  const reply = await withGateway(run, (client) => client.deliveries(query));
  show(run, reply, () => {
    const age = reply.oldestMs === undefined ? '' : `, the oldest for ${Math.round(reply.oldestMs / 1000)} s`;
    const resting = reply.resting.length === 0 ? [] : [`Left alone after failures: ${reply.resting.join(', ')}.`];
    const again = reply.dead === 0 ? [] : ['To deliver again what was given up: sallyport webhook replay ID, or --all-dead.'];
    const rows = reply.deliveries.map((one) => [
      String(one.id),
      one.status,
      one.subscription,
      one.type,
      printable(one.subject),
      String(one.attempts),
      one.settledAt ?? one.nextAt ?? one.createdAt,
      printable(one.error ?? ''),
    ]);
    const table =
      rows.length === 0 ? 'None.' : textTable(['ID', 'STATUS', 'SUBSCRIPTION', 'TYPE', 'SUBJECT', 'TRIES', 'WHEN', 'WHY'], rows);
    return [`Waiting: ${reply.pending}${age}. Given up: ${reply.dead}.`, ...resting, table, ...again].join('\n');
  });
  return exitCode.ok;
};

export const replayAction: Action = async (run, id) => {
  const isAll = run.options.flag('allDead');
  const subscription = run.options.text('subscription');
  if ((id === undefined) === !isAll) throw usageError('Give either the id of a delivery, or --all-dead.');
  if (!isAll && subscription !== undefined) throw usageError('--subscription goes with --all-dead.');
  if (id !== undefined && !/^[1-9]\d{0,15}$/.test(id))
    throw usageError(`The id of a delivery is a number; got ${JSON.stringify(id.slice(0, 64))}.`);
  const reply = await withGateway(run, (client) =>
    id === undefined ? client.replayDead(subscription === undefined ? {} : { subscription }) : client.replayDelivery(id),
  );
  show(run, reply, () => `To be delivered again: ${reply.replayed}.`);
  return exitCode.ok;
};
