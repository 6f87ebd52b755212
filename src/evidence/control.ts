// Statements about what may happen and who changed it: servers and their definitions, access, credentials, sensitive data, changes.
import { plainCredentials } from '../object/references.ts';
import { gap, many, outside, type StatementMaker, shown } from './statement.ts';

export const inventory: StatementMaker = ({ view }) => {
  const servers = view.servers();
  const objects = servers.map(({ metadata }) => `server/${metadata.name}`);
  const snapshots = view.list('snapshot');
  const pins = snapshots.reduce((sum, { spec }) => sum + spec.definitions.length, 0);
  const numbers = { servers: servers.length, snapshots: snapshots.length, definitions: pins };
  const statements = [
    shown(
      'inventory',
      `${many(servers.length, 'server')} registered; ${many(pins, 'definition')} of tools, prompts and resources approved by their hash in ${many(snapshots.length, 'snapshot')}. What is not registered cannot be reached through the gateway.`,
      { numbers, objects },
    ),
  ];
  const trusted = servers.filter(({ spec }) => spec.trust && !spec.disabled);
  if (trusted.length > 0)
    statements.push(
      gap('trusted', `${many(trusted.length, 'server')} with trust: true: their definitions are used as they come, approved by nobody.`, {
        numbers: { trusted: trusted.length },
        objects: trusted.map(({ metadata }) => `server/${metadata.name}`),
      }),
    );
  const unrated = servers.filter(({ spec }) => spec.risk === undefined);
  if (unrated.length > 0)
    statements.push(
      gap('unrated', `${many(unrated.length, 'server')} without a risk class.`, {
        numbers: { unrated: unrated.length },
        objects: unrated.map(({ metadata }) => `server/${metadata.name}`),
      }),
    );
  return statements;
};

export const shadowServers: StatementMaker = () => [
  outside('shadow', 'Servers that agents reach past the gateway are found by `sallyport scan` on their machines, not by the gateway.'),
];

export const definitionDrift: StatementMaker = ({ tally: { drifts, changes } }) => [
  shown(
    'drift',
    `${many(drifts.total(), 'definition')} of servers changed against what was approved, and were not callable until approved; snapshots changed ${many(changes.of('snapshot').count, 'time')}.`,
    {
      numbers: { drifts: drifts.total(), snapshotChanges: changes.of('snapshot').count },
      from: [drifts, changes.of('snapshot')],
      rows: drifts,
    },
  ),
];

export const credentials: StatementMaker = ({ view }) => {
  const plain = view.servers().filter((server) => plainCredentials(server).length > 0);
  const secrets = view.secrets().length;
  const statements = [
    shown(
      'vault',
      `${many(secrets, 'upstream credential')} sealed in the vault; agents never hold them. Tokens of agents and operators are kept as hashes only.`,
      { numbers: { secrets } },
    ),
  ];
  if (plain.length > 0)
    statements.push(
      gap('plain', `${many(plain.length, 'server')} with what looks like a credential in plain text.`, {
        numbers: { plain: plain.length },
        objects: plain.map(({ metadata }) => `server/${metadata.name}`),
      }),
    );
  return statements;
};

const ACCESS_KINDS = ['token', 'agent', 'user', 'team', 'role', 'class', 'operator'] as const;

export const accessChanges: StatementMaker = ({ tally: { changes, signins, authors } }) => {
  const counts = Object.fromEntries(ACCESS_KINDS.map((kind) => [kind, changes.of(kind).count]));
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    shown(
      'access-changes',
      `${many(total, 'change')} of who may do what: ${ACCESS_KINDS.map((kind) => `${counts[kind]} ${kind}`).join(', ')}. Each is an entry with its author.`,
      {
        numbers: { accessChanges: total },
        from: ACCESS_KINDS.map((kind) => changes.of(kind)),
        rows: authors,
      },
    ),
    shown('signins', `${many(signins.of('ok').count, 'sign-in')} of operators, ${signins.of('failed').count} failed.`, {
      numbers: { signins: signins.of('ok').count, failed: signins.of('failed').count },
      from: [signins],
    }),
  ];
};

export const tokens: StatementMaker = ({ view, to }) => {
  const live = view.tokens().filter(({ spec }) => spec.revokedAt === undefined && (spec.expiresAt === undefined || spec.expiresAt > to));
  const endless = live.filter(({ spec }) => spec.expiresAt === undefined);
  const statements = [
    shown('tokens', `${many(live.length, 'token')} of agents in force at the end of the period.`, { numbers: { tokens: live.length } }),
  ];
  if (endless.length > 0)
    statements.push(
      gap('endless', `${many(endless.length, 'token')} without an end.`, {
        numbers: { endless: endless.length },
        objects: endless.map(({ metadata }) => `token/${metadata.name}`),
      }),
    );
  return statements;
};

export const accessReview: StatementMaker = () => [
  outside(
    'access-review',
    'That somebody reviewed these rights, and that people who left lost theirs in time, is to be shown elsewhere; `sallyport access who` lists who may use what.',
  ),
];

export const sensitiveData: StatementMaker = ({ tally: { findings }, view }) => {
  const profiles = view.list('dlp').map(({ metadata }) => `dlp/${metadata.name}`);
  const statements = [
    shown(
      'findings',
      `${many(findings.total(), 'finding')} in what passed, by type and what was done. The log has types and counts, never values.`,
      { numbers: { findings: findings.total() }, from: [findings], rows: findings, objects: profiles },
    ),
  ];
  if (profiles.length === 0)
    statements.push(gap('dlp', 'No object of kind dlp is in force: sensitive data was neither looked for nor masked.'));
  return statements;
};

export const transport: StatementMaker = ({ view }) => {
  const open = view.servers().filter(({ spec }) => [spec.url, ...(spec.urls ?? [])].some((url) => url?.startsWith('http:')));
  if (open.length === 0)
    return [shown('transport', 'Every server that is reached over the network is reached by https.', { numbers: { plainHttp: 0 } })];
  return [
    gap('transport', `${many(open.length, 'server')} reached by http without TLS.`, {
      numbers: { plainHttp: open.length },
      objects: open.map(({ metadata }) => `server/${metadata.name}`),
    }),
  ];
};

export const policyChanges: StatementMaker = ({ tally: { changes, authors, all }, view }) => {
  const total = changes.total();
  const policies = view.policies();
  const untested = policies.filter(({ spec }) => (spec.cases ?? []).length === 0);
  const statements = [
    shown(
      'changes',
      `${many(total, 'change')} of objects, each with author, time and the hash of the new text; every version can be read and compared.`,
      {
        numbers: { changes: total, policyChanges: changes.of('policy').count },
        from: [changes.of('policy'), ...(total === 0 ? [all] : [])],
        rows: changes,
      },
    ),
    shown('authors', 'Who made these changes.', { numbers: { authors: authors.names().length }, from: [authors], rows: authors }),
  ];
  if (untested.length > 0)
    statements.push(
      gap('untested', `${many(untested.length, 'policy', 'policies')} without cases that are run before it comes into force.`, {
        numbers: { untested: untested.length },
        objects: untested.map(({ metadata }) => `policy/${metadata.name}`),
      }),
    );
  return statements;
};

export const secondPerson: StatementMaker = () => [
  outside(
    'second-person',
    'That a second person reviewed a change before it was applied is to be shown by where the files are kept (pull requests); the log has who applied it.',
  ),
];
