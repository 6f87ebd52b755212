// Statements about the record itself: that everything is in it, whose calls they were, under which rules, that it was not changed, how long it is kept.
import { gap, many, outside, type StatementMaker, shown } from './statement.ts';

const DAY_MS = 86_400_000;
/** Six months, as articles 19 and 26(6) of the EU AI Act ask for. */
export const SIX_MONTHS_DAYS = 183;

export const everyCall: StatementMaker = ({ tally }) => {
  const { decisions, effects, outcomes, all } = tally;
  if (decisions.count === 0)
    return [gap('calls', 'No call was decided in this period: there is nothing to show about calls.', { from: [all] })];
  const [allowed, denied, held] = ['allow', 'deny', 'hold'].map((effect) => effects.of(effect).count) as [number, number, number];
  const numbers = { decisions: decisions.count, allowed, denied, held, outcomes: outcomes.total() };
  const text = `${many(decisions.count, 'decision')} about calls and lists: ${allowed} allowed, ${denied} refused, ${held} held for a person. Each was written before anything was forwarded; ${many(outcomes.total(), 'outcome')} followed.`;
  return [shown('calls', text, { numbers, from: [decisions, outcomes], rows: outcomes })];
};

export const whose: StatementMaker = ({ tally }) => {
  const { agents, withUser, unidentified, decisions } = tally;
  if (decisions.count === 0) return [];
  const named = agents.total();
  const statements = [
    shown('identity', `${many(named, 'decision')} name the agent that called, ${withUser.count} also the person it called for.`, {
      numbers: { withAgent: named, withUser: withUser.count },
      from: [withUser],
      rows: agents,
    }),
  ];
  if (named > withUser.count)
    statements.push(
      gap('identity-user', `${many(named - withUser.count, 'decision')} name no person: those agents used tokens that act for nobody.`, {
        numbers: { withoutUser: named - withUser.count },
      }),
    );
  if (unidentified.count > 0)
    statements.push(
      shown('identity-unknown', `${many(unidentified.count, 'request')} came from nobody known, and were refused.`, {
        numbers: { unidentified: unidentified.count },
        from: [unidentified],
      }),
    );
  return statements;
};

export const whatFor: StatementMaker = ({ tally }) => {
  const { servers } = tally;
  if (servers.total() === 0) return [];
  return [
    shown('servers', 'Calls by the server they were for.', {
      numbers: { servers: servers.names().length },
      from: [servers],
      rows: servers,
    }),
  ];
};

export const rulesInForce: StatementMaker = ({ tally, view }) => {
  const { voids, changes, rules } = tally;
  const policyChanges = changes.of('policy').count;
  const policies = view.policies().map(({ metadata }) => `policy/${metadata.name}`);
  return [
    shown(
      'rules',
      `Each decision names the rule that decided and the revision of the rules it was made under. Policies changed ${many(policyChanges, 'time')}; ${many(voids.count, 'decision')} fell into such a change and was made again under the new rules.`,
      {
        numbers: { policyChanges, madeAgain: voids.count, policies: policies.length },
        from: [changes.of('policy'), voids],
        rows: rules,
        objects: policies,
      },
    ),
  ];
};

export const unchanged: StatementMaker = ({ checkpoint, settings, tally }) => {
  const statements = [
    checkpoint
      ? shown(
          'integrity',
          `The log is a hash chain and a Merkle tree; the checkpoint of ${many(checkpoint.size, 'entry', 'entries')} in this pack is signed by ${checkpoint.key}. Every entry named here is proved to be in it.`,
          { numbers: { checkpointSize: checkpoint.size } },
        )
      : gap('integrity', 'There is no signed checkpoint of the log.'),
  ];
  if (settings.checkpointIntervalMs === 0)
    statements.push(gap('checkpoint-interval', 'Checkpoints are made on demand only, not at an interval.'));
  if (!settings.hasAnchor)
    statements.push(
      gap(
        'anchor',
        'No place outside of the gateway is set that checkpoints are written to (audit.anchorFile, or an object of kind anchor): who holds the database and the keys could write the log anew.',
      ),
    );
  const { rotations } = tally;
  if (rotations.total() > 0)
    statements.push(
      shown('keys', 'Keys were changed, by what they are for.', {
        numbers: { rotations: rotations.total() },
        from: [rotations],
        rows: rotations,
      }),
    );
  return statements;
};

export const wholeness: StatementMaker = ({ tally }) => {
  const { lost, degraded, limited } = tally;
  const statements = [];
  if (lost.count > 0)
    statements.push(
      gap(
        'lost',
        `The outcome of ${many(lost.count, 'allowed call')} is not known: a gateway ended before it was written. The log names them.`,
        { numbers: { lost: lost.count }, from: [lost] },
      ),
    );
  if (degraded.count > 0)
    statements.push(
      gap('degraded', `${many(degraded.count, 'time')} the log could not be written. Calls were refused meanwhile.`, {
        numbers: { degraded: degraded.count },
        from: [degraded],
      }),
    );
  if (limited.count > 0)
    statements.push(
      shown('limited', `${many(limited.count, 'refusal')} by limits have one entry together, not one each.`, {
        numbers: { limited: limited.count },
        from: [limited],
      }),
    );
  if (statements.length === 0)
    statements.push(
      shown('whole', 'No outcome of an allowed call is missing, and there was no time in which the log could not be written.', {
        numbers: { lost: 0, degraded: 0 },
      }),
    );
  return statements;
};

export const kept: StatementMaker = ({ oldestTime, to, view, tally, archived }) => {
  const statements = [];
  const days = oldestTime === undefined ? 0 : Math.floor((Date.parse(to) - Date.parse(oldestTime)) / DAY_MS);
  const numbers = { days };
  const text = `The log reaches back to ${oldestTime ?? 'nothing'}, ${many(days, 'day')} before the end of the period. Entries are not deleted by retention or on request.`;
  statements.push(shown('log-kept', text, { numbers }));
  if (days < SIX_MONTHS_DAYS) statements.push(gap('six-months', `That is less than six months (${SIX_MONTHS_DAYS} days).`, { numbers }));
  if (archived > 0)
    statements.push(
      outside(
        'archived',
        `Entries 1 to ${archived} are in segments outside of the database. What they say of this period is not counted here; that they are kept is to be shown elsewhere (\`sallyport verify SEGMENT …\`).`,
      ),
    );
  const rules = view.list('retention');
  const holds = view.list('legal-hold');
  const objects = [...rules, ...holds].map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  statements.push(
    shown(
      'values-kept',
      `Arguments and results are sealed beside the log. ${many(rules.length, 'object')} of kind retention say how long they are kept, ${many(holds.length, 'legal hold')} keep what must stay.`,
      {
        numbers: { retentions: rules.length, legalHolds: holds.length },
        objects,
      },
    ),
  );
  const { erased, withheld } = tally;
  statements.push(
    shown('deleted', `Sealed values deleted in the period: ${erased.count}. Each deletion is an entry that names rule or request.`, {
      numbers: { erased: erased.count, withheld: withheld.count },
      from: [erased, withheld],
    }),
  );
  return statements;
};

export const clockSource: StatementMaker = () => [
  outside('clock', 'Times are what the clock of the gateway’s machine said. How that clock is set right is to be shown elsewhere.'),
];
export const backups: StatementMaker = () => [
  outside('backups', 'That backups are made, kept apart and can be restored is to be shown elsewhere.'),
];
