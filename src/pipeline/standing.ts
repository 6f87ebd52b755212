// Standing grants on the path of a held call: the first that is about it, for which enough people stand who may still decide, and that has a use left.
// Never answers a call that people refused, and never a hold of content or risk that the grant does not name.
import type { StandingUse } from '../approval/desk.ts';
import { standingProblem } from '../approval/standing.ts';
import type { Asking } from '../approval/ticket.ts';
import { standingPeople } from '../auth/person.ts';
import type { Decision } from '../call.ts';
import type { CompiledGrant } from '../policy/standing-grant.ts';
import { decideInputOf } from './decide-input.ts';
import type { Flight } from './flight.ts';

/** Those that answer this hold now, in the order of their names. */
export function standingGrants(flight: Flight, decision: Decision, asking: Asking): CompiledGrant[] {
  const { call, control, ports } = flight;
  const { principal } = call;
  if (!principal || control.grants.size === 0) return [];
  const candidates = control.grants.of(principal.agent);
  if (candidates.length === 0) return [];
  const nowMs = ports.clock.nowMs();
  const input = decideInputOf(flight, principal);
  const question = { input, rule: decision.rule, isOfPolicy: isOfPolicy(flight, decision), definition: asking.definition, nowMs };
  return candidates.filter((grant) => {
    if (grant.miss(question) !== undefined) return false;
    const people = standingPeople(control.view, grant.spec.votes ?? [], nowMs);
    return standingProblem(asking.approvers, asking, people) === undefined;
  });
}

export function useOf({ name, spec, key }: CompiledGrant): StandingUse {
  return { grant: name, setAt: spec.setAt ?? '', key, maxUses: spec.maxUses };
}

/** What names of rules that are no policy's begin with. */
const OF_OTHERS: ReadonlySet<string> = new Set(['risk', 'dlp', 'flow', 'injection', 'builtin']);

/** Held by a rule that somebody wrote, and by nothing that looked at the content or the risk. */
function isOfPolicy({ heldBy, control }: Flight, { rule }: Decision): boolean {
  if (heldBy !== undefined) return false;
  const [policy = '', name = ''] = rule.split('/');
  if (OF_OTHERS.has(policy)) return false;
  return control.view.get('policy', policy)?.spec.rules.some((one) => one.name === name) === true;
}
