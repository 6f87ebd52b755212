// Anomalies: hours (or days) in which an agent was refused, called or risked much more than in its own past. Compared with itself only; a report,
// not a rule: nothing is stopped by it.
import { isObject } from '../lib/json.ts';
import { type Cell, callOf, OTHER, type ReportEntry, type ReportFold, type ReportTable } from './fold.ts';

/** Agents watched one by one. */
export const MAX_AGENTS = 2_000;
/** Spans of one agent in the period and before it, together. */
export const MAX_SPANS = 1_000;
/** Spans with calls that it takes to say what is usual. */
const MIN_PAST = 3;
const MIN_DENIALS = 5;
const MIN_CALLS = 20;
const MIN_SCORED = 3;
const MIN_RISK_RISE = 20;

interface Span {
  calls: number;
  denials: number;
  risk: number;
  scored: number;
}

export class AnomalyReport implements ReportFold {
  readonly #sinceMs: number;
  readonly #spanMs: number;
  readonly #agents = new Map<string, Map<number, Span>>();
  #overflowed = false;

  /** What is read before `sinceMs` is the past. */
  constructor(sinceMs: number, spanMs: number) {
    this.#sinceMs = sinceMs;
    this.#spanMs = spanMs;
  }

  take(entry: ReportEntry): void {
    const call = entry.content.type === 'decision' ? callOf(entry) : undefined;
    if (!call || Number.isNaN(call.timeMs)) return;
    const span = this.#span(call.agent, Math.floor((call.timeMs - this.#sinceMs) / this.#spanMs));
    span.calls++;
    if (call.decision.effect === 'deny') span.denials++;
    const score = isObject(call.decision.risk) ? call.decision.risk.score : undefined;
    if (typeof score !== 'number') return;
    span.risk += score;
    span.scored++;
  }

  table(): ReportTable {
    const rows = [...this.#agents].flatMap(([agent, spans]) => this.#unusual(agent, spans));
    rows.sort((a, b) => (String(a[1]) < String(b[1]) ? 1 : -1));
    const hours = this.#spanMs / 3_600_000;
    return {
      columns: ['agent', 'from', 'what', 'value', 'usual', 'calls'],
      rows,
      notes: [
        `Spans of ${hours} h, each compared with the earlier ones of the same agent; usual is their mean.`,
        ...(this.#overflowed ? [`There are more than ${MAX_AGENTS} agents; the rest is watched together as ${OTHER}.`] : []),
      ],
    };
  }

  #span(agent: string, index: number): Span {
    let spans = this.#agents.get(agent);
    if (!spans) {
      if (this.#agents.size >= MAX_AGENTS && agent !== OTHER) {
        this.#overflowed = true;
        return this.#span(OTHER, index);
      }
      spans = new Map();
      this.#agents.set(agent, spans);
    }
    let span = spans.get(index);
    if (!span) {
      span = { calls: 0, denials: 0, risk: 0, scored: 0 };
      spans.set(index, span);
      if (spans.size > MAX_SPANS) spans.delete(Math.min(...spans.keys()));
    }
    return span;
  }

  #unusual(agent: string, spans: ReadonlyMap<number, Span>): Cell[][] {
    const ordered = [...spans].sort(([a], [b]) => a - b);
    return ordered.flatMap(([index, span], place) => {
      if (index < 0) return [];
      const past = ordered.slice(0, place).map(([, earlier]) => earlier);
      const from = new Date(this.#sinceMs + index * this.#spanMs).toISOString();
      return whatIsUnusual(span, past).map(({ what, value, usual }) => [agent, from, what, value, usual, span.calls]);
    });
  }
}

interface Unusual {
  what: string;
  value: number;
  usual: number | null;
}

function whatIsUnusual(span: Span, past: readonly Span[]): Unusual[] {
  if (past.length < MIN_PAST) {
    const isMostlyDenied = span.denials >= MIN_DENIALS && span.denials * 2 > span.calls;
    return isMostlyDenied ? [{ what: 'denials, and no past to compare with', value: span.denials, usual: null }] : [];
  }
  const found: Unusual[] = [];
  const denials = spread(past.map((earlier) => earlier.denials));
  if (span.denials >= MIN_DENIALS && span.denials > 3 * denials.mean && span.denials > denials.mean + 3 * denials.deviation)
    found.push({ what: 'denials', value: span.denials, usual: rounded(denials.mean) });
  const calls = spread(past.map((earlier) => earlier.calls));
  if (span.calls >= MIN_CALLS && span.calls > 4 * calls.mean && span.calls > calls.mean + 4 * calls.deviation)
    found.push({ what: 'calls', value: span.calls, usual: rounded(calls.mean) });
  const scored = past.filter((earlier) => earlier.scored > 0).map((earlier) => earlier.risk / earlier.scored);
  const risk = spread(scored);
  const now = span.risk / span.scored;
  if (scored.length >= MIN_PAST && span.scored >= MIN_SCORED && now > risk.mean + Math.max(MIN_RISK_RISE, 3 * risk.deviation))
    found.push({ what: 'risk', value: rounded(now), usual: rounded(risk.mean) });
  return found;
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(variance) };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
