// Denials by rule and reason code, and by whatever else is asked for; those that limits summed up in one entry are counted too.
import { callOf, type Dimension, Groups, groupOf, type ReportEntry, type ReportFold, type ReportTable, type TeamOf } from './fold.ts';

/** Agents told apart in one group. */
const MAX_AGENTS = 1_000;

export class DenialReport implements ReportFold {
  readonly #by: readonly Dimension[];
  readonly #teamOf: TeamOf;
  readonly #groups = new Groups(() => ({ count: 0, agents: new Set<string>(), last: '', call: '' }));
  #summed = 0;

  /** `by` beside rule and code. */
  constructor(by: readonly Dimension[], teamOf: TeamOf) {
    this.#by = by.filter((dimension) => dimension !== 'rule');
    this.#teamOf = teamOf;
  }

  take(entry: ReportEntry): void {
    const { content } = entry;
    if (content.type === 'system' && content.event === 'limited') this.#limited(entry);
    const call = content.type === 'decision' ? callOf(entry, true) : undefined;
    if (call?.decision.effect !== 'deny') return;
    const { rule, code } = call.decision;
    this.#count([String(rule), String(code), ...groupOf(call, this.#by, this.#teamOf)], call.agent, 1, entry);
  }

  table(): ReportTable {
    const rows = this.#groups.entries().map(({ key, value }) => ({ key, ...value }));
    rows.sort((a, b) => b.count - a.count || (a.key.join() < b.key.join() ? -1 : 1));
    const notes =
      this.#summed === 0
        ? []
        : [`${this.#summed} of them are refusals by limits that the log sums up; of those only agent and limit are known.`];
    return {
      columns: ['rule', 'code', ...this.#by, 'denials', 'agents', 'last', 'example'],
      rows: rows.map(({ key, count, agents, last, call }) => [...key, count, agents.size, last, call]),
      notes: [...notes, ...this.#groups.notes()],
    };
  }

  #limited(entry: ReportEntry): void {
    const { agent, limit, refused } = entry.content;
    const count = Number(refused) || 0;
    this.#summed += count;
    const known: Partial<Record<Dimension, string>> = { agent: String(agent), team: this.#teamOf(String(agent)) ?? '' };
    this.#count([`limit/${String(limit)}`, 'limited', ...this.#by.map((dimension) => known[dimension] ?? '')], String(agent), count, entry);
  }

  #count(key: string[], agent: string, count: number, { content }: ReportEntry): void {
    const group = this.#groups.of(key);
    group.count += count;
    if (agent !== '' && group.agents.size < MAX_AGENTS) group.agents.add(agent);
    const time = String(content.time);
    if (time < group.last) return;
    group.last = time;
    group.call = typeof content.call === 'string' ? content.call : '';
  }
}
