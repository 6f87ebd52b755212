// What an agent read elsewhere, at another gateway or before a restart, may be what it sends now: nobody here can tell. Where a rule would stop some of
// it, `unseen` of the flow objects says what becomes of the call. Findings name labels and sources, never values.
import { RANKED_LABELS } from '../detect/flow/label.ts';
import type { Destination, FlowModel } from '../detect/flow/model.ts';
import { ANYTHING, type FlowFact } from '../detect/flow/port.ts';
import { deny, type Flight, PASS, type Verdict } from './flight.ts';
import { sentIn } from './inspect-canary.ts';

const RULE = 'flow/unseen';
/** Sources told in one reason. */
const MAX_TOLD = 3;

export function unseen(flight: Flight, at: { model: FlowModel; to: Destination }, elsewhere: readonly FlowFact[]): Verdict {
  const { model, to } = at;
  const { unseen: action } = model;
  const stopped = elsewhere.filter((fact) => model.mayStop(fact, to));
  const isHeld = action !== 'allow' && stopped.length > 0;
  // Policies look at where data comes from, whatever these objects allow.
  const told = flight.control.policies.needsFlow ? elsewhere : isHeld ? stopped : [];
  if (told.length === 0) return PASS;
  const types = [...new Set(told.flatMap((fact) => (fact.source === ANYTHING ? everyLabel(flight) : fact.labels))), 'unseen'].map(
    (label) => `flow.${label}`,
  );
  for (const type of types) note(flight, type, isHeld ? action : 'log');
  if (!isHeld || action === 'log') return PASS;
  const sources = [...new Set(stopped.map(({ source }) => (source === ANYTHING ? 'more sources than are told apart' : source)))].sort();
  const more = sources.length > MAX_TOLD ? `, and ${sources.length - MAX_TOLD} more` : '';
  const why = `What was read from ${sources.slice(0, MAX_TOLD).join(', ')}${more} at another gateway or before a restart cannot be compared with this call`;
  if (action === 'deny' || flight.call.kind === 'reverse') return deny('blocked_content', `${why}.`, RULE);
  flight.heldBy ??= { rule: RULE, reason: `${why}; a person must approve it.` };
  return PASS;
}

/** INVARIANT: who read from more sources than are told apart may have read what has any label (test/scenario/flow-facts.test.ts). */
function everyLabel({ control }: Flight): string[] {
  const said = control.view.servers().flatMap(({ spec }) => [spec.data, ...Object.values(spec.tools ?? {}).map(({ data }) => data)]);
  return [...new Set([...RANKED_LABELS, ...said.flatMap((data) => data?.labels ?? [])])].sort();
}

function note({ call, ports, control }: Flight, type: string, action: 'log' | 'hold' | 'deny'): void {
  call.findings = [...call.findings, { type, where: sentIn(call), path: undefined, count: 1, confidence: 0.5, action }];
  ports.metrics.finding(type, action, 1, control.org);
}
