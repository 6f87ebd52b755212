// What happens to tickets, as it happens in this process: the port that notifications listen at. The log holds the same, durably.
// Told after the change is durable. Never lets a listener that throws touch the change or the other listeners.
import type { ApprovalFields } from '../audit/approval-entry.ts';
import type { Ticket } from './ticket.ts';

/** As in the entry of the log. */
export type TicketEvent = ApprovalFields['what'];
export type TicketListener = (org: string, event: TicketEvent, ticket: Ticket) => void;

export class TicketEvents {
  readonly #listeners = new Set<TicketListener>();

  /** Returns what ends the listening. */
  listen(listener: TicketListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(org: string, event: TicketEvent, ticket: Ticket): void {
    for (const listener of this.#listeners) {
      try {
        listener(org, event, ticket);
      } catch {
        // Whoever listens answers for its own failures; the change stands.
      }
    }
  }
}
