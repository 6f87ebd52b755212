// Passkeys of reviewers: list, invite somebody to register one, remove one; and what a reviewer's browser signs to approve a call that takes one.
// Never registers one: whoever holds the key does, on the page of the invitation.

import { systemRandom } from '../../lib/id.ts';
import { noSuch } from '../../object/no-such.ts';
import { change } from '../change.ts';
import * as contract from '../contract-passkey.ts';
import { mayAct } from '../operator.ts';
import { failure, json, type Route, route } from '../route.ts';
import { challengeFor, NO_PARTY, TWO_PEOPLE } from '../step-up.ts';
import { instant } from '../ticket-view.ts';

const NONCE_BYTES = 16;

export const passkeyRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/passkeys',
    role: 'viewer',
    summary: 'Passkeys of reviewers: whose, for which host, registered and last used when',
    query: contract.passkeyQuery,
    reply: contract.passkeyList,
    async handle({ context, query: { user } }) {
      const uses = await context.passkeys.lastUses(context.org);
      const all = (await context.view()).list('passkey').filter(({ spec }) => user === undefined || spec.user === user);
      const passkeys = all.map(({ metadata, spec: { key: _, ...spec } }) => {
        const use = uses.get(spec.credential);
        return { name: metadata.name, title: metadata.title, ...spec, ...(use ? { lastUsedAt: instant(use.usedMs) } : {}) };
      });
      return json(200, { passkeys });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/passkeys/invite',
    role: 'admin',
    summary: 'A link on which this user registers one passkey, once and within a day; who opens it signs in there',
    body: contract.inviteRequest,
    reply: contract.inviteReply,
    async handle({ context, operator, body: { user } }) {
      const view = await context.view();
      if (!view.user(user)) {
        const names = view.users().map(({ metadata }) => metadata.name);
        return failure(404, 'not_found', noSuch('user', user, names));
      }
      if (!view.operators().some(({ spec }) => spec.user === user && spec.revokedAt === undefined && mayAct(spec.role, 'reviewer')))
        return failure(422, 'refused', `No operator who may review is linked to user/${user} (spec.user), so nobody could sign in there.`);
      if (view.operator(operator.name)?.spec.user === user) return failure(403, 'forbidden', `You are user/${user}: ${TWO_PEOPLE}`);
      const nonce = Buffer.from(systemRandom.bytes(NONCE_BYTES)).toString('hex');
      const link = context.review.links.invite({ org: context.org, user, by: operator.name, nonce });
      if (!link) return failure(409, 'no_public_url', NO_PARTY);
      return json(200, { user, url: link.url, expiresAt: instant(link.untilMs) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/passkeys/{name}/remove',
    role: 'reviewer',
    summary: 'Remove a passkey: your own, or any for role admin. What it signed stays verifiable',
    reply: contract.grantedRevision,
    async handle({ context, operator, param }) {
      const name = param('name');
      const view = await context.view();
      const passkey = view.get('passkey', name);
      if (!passkey)
        return failure(
          404,
          'not_found',
          noSuch(
            'passkey',
            name,
            view.list('passkey').map((one) => one.metadata.name),
          ),
        );
      const own = view.operator(operator.name)?.spec.user;
      if (passkey.spec.user !== own && !mayAct(operator.role, 'admin'))
        return failure(403, 'forbidden', `passkey/${name} is not yours; role admin can remove it.`);
      const reply = ({ revision }: { revision: number }) => ({ name, revision });
      return change(context, operator, { put: [], delete: [{ kind: 'passkey', name }] }, { action: 'passkey', reply });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/approvals/{id}/challenge',
    role: 'reviewer',
    summary: 'What your passkey signs to approve this ticket, once; the assertion goes with the approval as passkey',
    reply: contract.challengeReply,
    async handle({ context, operator, param }) {
      const ticket = await context.approvals.find(context.org, param('id'));
      if (!ticket) return failure(404, 'not_found', `There is no ticket ${JSON.stringify(param('id').slice(0, 64))}.`);
      const asked = await challengeFor(context, operator, ticket);
      if ('problem' in asked) return failure(409, 'no_passkey', asked.problem);
      const { untilMs, ...rest } = asked;
      return json(200, { ...rest, expiresAt: instant(untilMs) });
    },
  }),
];
