// What the agent of a held call is told about its ticket, as a next step. Never names a reviewer; a reviewer's comment is meant for the agent.
import type { Ticket } from '../approval/ticket.ts';

export function nextStep(ticket: Ticket, expiresAt: string): string {
  const comment = ticket.votes.at(-1)?.comment;
  return ticket.state === 'refused'
    ? `A reviewer refused it${comment ? ` (${comment})` : ''}. The same call is not put to anyone again before ${expiresAt}.`
    : `It waits for a person as ${ticket.id} until ${expiresAt}. Make the same call again, with the same arguments, once it is approved: it then runs, once. Do not change the arguments to get around this.`;
}
