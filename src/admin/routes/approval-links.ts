// Links to the page of a ticket, for people who are to decide. Whoever may read the ticket may hand one on; it opens nothing by itself.
import * as contract from '../contract-approval.ts';
import { failure, json, type Route, route } from '../route.ts';
import { instant } from '../ticket-view.ts';

export const approvalLinkRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/v1/approvals/{id}/link',
    role: 'reviewer',
    summary: 'A short-lived link to the page of a ticket; who opens it signs in there',
    reply: contract.approvalLink,
    async handle({ context, param }) {
      const { org, approvals, review } = context;
      const ticket = await approvals.find(org, param('id'));
      if (!ticket)
        return failure(
          404,
          'not_found',
          `There is no ticket ${JSON.stringify(param('id').slice(0, 64))}. sallyport approval list shows those that wait.`,
        );
      if (ticket.state !== 'open')
        return failure(
          409,
          'conflict',
          `Nothing is left to decide: ${ticket.id} is ${ticket.state}. sallyport approval show ${ticket.id} says more.`,
        );
      const link = review.links.urlOf(org, ticket.id, ticket.expiresMs, ticket.approvers?.passkey);
      if (!link)
        return failure(
          409,
          'no_public_url',
          'Nobody could open a link from elsewhere: set admin.publicUrl to the URL people reach this listener by.',
        );
      return json(200, { url: link.url, expiresAt: instant(link.untilMs) });
    },
  }),
];
