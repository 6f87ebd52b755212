// `sallyport policy lint` and `policy diff`: what looks wrong in policies, and how two sets of them decide differently.
// Reads only. Examples of calls are shown as one line of JSON, which is YAML as well: they can be put into a case as they are.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { LintReply, PolicyDiffReply } from '../../admin/contract.ts';
import type { PolicyBody } from '../admin-client.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable } from '../text-table.ts';

export const lintPolicyAction: Action = async (run, what) => {
  const body = what === undefined ? {} : sourceOf(what);
  const reply = await withGateway(run, (client) => client.lintPolicies(body));
  show(run, reply, () => lintText(reply));
  return reply.problems.length === 0 ? exitCode.ok : exitCode.negative;
};

export const diffPolicyAction: Action = async (run, a, b) => {
  if (a === undefined || b === undefined)
    throw usageError('Name two: files, revisions, or `now`, for example: sallyport policy diff now policy.yaml');
  const body = { a: sourceOf(a), b: sourceOf(b) };
  const reply = await withGateway(run, (client) => client.diffPolicies(body));
  show(run, reply, () => diffText(reply));
  return reply.witnesses.length === 0 ? exitCode.ok : exitCode.negative;
};

/** A file, a control revision, or `now`. */
export function sourceOf(what: string): PolicyBody {
  if (what === 'now') return {};
  if (/^\d{1,15}$/.test(what) && !existsSync(what)) return { revision: Number(what) };
  return { text: readFileSync(what, 'utf8'), fileName: basename(what) };
}

function lintText({ problems, rules, tools }: LintReply): string {
  const lines = problems.flatMap(({ kind, rule, message, example }) => [
    `${kind}: ${rule === undefined ? '' : `${rule}: `}${message}`,
    ...(example ? [`  for example ${exampleText(example)}`] : []),
  ]);
  const found =
    problems.length === 0 ? 'Nothing looks wrong' : `${problems.length} ${problems.length === 1 ? 'thing looks' : 'things look'} wrong`;
  return [...lines, `${found} in ${rules} rules, over ${tools} tools that are known.`].map(printable).join('\n');
}

/** Without the definition: that of a tool fills the screen, and stands in the answer of --json. */
function exampleText({ definition, ...call }: NonNullable<LintReply['problems'][number]['example']>): string {
  return JSON.stringify(call);
}

function diffText({ rules, witnesses, tried, complete }: PolicyDiffReply): string {
  const lines = rules.map(({ rule, change }) => `${change}: ${rule}`);
  for (const { call, a, b } of witnesses) lines.push(`${a.effect} by ${a.rule} → ${b.effect} by ${b.rule}: ${JSON.stringify(call)}`);
  const far = `${tried} calls were tried${complete ? '' : ', which is not all there is to try'}`;
  lines.push(witnesses.length === 0 ? `No call was found that is decided differently; ${far}.` : `${far}.`);
  return lines.map(printable).join('\n');
}
