// Objects of every kind: list, read, write, delete, history, roll-back, apply, diff, export.

import type { Json } from '../../lib/json.ts';
import { didYouMean } from '../../lib/suggest.ts';
import { findObject, objectHistory, planChecked, rollbackObject } from '../../object/apply.ts';
import { diffObjects, formatDiff } from '../../object/diff.ts';
import { exportObjects } from '../../object/document-text.ts';
import { isKind, type Kind, kindNames, type StoredObject } from '../../object/kinds.ts';
import { formatObjectError, type ObjectDraft, type ParsedObject, parseObjects, parseObjectValue } from '../../object/parse.ts';
import { keyOf } from '../../object/plan.ts';
import { answer, applyOptions, change, type Locate, problemLine, refused } from '../change.ts';
import * as contract from '../contract.ts';
import { mayAct } from '../operator.ts';
import { failure, json, type Route, route } from '../route.ts';
import { shownTo } from '../shown-to.ts';

export const objectRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/objects',
    role: 'viewer',
    summary: 'Objects, all or of one kind',
    query: contract.objectQuery,
    reply: contract.objectList,
    async handle({ context, operator, query: { kind } }) {
      if (kind !== undefined && !isKind(kind)) return unknownKind(kind);
      const view = await context.view();
      const objects = kind === undefined ? view.all() : view.list(kind);
      return json(200, { revision: view.revision, objects: objects.map((object) => shownTo(operator, object)) });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/objects/{kind}/{name}',
    role: 'viewer',
    summary: 'One object',
    reply: contract.objectBody,
    async handle({ context, operator, param }) {
      const kind = param('kind');
      if (!isKind(kind)) return unknownKind(kind);
      const found = findObject(await context.view(), kind, param('name'));
      return found.type === 'found' ? json(200, shownTo(operator, found.object)) : failure(404, 'not_found', found.message);
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/objects/{kind}/{name}',
    role: 'operator',
    summary: 'Write one object; `revision` in it makes the write conditional',
    body: contract.objectBody,
    reply: contract.applyReply,
    async handle({ context, operator, param, body }) {
      const [kind, name] = [param('kind'), param('name')];
      if (body.kind !== kind || body.metadata.name !== name)
        return failure(400, 'mismatch', `The body is ${body.kind}/${body.metadata.name}, the path ${kind}/${name}.`);
      const { objects, errors } = parseObjectValue(body as Json, `${kind}/${name}`);
      if (errors.length > 0) return invalid(errors.map(formatObjectError));
      return change(context, operator, { put: objects.map((one) => one.object) });
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/objects/{kind}/{name}',
    role: 'operator',
    summary: 'Delete one object',
    query: contract.deleteQuery,
    reply: contract.applyReply,
    async handle({ context, operator, param, query: { revision } }) {
      const kind = param('kind');
      if (!isKind(kind)) return unknownKind(kind);
      const found = findObject(await context.view(), kind, param('name'));
      if (found.type === 'missing') return failure(404, 'not_found', found.message);
      return change(context, operator, {
        put: [],
        delete: [{ kind, name: param('name'), ...(revision === undefined ? {} : { revision }) }],
      });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/objects/{kind}/{name}/history',
    role: 'viewer',
    summary: 'Versions of an object, newest first',
    query: contract.historyQuery,
    reply: contract.historyReply,
    async handle({ context, operator, param, query: { limit } }) {
      const kind = param('kind');
      if (!isKind(kind)) return unknownKind(kind);
      const versions = await objectHistory(context.objects, context.org, kind, param('name'), limit);
      if (versions.length === 0) return failure(404, 'not_found', `There never was a ${kind}/${param('name')}.`);
      const shown = versions.map(({ revision, author, timeMs, document }) => ({
        revision,
        author,
        time: new Date(timeMs).toISOString(),
        ...(document ? { object: shownTo(operator, document) } : {}),
      }));
      return json(200, { versions: shown });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/objects/{kind}/{name}/rollback',
    role: 'operator',
    summary: 'Write an older version again, as a new revision',
    body: contract.rollbackRequest,
    reply: contract.applyReply,
    async handle({ context, operator, param, body: { to, dryRun } }) {
      const kind = param('kind');
      if (!isKind(kind)) return unknownKind(kind);
      const target = { kind, name: param('name'), to };
      return answer(context, await rollbackObject(context.objects, context.org, target, applyOptions(context, operator, dryRun)));
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/apply',
    role: 'operator',
    summary: 'Apply objects, all or nothing',
    body: contract.applyRequest,
    reply: contract.applyReply,
    async handle({ context, operator, body }) {
      const input = readInput(body);
      if (input instanceof Response) return input;
      return change(context, operator, input, { locate: input.locate, ...(body.dryRun === undefined ? {} : { dryRun: body.dryRun }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/diff',
    role: 'operator',
    summary: 'What applying would change, line by line; writes nothing',
    body: contract.applyRequest,
    reply: contract.diffReply,
    async handle({ context, operator, body }) {
      const input = readInput(body);
      if (input instanceof Response) return input;
      const view = await context.view();
      const plan = planChecked(context.objects, context.org, view, input, {
        author: operator.name,
        timeMs: context.clock.nowMs(),
      });
      if (plan.problems.length > 0) return refused('This could not be applied', plan.problems, input.locate);
      const changes = plan.changes.map(({ kind, name, change: what, before, after }) => ({
        kind,
        name,
        change: what,
        diff: formatDiff(diffObjects(before, after)),
      }));
      return json(200, { revision: view.revision, changes, warnings: plan.warnings.map((one) => problemLine(one, input.locate)) });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/export',
    role: 'viewer',
    summary: 'Objects as YAML; sealed secrets only for role admin with secrets=true',
    query: contract.exportQuery,
    media: 'application/yaml',
    async handle({ context, operator, query: { kinds, secrets, revisions } }) {
      if (secrets === 'true' && !mayAct(operator.role, 'admin'))
        return failure(403, 'forbidden', 'Sealed secrets are exported by role admin only.');
      // Passkeys cannot be applied, whoever has the file: only when they are asked for.
      const wanted = kinds === undefined ? kindNames.filter((kind) => kind !== 'passkey') : kinds.split(',');
      const strange = wanted.find((kind) => !isKind(kind));
      if (strange !== undefined) return unknownKind(strange);
      const view = await context.view();
      const objects = (wanted as Kind[])
        .flatMap((kind) => [...view.list(kind)] as StoredObject[])
        .map((object) => (object.kind === 'secret' ? object : shownTo(operator, object)));
      const text = exportObjects(objects, { withSecrets: secrets === 'true', revision: revisions === 'true' });
      const left = kinds === undefined ? view.list('passkey').length : 0;
      return new Response(left === 0 ? text : `${leftOut(left)}${text}`, {
        headers: { 'content-type': 'application/yaml; charset=utf-8' },
      });
    },
  }),
];

function leftOut(passkeys: number): string {
  return `# Left out: ${passkeys} of kind passkey, which cannot be applied. See them with --kind passkey; \`sallyport backup\` takes them along.\n`;
}

function readInput(body: {
  text?: string | undefined;
  objects?: unknown[] | undefined;
  prune?: string[] | undefined;
  fileName?: string | undefined;
}) {
  const strange = body.prune?.find((kind) => !isKind(kind));
  if (strange !== undefined) return unknownKind(strange);
  const label = body.fileName ?? 'input';
  const parsed =
    body.text === undefined
      ? (body.objects ?? []).map((value, i) => parseObjectValue(value as Json, `${label}[${i}]`))
      : [parseObjects(body.text, label)];
  const errors = parsed.flatMap((one) => one.errors);
  if (errors.length > 0) return invalid(errors.map(formatObjectError));
  const found = parsed.flatMap((one) => one.objects);
  const put: ObjectDraft[] = found.map(({ object }) => object);
  return { put, locate: locatorOf(body.text === undefined ? [] : found), ...(body.prune ? { prune: body.prune as Kind[] } : {}) };
}

/** Objects that came as text have places in it; others are placed by whoever read them. */
function locatorOf(found: readonly ParsedObject[]): Locate {
  const byKey = new Map(found.map((one) => [keyOf(one.object.kind, one.object.metadata.name), one]));
  return ({ object, at }) => {
    const parsed = byKey.get(object);
    return parsed && at ? { file: parsed.file, ...parsed.locate(at.path, at.offset) } : undefined;
  };
}

function invalid(lines: readonly string[]): Response {
  return failure(400, 'invalid_objects', lines[0] ?? 'The input holds no valid object.', lines);
}

function unknownKind(kind: string): Response {
  return failure(
    404,
    'unknown_kind',
    `There is no kind "${kind.slice(0, 64)}".${didYouMean(kind, kindNames) || ` Kinds are ${kindNames.join(', ')}.`}`,
  );
}
