// The part of the admin API about passkeys, as seen by a command.
import type { InviteReply, PasskeyList } from '../admin/contract.ts';
import type { JsonWire } from './notify-client.ts';
import { queryText } from './query-text.ts';

export interface PasskeyClient {
  invitePasskey(body: { user: string }): Promise<InviteReply>;
  passkeys(query: Readonly<Record<string, string | undefined>>): Promise<PasskeyList>;
  removePasskey(name: string): Promise<{ name: string; revision: number }>;
}

export function passkeysOf(wire: JsonWire): PasskeyClient {
  return {
    invitePasskey: (body) => wire.json('POST', '/api/v1/passkeys/invite', body),
    passkeys: (query) => wire.json('GET', `/api/v1/passkeys${queryText(query)}`),
    removePasskey: (name) => wire.json('POST', `/api/v1/passkeys/${encodeURIComponent(name)}/remove`),
  };
}
