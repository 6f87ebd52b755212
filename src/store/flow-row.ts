// A fact of readings as its row says, for both drivers. Beyond the bound there is one fact more, which stands for whatever else there may be.
import { ANYTHING, type FlowFact, MAX_FACTS } from '../detect/flow/port.ts';

/** Rows to ask for: the bound, the row that stands for more, and one by which it is known that there are more. */
export const FLOW_ROWS = MAX_FACTS + 2;

export function flowFacts(subject: string, rows: readonly Record<string, unknown>[]): FlowFact[] {
  const facts = rows.map((row): FlowFact => factOf(subject, row));
  return facts.length < FLOW_ROWS ? facts : [...facts.slice(0, MAX_FACTS), beyond(facts[0] as FlowFact)];
}

function factOf(subject: string, row: Record<string, unknown>): FlowFact {
  const { agent, process, source, server, labels } = row;
  return {
    ...{ subject, agent: String(agent), process: String(process), source: String(source), server: String(server) },
    labels: JSON.parse(String(labels)) as string[],
    ...{ isPrivate: Number(row.private) === 1, isUntrusted: Number(row.untrusted) === 1, isShared: Number(row.shared) === 1 },
  };
}

/** Whoever notes past the bound at the same time as others may be past it by some. Nobody's own: everybody takes it for what was read elsewhere. */
function beyond({ subject, agent }: FlowFact): FlowFact {
  const all = { source: ANYTHING, server: ANYTHING, labels: [], isPrivate: true, isUntrusted: true };
  return { subject, agent, process: '', ...all, isShared: true };
}
