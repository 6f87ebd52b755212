// `sallyport apply` and `sallyport diff`: object files against the running gateway.
import type { ApplyReply, ApplyRequest } from '../../admin/contract.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { ListedFailure } from '../failure.ts';
import { readKind } from '../kind-name.ts';
import { type ObjectFiles, readObjectFiles } from '../object-files.ts';
import { printable } from '../text-table.ts';

export const applyAction: Action = async (run) => {
  const { request, files } = await readRequest(run);
  const sent = { ...request, dryRun: run.options.flag('dryRun') };
  const reply = await located(files, () => withGateway(run, (client) => client.apply(sent)));
  warn(run, placedWarnings(reply, files));
  show(run, reply, () => applyText(reply));
  return exitCode.ok;
};

export const diffAction: Action = async (run) => {
  const { request, files } = await readRequest(run);
  const reply = await located(files, () => withGateway(run, (client) => client.diff(request)));
  warn(run, reply.warnings);
  const changed = reply.changes.filter(({ change }) => change !== 'unchanged');
  show(run, reply, () => {
    if (changed.length === 0) return 'No difference.';
    return changed
      .map(({ kind, name, change, diff }) =>
        [`${kind}/${name}: ${change}`, ...diff.split('\n').map((line) => tint(run, printable(line)))].join('\n'),
      )
      .join('\n\n');
  });
  return changed.length > 0 && run.options.flag('exitCode') ? exitCode.negative : exitCode.ok;
};

/** What a change did, one line per object. */
export function applyText(reply: ApplyReply): string {
  const lines = reply.changes.map(
    ({ kind, name, change }) => `${kind}/${name}: ${reply.dryRun && change !== 'unchanged' ? `would be ${change}` : change}`,
  );
  return [...lines, `${reply.dryRun ? 'Nothing was changed; the control revision is' : 'Control revision'} ${reply.revision}`].join('\n');
}

export function warn(run: Run, warnings: readonly string[]): void {
  if (!run.json) for (const warning of warnings) run.terminal.err(`sallyport: warning: ${printable(warning)}`);
}

async function readRequest(run: Run): Promise<{ request: ApplyRequest; files: ObjectFiles }> {
  const files = await readObjectFiles(run);
  const { objects } = files;
  const prune = pruned(run, new Set(objects.map(({ kind }) => kind)));
  return { request: { objects, ...(prune.length > 0 ? { prune } : {}) }, files };
}

/** The gateway says where in an object a problem stands; the lines and columns are known here. */
async function located<T>(files: ObjectFiles, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ListedFailure) || !error.problems.some(({ path }) => path)) throw error;
    const lines = error.problems.map((problem) => files.place(problem));
    throw new ListedFailure(error.code, `Nothing was changed: ${lines[0] ?? ''}`, lines);
  }
}

function placedWarnings({ warnings, placedWarnings: placed = [] }: ApplyReply, files: ObjectFiles): string[] {
  const known = new Map(placed.map((one) => [`${one.object}: ${one.message}`, files.place(one)]));
  return warnings.map((line) => known.get(line) ?? line);
}

/** Operators only by name: who applies a folder without them must not lock everybody out. */
function pruned(run: Run, given: ReadonlySet<string>): string[] {
  const { options } = run;
  if (!options.has('prune')) return [];
  const named = options.text('prune');
  if (named === undefined) return [...given].filter((kind) => kind !== 'operator');
  return named.split(',').map((kind) => readKind(kind.trim()));
}

function tint(run: Run, line: string): string {
  const code = { '+': 32, '-': 31, '@': 36 }[line[0] ?? ''];
  return run.terminal.color && code !== undefined ? `\u001b[${code}m${line}\u001b[39m` : line;
}
