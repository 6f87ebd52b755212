// `sallyport server …`: register, review, approve, reject. An approval names what was shown: a server that changes meanwhile is not approved.
import type { ApplyReply, DefinitionBody, DefinitionsReply } from '../../admin/contract.ts';
import type { AdminClient } from '../admin-client.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { ListedFailure, usageError } from '../failure.ts';
import { printable, textTable } from '../text-table.ts';

export const addServerAction: Action = async (run, name = '') =>
  withGateway(run, async (client) => {
    const { options } = run;
    const url = options.text('serverUrl');
    const command = options.text('run');
    if ((url === undefined) === (command === undefined))
      throw usageError(
        `Give --server-url URL or --run COMMAND, for example: sallyport server add ${name} --server-url https://example.com/mcp`,
      );
    const spec =
      url === undefined
        ? { transport: 'stdio', command, ...(options.list('arg').length > 0 ? { args: options.list('arg') } : {}) }
        : { transport: options.flag('sse') ? 'sse' : 'http', url };
    const object = {
      kind: 'server',
      metadata: { name },
      spec: { ...spec, ...(options.flag('trust') ? { trust: true } : {}) },
      revision: 0,
    };
    await client.apply({ objects: [object], fileName: 'server add' });
    const reply = await client.definitions(name, 'anew');
    const why = await whyUnread(client, reply);
    show(run, reply, () => `${reviewText(reply, true)}${why}\n\n${nextStep(reply)}`);
    return isUnread(reply) ? exitCode.negative : exitCode.ok;
  });

export const reviewServerAction: Action = async (run, name = '') =>
  withGateway(run, async (client) => {
    const reply = await client.definitions(name, run.options.flag('cached') ? 'cached' : 'anew');
    const why = await whyUnread(client, reply);
    show(run, reply, () => `${reviewText(reply, run.options.flag('all'))}${why}\n\n${nextStep(reply)}`);
    return isUnread(reply) || (run.options.flag('exitCode') && open(reply).length > 0) ? exitCode.negative : exitCode.ok;
  });

export const approveServerAction: Action = async (run, name = '') =>
  withGateway(run, async (client) => {
    const { options } = run;
    const only = options.list('only');
    const digest = options.text('digest');
    if (only.length > 0 && digest !== undefined) throw usageError('--digest is about everything; it cannot go with --only.');
    const reply = await client.definitions(name, 'anew');
    if (isUnread(reply))
      throw new ListedFailure('server_unread', `Nothing of ${name} could be read, so there is nothing to approve.`, problemLines(reply));
    const about = Object.fromEntries(['owner', 'risk', 'environment', 'policy'].map((key) => [key, options.text(key)]));
    const despite = options.flag('despiteFindings') ? { despiteFindings: true } : {};
    const body = only.length > 0 ? { hashes: hashesOf(reply, only), keepOld: options.flag('keepOld') } : { digest: digest ?? reply.digest };
    const applied = await client.approveDefinitions(name, { ...about, ...despite, ...body });
    const count = only.length > 0 ? only.length : reply.definitions.filter(({ hash }) => hash).length;
    return shown(run, client, name, applied, `Approved ${count} definitions of ${name}.`);
  });

export const rejectServerAction: Action = async (run, name = '') =>
  withGateway(run, async (client) => {
    const only = run.options.list('only');
    if (only.length === 0) throw usageError(`Name what to reject, for example: sallyport server reject ${name} --only delete_all`);
    const reply = await client.definitions(name, 'cached');
    const applied = await client.rejectDefinitions(name, { hashes: hashesOf(reply, only) });
    return shown(run, client, name, applied, `Rejected ${only.length} definitions of ${name}.`);
  });

async function shown(run: Run, client: AdminClient, name: string, applied: ApplyReply, text: string): Promise<number> {
  const after = await client.definitions(name, 'cached');
  const left = open(after).length;
  const rest = left === 0 ? '' : ` ${left} more are not approved: sallyport server review ${name}`;
  show(run, { revision: applied.revision, open: left }, () => `${text}${rest}`);
  return exitCode.ok;
}

function hashesOf(reply: DefinitionsReply, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const found = reply.definitions.filter((one) => one.name === name && one.hash !== undefined);
    if (found.length === 0) {
      const next = `See: sallyport server review ${reply.server} --all`;
      throw usageError(`Server ${reply.server} states nothing named ${JSON.stringify(name.slice(0, 128))}. ${next}`);
    }
    return found.map(({ hash }) => hash as string);
  });
}

function open(reply: DefinitionsReply): DefinitionBody[] {
  return reply.definitions.filter(({ state }) => state !== 'approved' && state !== 'rejected');
}

function reviewText(reply: DefinitionsReply, isAll: boolean): string {
  const rows = (isAll ? reply.definitions : open(reply)).map(
    ({ state, kind, name, nameBefore, description, intent, category, risk, findings }) => [
      state,
      kind,
      nameBefore === undefined ? name : `${nameBefore} → ${name}`,
      intent ?? '',
      category ?? '',
      risk ?? '',
      findings === undefined ? '' : String(findings.length),
      printable(description ?? '').slice(0, 60),
    ],
  );
  const diffs = open(reply).flatMap(({ name, kind, diff }) =>
    diff ? [`${kind} ${printable(name)}:\n${diff.split('\n').map(printable).join('\n')}`] : [],
  );
  const problems = problemLines(reply);
  const approved = reply.definitions.filter(({ state }) => state === 'approved').length;
  const head = reply.snapshot === null ? 'no snapshot is approved' : `${approved} as approved (revision ${reply.snapshot.revision})`;
  const list =
    rows.length === 0 ? [] : [textTable(['STATE', 'KIND', 'NAME', 'INTENT', 'CATEGORY', 'RISK', 'FINDINGS', 'DESCRIPTION'], rows)];
  return [
    `${reply.server}: ${head}${reply.trust ? '; trusted: used as stated, without approval' : ''}`,
    ...list,
    ...findingLines(isAll ? reply.definitions : open(reply)),
    ...diffs,
    ...problems,
  ].join('\n');
}

/** What speaks against a definition, one line each. */
function findingLines(definitions: readonly DefinitionBody[]): string[] {
  return definitions.flatMap(({ name, findings }) =>
    (findings ?? [])
      .slice(0, 10)
      .map(
        ({ type, path, score, excerpt }) =>
          `finding: ${printable(name)} ${type} (${score.toFixed(2)}) at ${printable(path)}: ${printable(excerpt)}`,
      ),
  );
}

/** One line for all lists that fail in the same way. */
function problemLines({ problems }: DefinitionsReply): string[] {
  const lists = new Map<string, string[]>();
  for (const line of problems) {
    const [list = '', ...why] = line.split(': ');
    const key = why.join(': ');
    lists.set(key, [...(lists.get(key) ?? []), list]);
  }
  return [...lists].map(([why, which]) => `could not be read: ${printable(which.join(', '))}: ${printable(why)}`);
}

/** Nobody knows what it states: that is neither approved nor changed. */
function isUnread({ definitions, problems }: DefinitionsReply): boolean {
  return problems.length > 0 && definitions.every(({ hash }) => hash === undefined);
}

/** What the connection itself said: the exit code of a program, a name that does not resolve. For operators only. */
async function whyUnread(client: AdminClient, reply: DefinitionsReply): Promise<string> {
  if (!isUnread(reply)) return '';
  const { servers } = await client.status();
  const last = servers.find(({ server }) => server === reply.server)?.lastError;
  return last === undefined ? '' : `\nlast failure: ${printable(last)}`;
}

function nextStep(reply: DefinitionsReply): string {
  if (isUnread(reply))
    return `Nothing could be read, so nothing can be said of what it states. Mend that, then look again: sallyport server review ${reply.server}`;
  if (reply.snapshot === null && reply.definitions.length === 0)
    return `Nothing was read yet, or it states nothing. Read it: sallyport server review ${reply.server}`;
  if (reply.trust) return 'Nothing to approve: this server is trusted.';
  if (open(reply).length === 0) return 'Everything is as it was approved.';
  const despite = open(reply).some(({ findings }) => findings !== undefined) ? ' --despite-findings' : '';
  return `What is not approved is hidden and refused. Approve all of it: sallyport server approve ${reply.server} --digest ${reply.digest}${despite}`;
}
