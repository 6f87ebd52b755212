// Row: what the answer holds. Findings, redaction, injected instructions; nothing leaves the gateway that an inspector refused.
// Refusals and answers the gateway itself gave have nothing to inspect.
import type { Row } from './flight.ts';
import { PASS } from './flight.ts';
import { inspectInTurn } from './inspect-args.ts';

export const inspectResult: Row = {
  name: 'inspect-result',
  run: (flight) => (flight.reply === undefined || flight.reply.type === 'accepted' ? PASS : inspectInTurn(flight, 'inspectResult', 0)),
};
