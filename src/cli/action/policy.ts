// `sallyport policy show` and `policy test`: the final list of rules, and the cases of policy files.
import type { EffectiveReply } from '../../admin/contract.ts';
import type { PolicySpec, StoredObject } from '../../object/kinds.ts';
import { isSecretDraft } from '../../object/secret-draft.ts';
import { checkActivation } from '../../policy/activation.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { readPaths } from '../object-files.ts';
import { printable, textTable } from '../text-table.ts';

export const showPolicyAction: Action = async (run) => {
  const { options } = run;
  const agent = options.text('agent');
  if (options.flag('effective') && agent === undefined) throw usageError('Say whose list with --agent, for example: --agent support-bot');
  const listed = (name: string): string | undefined => (options.list(name).length > 0 ? options.list(name).join(',') : undefined);
  const query = { agent, server: options.text('server'), teams: listed('teams'), roles: listed('roles'), user: options.text('user') };
  const reply = await withGateway(run, (client) => client.effectivePolicy(query));
  show(run, reply, () => listText(reply));
  return exitCode.ok;
};

function listText({ rules, revision }: EffectiveReply): string {
  const rows = rules.map(({ tier, rule, effect, match, when }, i) => [
    String(i + 1),
    tier,
    rule,
    effect,
    Object.entries(match)
      .map(
        ([matcher, value]) =>
          `${matcher}=${Array.isArray(value) ? value.join(',') : typeof value === 'object' ? JSON.stringify(value) : value}`,
      )
      .join(' ') || '(everything)',
    when?.replace(/\s+/g, ' ').trim() ?? '',
  ]);
  const table = textTable(
    ['#', 'TIER', 'RULE', 'EFFECT', 'MATCH', 'WHEN'],
    rows.map((row) => row.map(printable)),
  );
  return `${table}\nFirst match decides; no match denies. Control revision ${revision}`;
}

export const testPolicyAction: Action = async (run, ...paths) => {
  const files = await readPaths(
    run,
    paths.filter((path): path is string => path !== undefined),
  );
  const objects = files.objects.filter((object): object is StoredObject => !isSecretDraft(object));
  const policies = objects.filter(({ kind }) => kind === 'policy');
  if (policies.length === 0) throw usageError('There is no policy in these files.');
  const changed = new Set(policies.map(({ metadata }) => metadata.name));
  const { problems, warnings } = checkActivation({ objects, changed, toolsOf: () => new Map() });
  const lines = problems.map(({ policy, message, path, offset }) =>
    files.place({ object: `policy/${policy}`, message, path: [...path], ...(offset === undefined ? {} : { offset }) }),
  );
  const cases = policies.reduce((sum, { spec }) => sum + ((spec as PolicySpec).cases?.length ?? 0), 0);
  report(run, lines, warnings.length, cases);
  return lines.length === 0 ? exitCode.ok : exitCode.negative;
};

function report(run: Run, lines: readonly string[], warnings: number, cases: number): void {
  show(run, { cases, problems: lines, warnings }, () => {
    if (lines.length === 0) return `${cases} ${cases === 1 ? 'case passes' : 'cases pass'}.`;
    return [...lines.map(printable), `${lines.length} of ${Math.max(cases, lines.length)} failed.`].join('\n');
  });
}
