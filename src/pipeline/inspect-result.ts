// Row: what the answer holds. Findings, redaction, injected instructions; nothing leaves the gateway that an inspector refused.
// Refusals and answers the gateway itself gave have nothing to inspect.
import type { Flight, Row, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { inspectInTurn } from './inspect-args.ts';
import { LIST_SHAPES } from './list-shape.ts';
import { writeLongReply } from './long-message.ts';
import { withholdAnswer } from './withheld-answer.ts';

export const inspectResult: Row = {
  name: 'inspect-result',
  run(flight) {
    if (flight.reply === undefined || flight.reply.type === 'accepted' || isDefining(flight)) return PASS;
    const verdict = inspectInTurn(flight, 'inspectResult', 0);
    return verdict instanceof Promise ? verdict.then((seen) => ended(flight, seen)) : ended(flight, verdict);
  },
};

/** Definitions are learnt and approved as the server said them, and handshakes narrowed; the row `narrow` looks at both. Failures of them are answers like any other. */
function isDefining({ call, reply }: Flight): boolean {
  if (call.kind !== 'list' && call.kind !== 'meta') return false;
  if (call.origin === 'gateway') return true;
  return reply?.type === 'result' && (Object.hasOwn(LIST_SHAPES, call.method) || /^(?:initialize|server\/discover)$/.test(call.method));
}

function ended(flight: Flight, verdict: Verdict): Verdict | Promise<Verdict> {
  if (verdict !== PASS) return flight.heldAnswer === undefined ? verdict : withholdAnswer(flight, verdict);
  return writeLongReply(flight)?.then(() => verdict) ?? verdict;
}
