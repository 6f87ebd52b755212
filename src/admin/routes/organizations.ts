// Organizations of this gateway. Making one and seeing that there are others needs the right `organizations`, which no role includes.
// Nothing here reads or changes what belongs to another organization.
import { didYouMean } from '../../lib/suggest.ts';
import * as contract from '../contract.ts';
import { newOperatorToken, type Operator } from '../operator.ts';
import { failure, json, type Route, route } from '../route.ts';

export const organizationRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/organizations',
    role: 'viewer',
    summary: 'The own organization; all of them with the right `organizations`',
    reply: contract.organizationList,
    async handle({ context, operator }) {
      const names = mayMake(operator) ? await context.organizations.list() : [context.org];
      return json(200, { organizations: names.map((name) => ({ name, own: name === context.org })) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/organizations',
    role: 'admin',
    summary: 'Make an organization and its first operator, whose token is in this answer and nowhere else; needs the right `organizations`',
    body: contract.organizationRequest,
    reply: contract.newOrganizationReply,
    async handle({ context, operator, body: { name, title, owner, contact } }) {
      if (!mayMake(operator))
        return failure(403, 'forbidden', 'Making an organization needs the right `organizations`; you do not have it.');
      const names = await context.organizations.list();
      if (names.includes(name)) return failure(409, 'conflict', `The organization ${name} exists already. Choose another name.`);
      const { token, hash, hint } = newOperatorToken();
      const first = { name: FIRST_OPERATOR, hash, hint };
      const settings = { ...(owner === undefined ? {} : { owner }), ...(contact === undefined ? {} : { contact }) };
      const made = await context.organizations.create({ name, title, settings, first, author: `${context.org}/${operator.name}` });
      if (made.type === 'exists') return failure(409, 'conflict', `The organization ${name} exists already.${didYouMean(name, names)}`);
      context.logger.info({ org: name, by: `${context.org}/${operator.name}` }, 'an organization was made');
      return json(200, { name, operator: FIRST_OPERATOR, token, revision: made.revision });
    },
  }),
];

const FIRST_OPERATOR = 'admin';

function mayMake(operator: Operator): boolean {
  return operator.rights.includes('organizations');
}
