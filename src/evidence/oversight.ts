// Statements about people: who may stop, who decided what and how carefully, what was stopped, and what was made of incidents.
import type { ControlView } from '../object/snapshot.ts';
import { QUICK_MS } from './approval-tally.ts';
import { gap, many, outside, type StatementMaker, shown } from './statement.ts';

export const peopleInCharge: StatementMaker = ({ view, to }) => {
  const active = view
    .operators()
    .filter(({ spec }) => spec.revokedAt === undefined && (spec.expiresAt === undefined || spec.expiresAt > to));
  const objects = active.map(({ metadata }) => `operator/${metadata.name}`);
  const count = (role: string) => active.filter(({ spec }) => spec.role === role).length;
  const numbers = { operators: active.length, admins: count('admin'), reviewers: count('reviewer'), viewers: count('viewer') };
  const statements = [
    shown(
      'people',
      `${many(active.length, 'operator')} could look, decide or stop at the end of the period: ${count('admin')} of role admin, ${count('operator')} of role operator, ${count('reviewer')} of role reviewer, ${count('viewer')} of role viewer.`,
      {
        numbers,
        objects,
      },
    ),
  ];
  if (active.length < 2)
    statements.push(gap('one-person', 'Fewer than two operators: nobody could decide about what the only one asked for.', { numbers }));
  const owned = view.agents().filter(({ spec }) => spec.owner !== undefined);
  const all = view.agents().length;
  if (all > owned.length)
    statements.push(
      gap('no-owner', `${all - owned.length} of ${many(all, 'agent')} name no owner who answers for them.`, {
        numbers: { withoutOwner: all - owned.length },
      }),
    );
  return statements;
};

export const trained: StatementMaker = () => [
  outside('training', 'That these people are competent, trained and have the authority is to be shown elsewhere.'),
];
export const workers: StatementMaker = () => [
  outside('workers', 'That workers and their representatives were told is to be shown elsewhere.'),
];

export const decidedByPeople: StatementMaker = (facts) => [...oneByOne(facts), ...withPasskeys(facts), ...beforehand(facts)];

const withPasskeys: StatementMaker = ({ tally: { approvals }, view }) => {
  const { demanded, confirmed, whats } = approvals;
  const held = view.list('passkey');
  if (whats.of('requested').count === 0 && held.length === 0) return [];
  const approving = whats.of('approved').count + whats.of('granted').count;
  const numbers = { demanded: demanded.count, approving, confirmed: confirmed.count, passkeys: held.length };
  return [
    shown(
      'passkeys',
      `${demanded.count} of ${many(whats.of('requested').count, 'held call')} took a passkey to approve; ${confirmed.count} of ${many(approving, 'approving vote')} were confirmed with one, each assertion in the log. ${many(held.length, 'passkey')} of reviewers were registered at the end of the period.`,
      { numbers, from: [demanded, confirmed], objects: held.map(({ metadata }) => `passkey/${metadata.name}`) },
    ),
  ];
};

const beforehand: StatementMaker = ({ tally: { standing } }) => {
  if (standing.total() === 0) return [];
  return [
    shown(
      'standing',
      `${many(standing.total(), 'call')} ran on a standing grant: approved beforehand for all calls of that kind, not one by one.`,
      {
        numbers: { standing: standing.total() },
        from: [standing],
        rows: standing,
      },
    ),
  ];
};

const oneByOne: StatementMaker = ({ tally: { approvals }, view }) => {
  const { whats, reviewers } = approvals;
  const holds = view.policies().some(({ spec }) => spec.rules.some(({ effect }) => effect === 'hold'));
  if (whats.of('requested').count === 0)
    return [
      holds
        ? shown('approvals', 'Rules hold calls for a person; none came in the period.', { numbers: { requested: 0 } })
        : gap('approvals', 'No rule holds any call for a person: nobody could approve or refuse one before it ran.', {
            numbers: { requested: 0 },
          }),
    ];
  const number = (what: string) => whats.of(what).count;
  const numbers = {
    requested: number('requested'),
    granted: number('granted'),
    refused: number('refused'),
    expired: number('expired'),
    revoked: number('revoked'),
    consumed: number('consumed'),
  };
  return [
    shown(
      'approvals',
      `${many(numbers.requested, 'call')} waited for a person: ${numbers.granted} approved, ${numbers.refused} refused, ${numbers.expired} refused because nobody decided in time, ${numbers.revoked} taken back before use; ${numbers.consumed} used their approval, once.`,
      { numbers, from: [whats.of('requested'), whats.of('granted'), whats.of('refused')], rows: reviewers },
    ),
  ];
};

/** Counters against deciding without looking. */
export const howCarefully: StatementMaker = ({ tally: { approvals } }) => {
  const { quick, unread, unlinked } = approvals;
  const votes = approvals.votes();
  if (votes === 0) return [];
  const yes = votes - approvals.whats.of('refused').count;
  const medianMs = approvals.medianMs();
  const numbers = { votes, approving: yes, medianMs: medianMs ?? 0, quick: quick.count, unread: unread.count, unlinked: unlinked.count };
  const half = medianMs === undefined ? '' : ` Half of them came within ${Math.round(medianMs / 1000)} s.`;
  const statements = [shown('care', `${Math.round((100 * yes) / votes)} % of ${many(votes, 'vote')} approve.${half}`, { numbers })];
  if (quick.count > 0)
    statements.push(
      gap('quick', `${many(quick.count, 'vote')} came within ${QUICK_MS / 1000} s after the call was held.`, { numbers, from: [quick] }),
    );
  if (unread.count > 0)
    statements.push(
      gap('unread', `${many(unread.count, 'vote')} came from a reviewer who had not opened the arguments through this gateway.`, {
        numbers,
        from: [unread],
      }),
    );
  if (unlinked.count > 0)
    statements.push(
      gap(
        'unlinked',
        `${many(unlinked.count, 'vote')} came from an operator that is linked to no user: that nobody decided about a call of their own cannot be told of these.`,
        { numbers, from: [unlinked] },
      ),
    );
  return statements;
};

export const stopped: StatementMaker = ({ tally }) => {
  const { actions, drills, longestDrillMs } = tally;
  const [freezes, lifts] = [actions.of('freeze'), actions.of('lift')];
  const numbers = { freezes: freezes.count, lifts: lifts.count, drills: drills.count, longestDrillMs };
  const statements = [
    shown(
      'stops',
      `Freezes set: ${freezes.count}, lifted: ${lifts.count}. A freeze binds every call whose decision comes after it, on every gateway.`,
      {
        numbers,
        from: [freezes, lifts],
      },
    ),
  ];
  if (drills.count > 0)
    statements.push(
      shown(
        'drills',
        `${many(drills.count, 'measurement')} of drills: the slowest gateway would have ended the last call after ${Math.round(longestDrillMs)} ms.`,
        { numbers, from: [drills] },
      ),
    );
  else statements.push(gap('drills', 'The kill switch was not rehearsed in the period (`sallyport freeze … --drill`).', { numbers }));
  return statements;
};

export const watched: StatementMaker = ({ tally, view }) => {
  const { incidents, denials, scored, decisions } = tally;
  const statements = [
    shown('denials', `${many(denials.total(), 'refusal')}, by the rule that refused.`, {
      numbers: { denials: denials.total() },
      from: [denials],
      rows: denials,
    }),
  ];
  if (incidents.total() > 0)
    statements.push(
      shown(
        'incidents',
        `${many(incidents.total(), 'incident')}: rules that could not be evaluated, and things used that nobody has a reason to use.`,
        { numbers: { incidents: incidents.total() }, from: [incidents], rows: incidents },
      ),
    );
  if (scored.count > 0)
    statements.push(
      shown('risk', `${scored.count} of ${many(decisions.count, 'decision')} carry a risk score with its parts.`, {
        numbers: { scored: scored.count },
        from: [scored],
      }),
    );
  else if (decisions.count > 0) statements.push(gap('risk', 'Calls were not scored: no object of kind risk is in force.'));
  if (!hasDetectors(view))
    statements.push(gap('detectors', 'No object of kind dlp, injection or flow is in force: what passes was not looked into.'));
  return statements;
};

function hasDetectors(view: ControlView): boolean {
  return (['dlp', 'injection', 'flow'] as const).some((kind) => view.list(kind).length > 0);
}

export const notices: StatementMaker = () => [
  outside(
    'triage',
    'Who looked into an incident, what they found and whom they told is to be shown elsewhere; the entries named here are where to start.',
  ),
];
