// Row: what the answer holds. Findings, redaction, injected instructions; nothing leaves the gateway that an inspector refused.
// Refusals and answers the gateway itself gave have nothing to inspect.
import type { Flight, Row, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { inspectInTurn } from './inspect-args.ts';
import { writeLongReply } from './long-message.ts';
import { withholdAnswer } from './withheld-answer.ts';

export const inspectResult: Row = {
  name: 'inspect-result',
  run(flight) {
    if (flight.reply === undefined || flight.reply.type === 'accepted') return PASS;
    const verdict = inspectInTurn(flight, 'inspectResult', 0);
    return verdict instanceof Promise ? verdict.then((seen) => ended(flight, seen)) : ended(flight, verdict);
  },
};

function ended(flight: Flight, verdict: Verdict): Verdict | Promise<Verdict> {
  if (verdict !== PASS) return flight.heldAnswer === undefined ? verdict : withholdAnswer(flight, verdict);
  return writeLongReply(flight)?.then(() => verdict) ?? verdict;
}
