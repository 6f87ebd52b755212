// The part of the admin API about notifications, as seen by a command.
import type { DeliveryList, ReplayReply, TestReply } from '../admin/contract.ts';
import { queryText } from './query-text.ts';

export interface JsonWire {
  json<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

export interface NotifyClient {
  deliveries(query: Readonly<Record<string, string | undefined>>): Promise<DeliveryList>;
  replayDelivery(id: string): Promise<ReplayReply>;
  replayDead(body: { subscription?: string }): Promise<ReplayReply>;
  testSubscription(name: string): Promise<TestReply>;
}

export function notificationsOf(wire: JsonWire): NotifyClient {
  return {
    deliveries: (query) => wire.json('GET', `/api/v1/deliveries${queryText(query)}`),
    replayDelivery: (id) => wire.json('POST', `/api/v1/deliveries/${encodeURIComponent(id)}/replay`),
    replayDead: (body) => wire.json('POST', '/api/v1/deliveries/replay', body),
    testSubscription: (name) => wire.json('POST', `/api/v1/subscriptions/${encodeURIComponent(name)}/test`),
  };
}
