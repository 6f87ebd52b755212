// Deliveries of one organization in the words of the admin API.
import type { NotifyPort } from '../admin/context.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { OutboxStore } from '../notify/port.ts';

export function notifyPort(
  { store, notifier }: { store: { outbox: OutboxStore }; notifier: Pick<Notifier, 'test' | 'resting' | 'look'> },
  org: string,
): NotifyPort {
  return {
    test: (subscription) => notifier.test(org, subscription),
    deliveries: (query) => store.outbox.list(org, query),
    replay: async (which) => {
      const count = await store.outbox.replay(org, which);
      void notifier.look();
      return count;
    },
    counts: () => store.outbox.counts(org),
    resting: () => notifier.resting(org),
  };
}
