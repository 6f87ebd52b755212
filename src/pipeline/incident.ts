// Incidents: what went wrong inside while calls were judged, as entries of the audit log. Each is told at once, and then at most once in a while,
// with the number of those that were not told: who makes rules fail on purpose must not fill the log.
import { GatewayError } from '../lib/error.ts';
import { Lru } from '../lib/lru.ts';
import type { Flight } from './flight.ts';

/** Time between two entries about the same thing, milliseconds. */
export const INCIDENT_PAUSE_MS = 60_000;
/** Things of which it is remembered when they were told. */
export const MAX_INCIDENTS = 1_000;

interface Told {
  atMs: number;
  untold: number;
}

export class IncidentLimit {
  readonly #told = new Lru<string, Told>(MAX_INCIDENTS);

  /** Number of incidents this entry stands for; undefined when it is too early for one. */
  admit(thing: string, nowMs: number): number | undefined {
    const last = this.#told.get(thing);
    if (last && nowMs - last.atMs < INCIDENT_PAUSE_MS && nowMs >= last.atMs) {
      last.untold++;
      return undefined;
    }
    this.#told.set(thing, { atMs: nowMs, untold: 0 });
    return 1 + (last?.untold ?? 0);
  }
}

interface Incident {
  what: 'policy_error' | 'canary' | 'decoy';
  rule: string | undefined;
  reason: string;
}

/** After the denial is recorded. The log that cannot be written is told where every other failure of it is. */
export async function recordIncident(flight: Flight): Promise<void> {
  const incident = incidentOf(flight);
  if (!incident) return;
  const { call, ports, control } = flight;
  const { principal, target } = call;
  const { what, rule, reason } = incident;
  const org = principal?.org ?? control.org;
  if (what !== 'policy_error') await freezeToucher(flight, org, reason);
  const timeMs = ports.clock.nowMs();
  const thing = what === 'policy_error' ? [org, rule] : [org, rule, principal?.agent];
  const count = ports.incidents.admit(JSON.stringify(thing), timeMs);
  if (count === undefined) return;
  const fields = {
    event: 'incident' as const,
    timeMs,
    what,
    rule,
    reason,
    call: call.id,
    agent: principal?.agent,
    server: target?.server,
    count,
    instance: ports.settings.instance,
  };
  await ports.log.record(org, { type: 'system', fields }).catch((error: unknown) => {
    const why = error instanceof GatewayError ? error.code : String(error);
    ports.logger.error({ call: call.id, rule, why }, 'an incident could not be recorded');
  });
}

function incidentOf({ call: { decision }, touched }: Flight): Incident | undefined {
  if (touched) {
    const reason = touched.what === 'canary' ? 'arguments carry a canary value' : 'a decoy tool was called';
    return { what: touched.what, rule: `flow/${touched.name}`, reason: `${reason} (${touched.name})` };
  }
  if (decision?.code !== 'policy_error') return undefined;
  return { what: 'policy_error', rule: decision.rule, reason: decision.error ?? 'the policy could not be evaluated' };
}

async function freezeToucher({ call, control, ports }: Flight, org: string, reason: string): Promise<void> {
  const agent = call.principal?.agent;
  if (!control.flow?.freezesAgent || agent === undefined) return;
  await ports.freezer.freezeAgent(org, agent, reason).catch((error: unknown) => {
    ports.logger.error({ call: call.id, agent, why: String(error) }, 'an agent that touched a canary or decoy could not be frozen');
  });
}
