// Standing grants: write one, stand for one that somebody wrote, end one, list them with their use. Objects like all others underneath.
// Never counts a vote itself: who stands for a grant is written by object/grant-stamp.ts, and whether that is enough is asked at every call.

import { standingPeople } from '../../auth/person.ts';
import type { StoredObject } from '../../object/kinds.ts';
import { noSuch } from '../../object/no-such.ts';
import { change } from '../change.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { readDraft } from '../read-draft.ts';
import { failure, json, type Route, route } from '../route.ts';
import { instant } from '../ticket-view.ts';
import { freeName, taken } from './access.ts';

export const grantRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/grants',
    role: 'viewer',
    summary: 'Standing grants with their state and use, and whether a look at them is overdue',
    reply: contract.grantList,
    async handle({ context }) {
      const uses = await context.approvals.grantUses(context.org);
      const view = await context.view();
      const nowMs = context.clock.nowMs();
      const grants = view.list('grant').map((grant) => {
        const standing = standingPeople(view, grant.spec.votes ?? [], nowMs);
        const names = new Set(standing.map(({ operator }) => operator));
        return grantRow(grant, uses.get(`${grant.metadata.name}@${grant.spec.setAt ?? ''}`), names, nowMs);
      });
      return json(200, { grants });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/grants',
    role: 'reviewer',
    summary: 'Write a standing grant: calls that fit it run without a ticket, as far as its people may approve them',
    body: contract.grantRequest,
    reply: contract.grantReply,
    async handle({ context, operator, body: { name: wanted, definition: asked, ...spec } }) {
      const view = await context.view();
      const stem = `${spec.agent}-${spec.tool}`.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
      const name = wanted ?? freeName(stem, (candidate) => view.get('grant', candidate) !== undefined);
      if (view.get('grant', name)) return taken(`grant/${name}`);
      const definition = asked === 'current' ? currentDefinition(context, spec.server, spec.tool) : asked;
      if (asked === 'current' && definition === undefined)
        return failure(
          422,
          'refused',
          `The definition of tool "${spec.tool}" of server "${spec.server}" is not known here: let an agent list its tools first.`,
        );
      const whole = { ...spec, ...(definition === undefined ? {} : { definition }) };
      const object = readDraft({ kind: 'grant', metadata: { name }, spec: whole, revision: 0 });
      if (object instanceof Response) return object;
      return change(context, operator, { put: [object] }, { action: 'grant', reply: ({ revision }) => ({ name, revision }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/grants/{name}/confirm',
    role: 'reviewer',
    summary: 'Stand for a grant that somebody else wrote, as it is now',
    reply: contract.grantReply,
    async handle({ context, operator, param }) {
      const name = param('name');
      const grant = (await context.view()).get('grant', name);
      if (!grant) return unknown(context, name);
      if (grant.spec.votes?.some(({ by }) => by === operator.name))
        return failure(409, 'conflict', `You stand for grant/${name} already; another reviewer confirms it.`);
      const reply = ({ revision }: { revision: number }) => ({ name, revision });
      return change(context, operator, { put: [grant], confirm: name }, { action: 'grant-confirm', reply });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/grants/{name}/revoke',
    role: 'reviewer',
    summary: 'End a standing grant at once',
    reply: contract.grantReply,
    async handle({ context, operator, param }) {
      const name = param('name');
      if (!(await context.view()).get('grant', name)) return unknown(context, name);
      const reply = ({ revision }: { revision: number }) => ({ name, revision });
      return change(context, operator, { put: [], delete: [{ kind: 'grant', name }] }, { action: 'grant-revoke', reply });
    },
  }),
];

function currentDefinition({ definitions }: AdminContext, server: string, tool: string): string | undefined {
  return definitions.stated(server).find(({ kind, name }) => kind === 'tool' && name === tool)?.hash;
}

function grantRow(
  { metadata: { name }, spec }: StoredObject<'grant'>,
  use: { used: number; lastMs: number } | undefined,
  standing: ReadonlySet<string>,
  nowMs: number,
): contract.GrantBody {
  const { votes = [], ...shown } = spec;
  const used = use?.used ?? 0;
  const isUsedUp = spec.maxUses !== undefined && used >= spec.maxUses;
  const hasBegun = spec.from === undefined || nowMs >= Date.parse(spec.from);
  const isOver = !(nowMs < Date.parse(spec.until));
  return {
    name,
    ...shown,
    votes: votes.map((vote) => ({ ...vote, stands: standing.has(vote.by) })),
    state: isOver ? 'ended' : isUsedUp ? 'used_up' : hasBegun ? 'in_force' : 'not_yet',
    used,
    lastUsedAt: use && instant(use.lastMs),
    reviewOverdue: !isOver && spec.reviewAt !== undefined && nowMs >= Date.parse(spec.reviewAt),
  };
}

async function unknown(context: AdminContext, name: string): Promise<Response> {
  const names = (await context.view()).list('grant').map(({ metadata }) => metadata.name);
  return failure(404, 'not_found', noSuch('grant', name, names));
}
