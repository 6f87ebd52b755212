// What the agent of a stopped call is told: the freeze and its reason, nothing else. The same words whether its stream is ended before the
// outcome is recorded or after.
import { GatewayError } from '../lib/error.ts';

/** undefined: it ended for another reason than the kill switch. `rule`: `freeze/<name>` where a freeze did it. */
export function stoppedBy(reason: unknown): { code: 'frozen'; message: string; rule: string | undefined; hint: undefined } | undefined {
  if (!(reason instanceof GatewayError) || reason.code !== 'frozen') return undefined;
  return { code: 'frozen', message: reason.message, rule: reason.detail, hint: undefined };
}
