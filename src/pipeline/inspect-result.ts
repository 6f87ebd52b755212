// Row: what the answer holds. Findings, redaction, injected instructions; nothing leaves the gateway that an inspector refused.
// Refusals and answers the gateway itself gave have nothing to inspect.
import type { Row } from './flight.ts';
import { PASS } from './flight.ts';
import { inspectInTurn } from './inspect-args.ts';
import { writeLongReply } from './long-message.ts';

export const inspectResult: Row = {
  name: 'inspect-result',
  run(flight) {
    if (flight.reply === undefined || flight.reply.type === 'accepted') return PASS;
    const verdict = inspectInTurn(flight, 'inspectResult', 0);
    return verdict instanceof Promise ? verdict.then((seen) => writeLongReply(flight)?.then(() => seen) ?? seen) : verdict;
  },
};
