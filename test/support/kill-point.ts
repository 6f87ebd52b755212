// Ends its own process at a named step of a held call's way, right before or right after it is durable. Loaded into the gateway's process by a test;
// the gateway itself knows nothing of it.
import { Deliveries } from '../../src/approval/deliveries.ts';
import { AuditLog } from '../../src/audit/log.ts';
import { PostgresApprovals } from '../../src/store/postgres/approvals.ts';
import { SqliteApprovals } from '../../src/store/sqlite/approvals.ts';

/** `granted`, `consumed`: changes of the ticket. `decision`, `outcome`: entries of the call that uses the grant. `parked`, `kept`: of the delivery. */
export type KillStep = 'requested' | 'parked' | 'granted' | 'consumed' | 'decision' | 'outcome' | 'kept';
export interface KillPoint {
  step: KillStep;
  when: 'before' | 'after';
}

export function killAt({ step, when }: KillPoint): void {
  const around = async <T>(isIt: boolean, work: () => Promise<T>): Promise<T> => {
    if (!isIt) return work();
    if (when === 'before') return die();
    await work();
    return die();
  };
  for (const { prototype } of [SqliteApprovals, PostgresApprovals]) {
    const { put } = prototype;
    prototype.put = function (...given) {
      return around(given[2].content.includes(`"what":"${step}"`), () => put.apply(this, given));
    };
  }
  const { park, keep } = Deliveries.prototype;
  Deliveries.prototype.park = function (...given) {
    return around(step === 'parked', () => park.apply(this, given));
  };
  Deliveries.prototype.keep = function (...given) {
    return around(step === 'kept', () => keep.apply(this, given));
  };
  const { recordThen } = AuditLog.prototype;
  const calls = new Set<string>();
  AuditLog.prototype.recordThen = function (org, draft, then, failed) {
    const { type, fields } = draft as { type: string; fields: { call?: string; approval?: string; effect?: string } };
    const isGranted = type === 'decision' && fields.effect === 'allow' && fields.approval !== undefined;
    if (isGranted) calls.add(String(fields.call));
    const isIt = step === 'decision' ? isGranted : step === 'outcome' && type === 'outcome' && calls.has(String(fields.call));
    const again = recordThen.bind(this) as typeof recordThen;
    return around(isIt, () => again(org, draft, then, failed));
  };
}

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}
