// `sallyport get`, `history`, `rollback`, `delete` and `export`: objects of the running gateway.
import { isDeepStrictEqual } from 'node:util';
import type { HistoryReply, ObjectBody } from '../../admin/contract.ts';
import { diffObjects, formatDiff } from '../../object/diff.ts';
import { objectText } from '../../object/document-text.ts';
import type { StoredObject } from '../../object/kinds.ts';
import type { AdminClient } from '../admin-client.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { readKind } from '../kind-name.ts';
import { objectTable } from '../object-table.ts';
import { saveStream } from '../save-stream.ts';
import { printable, textTable } from '../text-table.ts';
import { readNumber } from '../when.ts';
import { applyText, warn } from './apply.ts';

export const getAction: Action = async (run, kindText = '', nameText) => {
  const [first = '', second] = kindText.split('/', 2);
  const name = nameText ?? second;
  const kind = first === 'all' && name === undefined ? undefined : readKind(first);
  return withGateway(run, async (client) => {
    if (kind !== undefined && name !== undefined) {
      const object = await client.object(kind, name);
      const health = await healthOf(client, kind);
      show(run, object, () => objectsText(run, [object], object, 'yaml', health));
      return exitCode.ok;
    }
    const list = await client.objects(kind);
    const health = await healthOf(client, kind);
    show(run, list, () => objectsText(run, list.objects, list.objects, 'table', health));
    return exitCode.ok;
  });
};

export const historyAction: Action = async (run, kindText = '', name = '') => {
  const kind = readKind(kindText);
  const limit = readNumber(run.options.text('limit'), '--limit', 1);
  const reply = await withGateway(run, (client) => client.history(kind, name, limit));
  if (run.options.flag('diff')) {
    show(run, reply, () => versionsText(reply.versions));
    return exitCode.ok;
  }
  show(run, reply, () =>
    textTable(
      ['REVISION', 'TIME', 'AUTHOR', ''],
      reply.versions.map(({ revision, time, author, object }) => [String(revision), time, author, object === undefined ? 'deleted' : '']),
    ),
  );
  return exitCode.ok;
};

/** Newest first, each against the one before it; the oldest that was asked for stands alone. */
function versionsText(versions: HistoryReply['versions']): string {
  return versions
    .map(({ revision, time, author, object }, i) => {
      const before = versions[i + 1]?.object as StoredObject | undefined;
      const lines = i === versions.length - 1 ? '' : formatDiff(diffObjects(before, object as StoredObject | undefined));
      const head = `revision ${revision}, ${time}, by ${author}${object === undefined ? ': deleted' : ''}`;
      return [head, ...(lines === '' ? [] : [printableLines(lines)])].join('\n');
    })
    .join('\n\n');
}

export const rollbackAction: Action = async (run, kindText = '', name = '') => {
  const kind = readKind(kindText);
  const wanted = readNumber(run.options.text('to'), '--to', 1);
  const reply = await withGateway(run, async (client) => {
    const to = wanted ?? (await versionBefore(client, kind, name));
    return client.rollback(kind, name, { to, dryRun: run.options.flag('dryRun') });
  });
  warn(run, reply.warnings);
  show(run, reply, () => applyText(reply));
  return exitCode.ok;
};

export const deleteAction: Action = async (run, kindText = '', name = '') => {
  const kind = readKind(kindText);
  const revision = readNumber(run.options.text('revision'), '--revision', 1);
  const reply = await withGateway(run, (client) => client.deleteObject(kind, name, revision));
  warn(run, reply.warnings);
  show(run, reply, () => applyText(reply));
  return exitCode.ok;
};

export const exportAction: Action = async (run) => {
  const kinds = run.options.list('kind').map(readKind);
  const path = run.options.text('output');
  return withGateway(run, async (client) => {
    if (run.json && path === undefined) {
      const { objects, revision } = await client.objects(undefined);
      if (run.options.flag('withSecrets')) throw usageError('--with-secrets writes YAML; leave out --json, or name a file with -o.');
      const wanted = objects.filter(({ kind }) => kinds.length === 0 || (kinds as string[]).includes(kind));
      run.terminal.out(JSON.stringify({ revision, objects: wanted }));
      return exitCode.ok;
    }
    const query = {
      kinds: kinds.length > 0 ? kinds.join(',') : undefined,
      secrets: run.options.flag('withSecrets'),
      revisions: run.options.flag('revisions'),
    };
    const saved = await saveStream(run, await client.exportObjects(query), path);
    if (path !== undefined) show(run, { path, bytes: saved.bytes }, () => `Wrote ${path} (${saved.bytes} bytes).`);
    return exitCode.ok;
  });
};

/** The last one that is not in force: of what was deleted, what it was. */
async function versionBefore(client: AdminClient, kind: string, name: string): Promise<number> {
  const { versions } = await client.history(kind, name, undefined);
  const [now, ...older] = versions;
  const [before, beforeThat] = older.filter(({ object }) => object !== undefined);
  // Run twice, by whomever, it would put in force again what was just taken out of force.
  if (now?.object && beforeThat && isSame(now.object, beforeThat.object))
    throw usageError(
      `What is in force is what revision ${beforeThat.revision} was, before ${before?.revision}: it seems to be rolled back already. Say with --to where to go; the revisions are shown by: sallyport history ${kind} ${name}`,
    );
  if (before) return before.revision;
  throw usageError(
    `There is no version of ${kind} "${name}" before the one in force. To take it out of force: sallyport delete ${kind} ${name}`,
  );
}

function isSame(one: ObjectBody | undefined, other: ObjectBody | undefined): boolean {
  return isDeepStrictEqual({ ...one, revision: 0 }, { ...other, revision: 0 });
}

/** Servers that are not well, as the gateway that answers sees them. */
async function healthOf(client: AdminClient, kind: string | undefined): Promise<ReadonlyMap<string, string>> {
  if (kind !== 'server') return new Map();
  const { servers } = await client.status();
  return new Map(
    servers.flatMap(({ server, health, endpoints = [] }) => {
      const ill = endpoints.filter((one) => one.health !== 'up').map(({ url, health: state }) => `${url} ${state}`);
      const told = [...(health === 'up' ? [] : [health]), ...ill];
      return told.length === 0 ? [] : [[server, printable(told.join(', '))] as const];
    }),
  );
}

function objectsText(
  run: Run,
  objects: readonly ObjectBody[],
  json: unknown,
  standard: 'yaml' | 'table',
  health: ReadonlyMap<string, string>,
): string {
  const form = run.options.text('output') ?? standard;
  if (form === 'json') return JSON.stringify(json, null, 2);
  if (form === 'name') return objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join('\n');
  if (form === 'table') return objectTable(objects, health);
  // Beside the object, as a remark: what follows can still be applied.
  const remark = [...health]
    .filter(([name]) => objects.some(({ metadata }) => metadata.name === name))
    .map(([name, state]) => `# ${name}: ${state}\n`);
  const text = objects
    .map((object) => printableLines(objectText(object as unknown as StoredObject, { revision: true })))
    .join('---\n')
    .trimEnd();
  return remark.join('') + text;
}

/** The YAML writer keeps line ends; anything else that steers a terminal is shown, not sent. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
