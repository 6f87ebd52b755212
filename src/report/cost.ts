// Cost by agent, team, user, tool: what forwarded calls cost by the objects of kind price. The sum of what the log can show; what it cannot is
// counted and said, never guessed.
import type { Json } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import { callOf, type Dimension, Groups, groupOf, type ReportEntry, type ReportTable, type TeamOf } from './fold.ts';
import { amountText, exactAmount, type Price, type PriceOf, timesAmount, valueAt } from './price.ts';

/** The field a price is multiplied with, or why it cannot be had. */
export type FieldOf = (
  entry: ReportEntry,
  of: 'arguments' | 'result',
  path: string,
) => Promise<{ value: Json | undefined } | 'erased' | 'withheld'>;

export interface CostOptions {
  by: readonly Dimension[];
  teamOf: TeamOf;
  priceOf: PriceOf;
  fieldOf: FieldOf;
}

interface Sum {
  calls: number;
  priced: number;
  cost: bigint;
}

export class CostReport {
  readonly #options: CostOptions;
  readonly #groups = new Groups<Sum>(() => ({ calls: 0, priced: 0, cost: 0n }));
  readonly #unknown = { erased: 0, withheld: 0, unusable: 0, unpriced: 0 };

  constructor(options: CostOptions) {
    this.#options = options;
  }

  async take(entry: ReportEntry): Promise<void> {
    const call = entry.content.type === 'outcome' ? callOf(entry) : undefined;
    if (!call) return;
    const { by, teamOf, priceOf } = this.#options;
    const { server, tool } = call.decision;
    const place = { agent: call.agent, server: String(server ?? ''), tool: String(tool ?? ''), timeMs: call.timeMs };
    const price = priceOf(place);
    if (!price) {
      this.#unknown.unpriced++;
      return;
    }
    if (price.spec.charge === 'ok' && entry.content.status !== 'ok') return;
    const group = this.#groups.of([...groupOf(call, by, teamOf), price.spec.currency]);
    group.calls++;
    const cost = await this.#cost(entry, price);
    if (cost === undefined) return;
    group.priced++;
    group.cost += cost;
  }

  table(): ReportTable {
    const rows = this.#groups.entries().map(({ key, value }) => ({ key, ...value }));
    rows.sort((a, b) => (a.cost < b.cost ? 1 : a.cost > b.cost ? -1 : a.key.join() < b.key.join() ? -1 : 1));
    return {
      columns: [...this.#options.by, 'currency', 'calls', 'priced', 'cost'],
      rows: rows.map(({ key, calls, priced, cost }) => [...key, calls, priced, amountText(cost)]),
      notes: [...this.#notes(), ...this.#groups.notes()],
    };
  }

  async #cost(entry: ReportEntry, { spec }: Price): Promise<bigint | undefined> {
    const fixed = exactAmount(spec.perCall ?? '0') ?? 0n;
    if (!spec.perUnit) return fixed;
    const found = await this.#options.fieldOf(entry, spec.perUnit.of, spec.perUnit.path);
    if (found === 'erased' || found === 'withheld') {
      this.#unknown[found]++;
      return undefined;
    }
    const units = exactAmount(found.value);
    if (units === undefined || units < 0n) {
      this.#unknown.unusable++;
      return undefined;
    }
    return fixed + timesAmount(exactAmount(spec.perUnit.price) ?? 0n, units);
  }

  #notes(): string[] {
    const { erased, withheld, unusable, unpriced } = this.#unknown;
    const told: [number, string][] = [
      [unpriced, 'calls have no price: no object of kind price fits them'],
      [erased, 'calls are not in the sums: the value their price depends on was erased or never kept'],
      [withheld, 'calls are not in the sums: their price depends on values that role reviewer and above may see'],
      [unusable, 'calls are not in the sums: the field their price depends on is missing, or no amount'],
    ];
    return [
      'Prices are those of the objects as they are now.',
      ...told.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}.`),
    ];
  }
}

/** The text that was committed to, as the field of a price: of `arguments` the arguments of the call, of `result` the whole result. */
export function fieldIn(text: string, of: 'arguments' | 'result', path: string): Json | undefined {
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const whole = of === 'result' ? value : value.arguments;
  return typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? valueAt(whole, path) : undefined;
}
