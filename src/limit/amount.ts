// Amounts in arguments, exactly: a JSON number or a decimal text becomes a whole number of the smallest unit, or is refused.
// Never rounds, never adds binary fractions, and takes nothing for zero that it cannot read.
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { foldText } from './fold.ts';

/** Elements that `*` visits in one call. */
export const MAX_SUM_ELEMENTS = 10_000;

export interface CompiledSum {
  path: string;
  steps: readonly string[];
  decimals: number;
  where: readonly { steps: readonly string[]; values: ReadonlySet<string> }[];
}

/** `none`: the condition does not hold, the call does not count. */
export type AmountReading = { type: 'amount'; units: number } | { type: 'none' } | { type: 'bad'; why: string };

export function readAmount(sum: CompiledSum, args: Json | undefined, maxUnits: number): AmountReading {
  const given: Json = args ?? {};
  if (!sum.where.every((condition) => holds(condition, given))) return { type: 'none' };
  const found: (Json | undefined)[] = [];
  if (!collect(given, sum.steps, 0, found)) return { type: 'bad', why: `"${sum.path}" names more than ${MAX_SUM_ELEMENTS} values` };
  if (found.length === 0) return { type: 'bad', why: `"${sum.path}" is missing` };
  let total = 0;
  for (const value of found) {
    const units = value === undefined ? `is missing` : unitsOf(value, sum.decimals);
    if (typeof units === 'string') return { type: 'bad', why: `"${sum.path}" ${units}` };
    // Both are safe integers below 2^53: compared before they are added.
    if (units > maxUnits || total > maxUnits - units) return { type: 'amount', units: Number.MAX_SAFE_INTEGER };
    total += units;
  }
  return { type: 'amount', units: total };
}

/** The value in units of 10^-decimals, or why not. INVARIANT: exact (amount.test.ts, "against big integers"). */
export function unitsOf(value: Json, decimals: number): number | string {
  const text = typeof value === 'number' ? numberText(value) : typeof value === 'string' ? value : undefined;
  if (text === undefined) return 'must be a number or a decimal text';
  if (text.startsWith('-')) return 'must not be negative';
  const parts = /^(\d{1,32})(?:\.(\d{1,32}))?$/.exec(text);
  if (!parts) return 'must be a plain decimal number';
  const fraction = (parts[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return decimals === 0 ? 'must be whole' : `must have at most ${decimals} digits after the point`;
  const units = BigInt(`${parts[1]}${fraction.padEnd(decimals, '0')}`);
  return units > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(units);
}

/** The shortest text that reads back as this number. What is beyond 15 digits may be read as another number elsewhere, and is told as huge. */
function numberText(value: number): string {
  if (value === 0) return '0';
  const text = String(value);
  if (!text.includes('e')) return text;
  return value >= 1e21 ? '9'.repeat(32) : text;
}

/** The units as people write them. */
export function amountText(units: number, decimals: number): string {
  if (decimals === 0) return String(units);
  const digits = String(units).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function holds({ steps, values }: { steps: readonly string[]; values: ReadonlySet<string> }, args: Json): boolean {
  const found: (Json | undefined)[] = [];
  if (!collect(args, steps, 0, found) || found.length === 0) return true;
  // What is not there, or is no plain value, may mean anything to the server: it counts.
  return found.some((value) => value === undefined || value === null || typeof value === 'object' || values.has(foldText(String(value))));
}

/** False when there are too many. An element without the member is noted as undefined. */
function collect(value: Json | undefined, steps: readonly string[], at: number, found: (Json | undefined)[]): boolean {
  const step = steps[at];
  if (step === undefined) {
    found.push(value);
    return found.length <= MAX_SUM_ELEMENTS;
  }
  if (step === '*') {
    if (!Array.isArray(value)) {
      found.push(undefined);
      return true;
    }
    return value.every((element) => collect(element, steps, at + 1, found));
  }
  const own = isObject(value) && Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined;
  if (own === undefined) {
    found.push(undefined);
    return true;
  }
  return collect(own, steps, at + 1, found);
}
