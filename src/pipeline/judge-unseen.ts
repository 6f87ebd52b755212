// What cannot be compared with what an agent sends now: what it read elsewhere, at another gateway or before a restart, and what it sends packed beyond what is
// unpacked. Where a rule would stop some of it, `unseen` of the flow objects says what becomes of the call. Findings name labels and sources, never values.
import type { Call } from '../call.ts';
import { RANKED_LABELS } from '../detect/flow/label.ts';
import type { Destination, FlowModel } from '../detect/flow/model.ts';
import { ANYTHING, type FlowFact } from '../detect/flow/port.ts';
import { deny, type Flight, isApprovable, PASS, type Verdict } from './flight.ts';

/** Sources told in one reason. */
const MAX_TOLD = 3;

type Read = Pick<FlowFact, 'source' | 'server' | 'labels'>;
interface Towards {
  model: FlowModel;
  to: Destination;
}

export function unseen(flight: Flight, at: Towards, elsewhere: readonly Read[]): Verdict {
  return uncompared(
    flight,
    at,
    elsewhere,
    'unseen',
    (sources) => `What was read from ${sources} at another gateway or before a restart cannot be compared with this call`,
  );
}

/** `read`: all that this process knows of. */
export function packed(flight: Flight, at: Towards, read: readonly Read[]): Verdict {
  return uncompared(
    flight,
    at,
    read,
    'exceeded',
    (sources) => `What was read from ${sources} may be in this call: it holds something packed that is more than this gateway unpacks`,
  );
}

/** `read`: of which this process does not remember all. */
export function cut(flight: Flight, at: Towards, read: readonly Read[]): Verdict {
  return uncompared(
    flight,
    at,
    read,
    'exceeded',
    (sources) => `What was read from ${sources} is more than this gateway remembers, and cannot all be compared with this call`,
  );
}

/** Of a canary nobody can tell either whether it is in there. Where nobody can be asked it is refused. */
export function packedUnread(flight: Flight, { unseen: action }: FlowModel): Verdict {
  if (action === 'allow') return PASS;
  note(flight, 'flow.exceeded', action);
  return stopped(flight, action, 'flow/exceeded', 'This call holds something packed that is more than this gateway unpacks');
}

function uncompared(
  flight: Flight,
  { model, to }: Towards,
  read: readonly Read[],
  what: 'unseen' | 'exceeded',
  why: (sources: string) => string,
): Verdict {
  const { unseen: action } = model;
  const doomed = read.filter((fact) => model.mayStop(fact, to));
  const isHeld = action !== 'allow' && doomed.length > 0;
  // Policies look at where data comes from, whatever these objects allow.
  const told = flight.control.policies.needsFlow ? read : isHeld ? doomed : [];
  if (told.length === 0) return PASS;
  const types = [...new Set(told.flatMap((fact) => (fact.source === ANYTHING ? everyLabel(flight) : fact.labels))), what].map(
    (label) => `flow.${label}`,
  );
  for (const type of types) note(flight, type, isHeld ? action : 'log');
  if (!isHeld) return PASS;
  const sources = [...new Set(doomed.map(({ source }) => (source === ANYTHING ? 'more sources than are told apart' : source)))].sort();
  const more = sources.length > MAX_TOLD ? `, and ${sources.length - MAX_TOLD} more` : '';
  return stopped(flight, action, `flow/${what}`, why(`${sources.slice(0, MAX_TOLD).join(', ')}${more}`));
}

function stopped(flight: Flight, action: FlowModel['unseen'], rule: string, why: string): Verdict {
  if (action === 'log') return PASS;
  const { kind } = flight.call;
  if (action === 'deny' || kind === 'reverse' || !isApprovable(kind)) return deny('blocked_content', `${why}.`, rule);
  flight.heldBy ??= { rule, reason: `${why}; a person must approve it.` };
  return PASS;
}

/** What an agent sends is the result of a question, and the arguments of everything else. */
export function sentIn({ kind }: Call): 'result' | 'arguments' {
  return kind === 'reverse' ? 'result' : 'arguments';
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
