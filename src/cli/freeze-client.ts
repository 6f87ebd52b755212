// The part of the admin API about the kill switch, as seen by a command.
import type { DrillReply, DrillRequest, FreezeList, FreezeReply, FreezeRequest, UnfreezeReply } from '../admin/contract.ts';
import type { JsonWire } from './notify-client.ts';

export interface FreezeClient {
  freezes(): Promise<FreezeList>;
  freeze(body: FreezeRequest): Promise<FreezeReply>;
  unfreeze(name: string): Promise<UnfreezeReply>;
  drill(body: DrillRequest): Promise<DrillReply>;
}

export function freezesOf(wire: JsonWire): FreezeClient {
  return {
    freezes: () => wire.json('GET', '/api/v1/freezes'),
    freeze: (body) => wire.json('POST', '/api/v1/freezes', body),
    unfreeze: (name) => wire.json('DELETE', `/api/v1/freezes/${encodeURIComponent(name)}`),
    drill: (body) => wire.json('POST', '/api/v1/drills', body),
  };
}
