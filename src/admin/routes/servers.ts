// Definitions of servers for operators: what a server states against what was approved, line by line; approving and rejecting.
// An approval is bound to what was shown: it names the digest of everything stated, or hashes.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Compared, type Pinned, pinnedOf, type Stated, statedDigest } from '../../catalog/drift.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Json } from '../../lib/json.ts';
import { diffTexts, formatDiff } from '../../object/diff.ts';
import type { SpecOf, StoredObject } from '../../object/kinds.ts';
import type { ControlView } from '../../object/snapshot.ts';
import { change } from '../change.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { flagged, type Neighbour, reviewDefinition } from '../definition-review.ts';
import { mayAct, type Operator } from '../operator.ts';
import { failure, json, type Route, route } from '../route.ts';

export const serverRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/servers/{name}/definitions',
    role: 'viewer',
    summary: 'What a server states, against what was approved; `refresh=true` (role reviewer) reads it anew, `brief=true` judges nothing',
    query: contract.definitionsQuery,
    reply: contract.definitionsReply,
    async handle({ context, operator, param, query: { refresh, brief } }) {
      const server = param('name');
      const view = await context.view();
      if (!view.server(server)) return unknownServer(server);
      if (refresh === 'true' && !mayAct(operator.role, 'reviewer'))
        return failure(403, 'forbidden', 'Reading a server anew needs role reviewer or above.');
      const problems = refresh === 'true' ? await context.definitions.refresh(server) : [];
      const snapshot = view.get('snapshot', server);
      const stated = context.definitions.stated(server);
      const compared = context.definitions.compare(server);
      return json(200, {
        server,
        trust: view.server(server)?.spec.trust === true,
        snapshot: snapshot === undefined ? null : { revision: snapshot.revision ?? 0, definitions: snapshot.spec.definitions.length },
        digest: statedDigest(stated),
        problems,
        definitions: brief === 'true' ? compared.map(factsOf) : await judged(context, compared, server, neighbours(context, view, server)),
      });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/servers/{name}/approve',
    role: 'operator',
    summary: 'Approve what a server states: all of it as shown (`digest`), or some definitions by hash',
    body: contract.approveRequest,
    reply: contract.applyReply,
    handle: ({ context, operator, param, body }) => approve(context, operator, param('name'), body),
  }),
  route({
    method: 'post',
    path: '/api/v1/servers/{name}/reject',
    role: 'operator',
    summary: 'Reject definitions by hash: they stay quarantined, and are not asked about again',
    body: contract.rejectRequest,
    reply: contract.applyReply,
    handle: ({ context, operator, param, body }) => reject(context, operator, param('name'), body.hashes),
  }),
];

async function approve(context: AdminContext, operator: Operator, server: string, body: contract.ApproveRequest): Promise<Response> {
  const view = await context.view();
  const spec = view.server(server)?.spec;
  if (!spec) return unknownServer(server);
  const stated = context.definitions.stated(server);
  const chosen = body.hashes === undefined ? stated : stated.filter(({ hash }) => body.hashes?.includes(hash));
  const wrong = mismatch(body, stated, chosen);
  if (wrong !== undefined) return failure(409, 'definitions_changed', `${wrong} Look again: sallyport server review ${server}`);
  const before = view.get('snapshot', server)?.spec;
  if (body.despiteFindings !== true) {
    const suspect = await suspectOf(context, server, chosen, neighbours(context, view, server));
    if (suspect !== undefined) return failure(409, 'definitions_flagged', suspect);
  }
  const pins = chosen.map(pinnedOf);
  const taken = new Set(pins.map(nameKey));
  // Approving all of it replaces the snapshot; approving some adds to it.
  const kept =
    body.hashes === undefined ? [] : (before?.definitions ?? []).filter((pinned) => !taken.has(nameKey(pinned)) || body.keepOld === true);
  const rejected = (before?.rejected ?? []).filter((one) => !pins.some((pinned) => exactKey(pinned) === exactKey(one)));
  await context.definitions.save(chosen.map(({ hash, value }) => ({ hash, text: canonicalJson(value) })));
  const next: SpecOf['snapshot'] = {
    ...(before ?? {}),
    ...pick(body),
    endpoint: spec.url ?? [spec.command ?? '', ...(spec.args ?? [])].join(' '),
    definitions: [...kept, ...pins],
    ...(rejected.length > 0 ? { rejected } : {}),
  };
  return change(context, operator, { put: [snapshotObject(server, rejected.length > 0 ? next : without(next))] });
}

async function reject(context: AdminContext, operator: Operator, server: string, hashes: readonly string[]): Promise<Response> {
  const view = await context.view();
  const spec = view.server(server)?.spec;
  if (!spec) return unknownServer(server);
  const chosen = context.definitions.stated(server).filter(({ hash }) => hashes.includes(hash));
  if (chosen.length < new Set(hashes).size)
    return failure(
      409,
      'definitions_changed',
      `The server does not state all of these definitions any more. Look again: sallyport server review ${server}`,
    );
  const before = view.get('snapshot', server)?.spec;
  const pins = chosen.map(pinnedOf);
  const exact = new Set(pins.map(exactKey));
  const next: SpecOf['snapshot'] = {
    endpoint: spec.url ?? spec.command ?? '',
    ...before,
    // Who approved it before takes it back by rejecting it.
    definitions: (before?.definitions ?? []).filter((one) => !exact.has(exactKey(one))),
    rejected: [...(before?.rejected ?? []).filter((one) => !exact.has(exactKey(one))), ...pins],
  };
  return change(context, operator, { put: [snapshotObject(server, next)] });
}

function mismatch(body: contract.ApproveRequest, stated: readonly Stated[], chosen: readonly Stated[]): string | undefined {
  if (stated.length === 0) return 'The server states nothing that could be approved, or was not read yet.';
  if (body.hashes !== undefined)
    return chosen.length < new Set(body.hashes).size ? 'The server does not state all of these definitions any more.' : undefined;
  if (body.digest === statedDigest(stated)) return undefined;
  return 'The server states other definitions by now than the ones you approve.';
}

function pick({ owner, risk, environment, policy }: contract.ApproveRequest): Partial<SpecOf['snapshot']> {
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(risk === undefined ? {} : { risk }),
    ...(environment === undefined ? {} : { environment }),
    ...(policy === undefined ? {} : { policy }),
  };
}

function without({ rejected: _none, ...rest }: SpecOf['snapshot']): SpecOf['snapshot'] {
  return rest;
}

function snapshotObject(name: string, spec: SpecOf['snapshot']): StoredObject<'snapshot'> {
  return { kind: 'snapshot', metadata: { name }, spec };
}

/** Says what speaks against those that were not approved as they are; undefined when nothing does. */
async function suspectOf(
  context: AdminContext,
  server: string,
  chosen: readonly Stated[],
  others: readonly Neighbour[],
): Promise<string | undefined> {
  const hashes = new Set(chosen.map(({ hash }) => hash));
  const names: string[] = [];
  for (const { now, before, state } of context.definitions.compare(server)) {
    if (now === undefined || state === 'approved' || !hashes.has(now.hash)) continue;
    const old = before === undefined ? undefined : await context.definitions.text(before.hash);
    if (flagged(reviewDefinition(server, now, old, others)).length > 0) names.push(now.name.slice(0, 64));
  }
  if (names.length === 0) return undefined;
  const list = names
    .slice(0, 5)
    .map((one) => JSON.stringify(one))
    .join(', ');
  return `${names.length} of these definitions have findings: ${list}. Read them: sallyport server review ${server}; to approve them all the same: --despite-findings`;
}

/** Definitions of the other servers, as last seen. */
function neighbours(context: AdminContext, view: ControlView, server: string): Neighbour[] {
  return view
    .servers()
    .filter(({ metadata }) => metadata.name !== server)
    .flatMap(({ metadata }) =>
      context.definitions.stated(metadata.name).map(({ kind, name, value }) => ({ server: metadata.name, kind, name, value })),
    );
}

/** Each is compared with those of all other servers: one in a turn of the event loop, so that calls are served in between. */
async function judged(
  context: AdminContext,
  compared: readonly Compared[],
  server: string,
  others: readonly Neighbour[],
): Promise<contract.DefinitionBody[]> {
  const rows: contract.DefinitionBody[] = [];
  for (const one of compared) {
    rows.push(await shown(context, one, server, others));
    await nextTurn();
  }
  return rows;
}

async function shown(context: AdminContext, one: Compared, server: string, others: readonly Neighbour[]): Promise<contract.DefinitionBody> {
  const { state, now, before } = one;
  if (now === undefined) return factsOf(one);
  const old = before !== undefined && state !== 'approved' ? await context.definitions.text(before.hash) : undefined;
  return {
    ...factsOf(one),
    ...{ description: descriptionOf(now.value.description), ...reviewDefinition(server, now, old, others) },
    ...(old === undefined ? {} : { diff: formatDiff(diffTexts(pretty(JSON.parse(old) as Json), pretty(now.value))) }),
  };
}

function factsOf({ kind, name, state, now, before }: Compared): contract.DefinitionBody {
  return {
    ...{ kind, name, state },
    ...(now === undefined ? {} : { hash: now.hash }),
    ...(before === undefined ? {} : { approved: before.hash }),
    ...(before !== undefined && before.name !== name ? { nameBefore: before.name } : {}),
  };
}

const MAX_DESCRIPTION_CHARS = 300;

function descriptionOf(value: Json | undefined): string {
  return typeof value === 'string' ? value.slice(0, MAX_DESCRIPTION_CHARS) : '';
}

/** Keys in one order, so that only what means something differs. */
function pretty(value: Json): string {
  return JSON.stringify(JSON.parse(canonicalJson(value)), null, 2);
}

function nameKey({ kind, name }: Pinned): string {
  return `${kind}\n${name}`;
}

function exactKey({ kind, name, hash }: Pinned): string {
  return `${hash}${kind}\n${name}`;
}

function unknownServer(server: string): Response {
  return failure(404, 'not_found', `There is no server ${JSON.stringify(server.slice(0, 64))}. List them: sallyport get servers`);
}
