// Notifications of a running gateway: the notifier with its ports, what is told beside the log, and its metrics.
import { randomInt } from 'node:crypto';
import { systemResolve } from '../lib/address-guard.ts';
import { Channels } from '../notify/channels.ts';
import { Notifier } from '../notify/notifier.ts';
import { secretSealer } from '../vault/vault.ts';
import type { Inside } from './gateway.ts';

const CHANCES = 1_000_000;
/** Failures of one kind are told once in this time, milliseconds. */
const HEALTH_PAUSE_MS = 3_600_000;

type Parts = Pick<Inside, 'store' | 'vault' | 'control' | 'clock' | 'logger' | 'instance' | 'checkpoints' | 'archives' | 'metrics'>;

export function createNotifier(parts: Parts): Notifier {
  const { store, vault, control, clock, logger, instance, checkpoints, metrics } = parts;
  const notifier = new Notifier({
    log: store.log,
    objects: store.objects,
    outbox: store.outbox,
    channels: new Channels(systemResolve, clock),
    clock,
    chance: () => randomInt(CHANCES) / CHANCES,
    instance,
    views: () => control.all().map(({ view }) => view),
    view: (org) => control.current(org)?.view,
    atLeast: async (org, revision) => (await control.atLeast(org, revision)).view,
    openSecret: (org, name) => {
      const secret = control.current(org)?.view.secret(name);
      return secret && secretSealer(vault, org).open(name, secret.spec.sealed);
    },
    report: (org, what, error) => logger.warn({ org, why: error instanceof Error ? error.message : String(error) }, what),
  });
  const onFailure = (org: string, error: unknown): void => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    const key = `checkpoint.failed/${code}/${Math.floor(clock.nowMs() / HEALTH_PAUSE_MS)}`;
    notifier
      .raise(org, key, { type: 'checkpoint.failed', subject: 'log', data: { code, instance } })
      .catch((failure: unknown) => logger.warn({ org, why: String(failure) }, 'a failed checkpoint could not be told'));
  };
  checkpoints.onFailure = onFailure;
  parts.archives.onTried = archiveTold(notifier, parts);
  notifyMetrics(notifier, metrics);
  return notifier;
}

/** A spell of failures is told as long as it lasts, now and then; its end is told once. */
function archiveTold(notifier: Notifier, { clock, logger, instance }: Parts): Parts['archives']['onTried'] {
  return (org, what, { code, sinceMs }) => {
    const type = `archive.${what}` as const;
    const spell = `${type}/${instance}/${sinceMs}`;
    const key = what === 'recovered' ? spell : `${spell}/${code}/${Math.floor(clock.nowMs() / HEALTH_PAUSE_MS)}`;
    notifier
      .raise(org, key, { type, subject: 'log', data: { code, since: new Date(sinceMs).toISOString(), instance } })
      .catch((error: unknown) => logger.warn({ org, why: String(error) }, 'how archiving goes could not be told'));
  };
}

function notifyMetrics(notifier: Notifier, metrics: Parts['metrics']): void {
  const count = (of: 'pending' | 'dead') => [...notifier.counts()].map(([org, counts]) => [org, counts[of]] as const);
  metrics.gaugeByOrg('sallyport_notify_pending', 'Notifications that wait to be delivered.', () => count('pending'));
  metrics.gaugeByOrg('sallyport_notify_dead', 'Notifications that were given up and can be replayed.', () => count('dead'));
  metrics.gaugeByOrg('sallyport_notify_oldest_seconds', 'Age of the oldest notification that waits.', () =>
    [...notifier.counts()].map(([org, { oldestMs }]) => [org, (oldestMs ?? 0) / 1000] as const),
  );
  for (const result of ['delivered', 'retried', 'dead'] as const) {
    const help = { delivered: 'were delivered', retried: 'failed and are tried again', dead: 'were given up' }[result];
    metrics.counterByOrg(`sallyport_notify_${result}_total`, `Deliveries of this process that ${help}.`, () =>
      [...notifier.totals()].map(([org, totals]) => [org, totals[result]] as const),
    );
  }
}
