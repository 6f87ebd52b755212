// The TLS side of a target, ready to connect: authorities, own certificate, the name to check. Verification cannot be switched off.
import type { ForwardSpec } from '../../object/kinds.ts';

type NetworkTarget = Exclude<ForwardSpec['target'], { type: 'file' }>;

export interface TlsSetting {
  /** INVARIANT: always true, whatever the environment says (test/scenario/forward.test.ts). */
  rejectUnauthorized: true;
  minVersion: 'TLSv1.2';
  servername?: string;
  ca?: string;
  cert?: string;
  key?: string;
}

/** `missing`: a secret that does not exist or cannot be opened. */
export function tlsSetting(target: NetworkTarget, openSecret: (name: string) => string | undefined): TlsSetting | { missing: string } {
  const setting: TlsSetting = { rejectUnauthorized: true, minVersion: 'TLSv1.2' };
  if (target.serverName !== undefined) setting.servername = target.serverName;
  for (const member of ['ca', 'cert', 'key'] as const) {
    const source = target[member];
    if (source === undefined) continue;
    const text = typeof source === 'string' ? source : openSecret(source.secret);
    if (text === undefined) return { missing: typeof source === 'string' ? member : source.secret };
    setting[member] = text;
  }
  return setting;
}
