// Row: a call that a rule holds goes on only with a person's approval of exactly this call. Without one it is refused, and says so.
import type { Row } from './flight.ts';
import { deny, PASS } from './flight.ts';

export const approve: Row = {
  name: 'approve',
  idle: ({ call }) => call.decision?.effect === 'allow',
  run(flight) {
    const { decision } = flight.call;
    if (decision?.effect !== 'hold') return PASS;
    return deny('approval_required', decision.reason, decision.rule);
  },
};
