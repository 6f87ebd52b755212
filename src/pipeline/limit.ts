// Rows of the limits (docs/decisions/0008): by the caller alone before names are resolved, by server and tool and all quotas right after, and
// the quotas that the deciding rule asks for. Whatever a call takes here it gives back or has used when it ends (settle-limits.ts).
import type { Refusal } from '../limit/limiter.ts';
import type { CompiledLimit, Subject } from '../limit/rule.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { claimTicket } from './settle-limits.ts';

/** Nothing but the caller is looked at: a refusal says nothing about what is asked for. */
export const limit: Row = {
  name: 'limit',
  idle: ({ control }) => control.limits.isEmpty,
  run(flight) {
    const { control, call } = flight;
    if (call.origin === 'gateway') return PASS;
    const subject = subjectOf(flight);
    return subject ? take(flight, control.limits.ofCaller(subject), subject) : PASS;
  },
};

/** INVARIANT: names are those that `resolve` found, so no other spelling leads around a limit (test/scenario/attack-limit.test.ts). */
export const limitTarget: Row = {
  name: 'limit-target',
  idle: ({ control }) => control.limits.needsNoTarget,
  run(flight) {
    const { control, call } = flight;
    if (control.limits.needsNoTarget || call.origin === 'gateway' || !isUsable(flight)) return PASS;
    const subject = subjectOf(flight);
    return subject ? take(flight, control.limits.ofTarget(subject), subject) : PASS;
  },
};

/** INVARIANT: an allowed call whose rule asks for quotas has room in all of them (test/scenario/limit.test.ts). */
export const requireQuota: Row = {
  name: 'require-quota',
  idle: ({ hold, call }) => hold === undefined && call.decision?.obligations?.quota === undefined,
  run(flight) {
    // An inspector may have changed the arguments since they were counted.
    const again = flight.hold && flight.call.params?.arguments !== flight.received.params?.arguments ? limitTarget.run(flight) : PASS;
    const names = flight.call.decision?.obligations?.quota;
    if (!names || names.length === 0) return again;
    if (again instanceof Promise) return again.then((verdict) => (verdict === PASS ? reserveNamed(flight, names) : verdict));
    return again === PASS ? reserveNamed(flight, names) : again;
  },
};

function reserveNamed(flight: Flight, names: readonly string[]): Verdict | Promise<Verdict> {
  const { control, call, ports } = flight;
  const subject = subjectOf(flight);
  if (!subject) return PASS;
  const wanted: CompiledLimit[] = [];
  for (const name of names) {
    const found = control.limits.get(name);
    if (!found?.quota) return refuse(flight, missing(name));
    wanted.push(found);
  }
  flight.hold ??= ports.limiter.newHold();
  const { hold } = flight;
  const reserve = () => ports.limiter.reserve(subject.principal.org, wanted, subject, call.params?.arguments, hold);
  const claim = claimTicket(flight, hold);
  return after(flight, claim ? claim.then(reserve) : reserve());
}

/** What cannot be used by this caller is not counted: refusing it is left to `decide`, in the words in which it refuses what is not there. */
function isUsable({ call, control }: Flight): boolean {
  const { principal, target } = call;
  if (!principal || !target) return false;
  if (!target.capability) return control.policies.mayUse(principal, target.server);
  if (call.method === 'tools/call' && !target.definition) return false;
  return control.policies.visible(principal, target.server, target.capability);
}

function subjectOf({ call }: Flight): Subject | undefined {
  const { principal, target, kind, method } = call;
  if (!principal) return undefined;
  const tool = target?.capability?.kind === 'tool' ? target.capability.name : undefined;
  return { principal, kind, method, server: target?.server, tool };
}

function take(flight: Flight, limits: readonly CompiledLimit[], subject: Subject | undefined): Verdict | Promise<Verdict> {
  const { call, ports } = flight;
  if (limits.length === 0 || !subject) return PASS;
  flight.hold ??= ports.limiter.newHold();
  const { hold } = flight;
  const { org } = subject.principal;
  const takeNow = () => ports.limiter.take(org, limits, subject, call.params?.arguments, hold);
  const claim = limits.some(({ quota }) => quota) ? claimTicket(flight, hold) : undefined;
  return after(flight, claim ? claim.then(takeNow) : takeNow());
}

function after(flight: Flight, taken: Refusal | undefined | Promise<Refusal | undefined>): Verdict | Promise<Verdict> {
  if (taken instanceof Promise) return taken.then((refusal) => (refusal ? refuse(flight, refusal) : PASS));
  return taken ? refuse(flight, taken) : PASS;
}

function refuse({ ports, control }: Flight, { code, limit: name, message, retryAfterMs }: Refusal): Verdict {
  ports.metrics.limited(name, control.org);
  return { verdict: 'deny', denial: { code, message, rule: `limit/${name}`, hint: undefined, limit: name, retryAfterMs } };
}

function missing(name: string): Refusal {
  const message = `The rule that allows this call asks for the quota "${name}", which does not exist. Tell an operator.`;
  return { code: 'limit_exceeded', limit: name, message, retryAfterMs: undefined };
}
