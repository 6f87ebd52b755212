// Which rule holds a call, how it is written, and what its matchers saw of the call: read again from the log and the objects of then.
// Reads only. For roles that may read arguments; what a detector spoke about and what is called a secret is not repeated here.
import type { Ticket } from '../approval/ticket.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { Json } from '../lib/json.ts';
import { ruleText } from '../object/rule-text.ts';
import { buildView } from '../object/snapshot.ts';
import { readsDefinitions } from '../policy/rehearse/simulate.ts';
import type { AdminContext } from './context.ts';
import { decisionOf } from './decision-of.ts';
import { redactedValues } from './redacted-values.ts';
import { policiesOf, Replay } from './replay.ts';

export interface WhyHeld {
  /** The rule as it was when it held the call; of risk and DLP, the object. */
  text: Json;
  /** It reads otherwise now, or is gone: the ticket will not be good for the call any more. */
  changed: boolean;
  /** By matcher (`intent`) or path (`args.amount`): what the rule saw. */
  saw: Record<string, Json>;
  /** What could not be had, one line each. */
  missing: string[];
}

export async function whyHeld(context: AdminContext, ticket: Ticket): Promise<WhyHeld> {
  const { org, objects } = context;
  const then = buildView(await objects.store.loadAt(org, ticket.revision));
  const text = ruleText(then, ticket.rule);
  const changed = canonicalJson(text) !== canonicalJson(ruleText(await context.view(), ticket.rule));
  const recorded = await decisionOf(context, ticket.callId);
  if (!recorded) return { text, changed, saw: {}, missing: ['the entry of the call is not in the log (yet)'] };
  const all = then.all();
  const set = policiesOf(all, ticket.revision);
  const { input, missing } = await new Replay(context, all, ticket.revision).request(recorded, undefined, true, readsDefinitions(set));
  const step = set.explain(input).trace.find(({ rule, matched }) => matched && rule === ticket.rule);
  const saw = redactedValues(step?.values, recorded.findings, true) ?? {};
  if (!step && set.needsFacts) missing.push('what the rule saw of earlier calls is not worked out here: sallyport explain does');
  return { text, changed, saw, missing };
}
