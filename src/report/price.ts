// Prices ready to ask, and sums of them. Amounts are whole numbers of 10⁻¹² of the currency: no binary fractions; what is finer is cut off.
import { compileGlob, type Glob } from '../lib/glob.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import type { SpecOf, StoredObject } from '../object/kinds.ts';

type PriceSpec = SpecOf['price'];

export interface Price {
  name: string;
  spec: PriceSpec;
}

const SCALE_DIGITS = 12;

/** The price of a call, by what the log says of it; undefined when none fits. */
export type PriceOf = (call: { agent: string; server: string; tool: string; timeMs: number }) => Price | undefined;

export function compilePrices(objects: readonly StoredObject<'price'>[]): PriceOf {
  const compiled = objects.map(({ metadata, spec }) => ({
    name: metadata.name,
    spec,
    globs: globsOf(spec.match),
    exactness: exactnessOf(spec.match),
  }));
  compiled.sort((a, b) => b.exactness - a.exactness || (a.name < b.name ? -1 : 1));
  return (call) =>
    compiled.find(
      ({ spec, globs }) =>
        globs.every(([member, patterns]) => patterns.some((glob) => glob.test(call[member]))) &&
        (spec.from === undefined || call.timeMs >= Date.parse(spec.from)) &&
        (spec.until === undefined || call.timeMs < Date.parse(spec.until)),
    );
}

function globsOf(match: PriceSpec['match']): ['agent' | 'server' | 'tool', Glob[]][] {
  return (['agent', 'server', 'tool'] as const).flatMap((member) => {
    const given = match[member];
    return given === undefined ? [] : [[member, given.map(compileGlob)] as ['agent' | 'server' | 'tool', Glob[]]];
  });
}

function exactnessOf({ tool, server, agent }: PriceSpec['match']): number {
  const rank = (globs: readonly string[] | undefined, weight: number) =>
    globs === undefined ? 0 : globs.every((glob) => !/[*?]/.test(glob)) ? 2 * weight : weight;
  return rank(tool, 100) + rank(server, 10) + rank(agent, 1);
}

/** A decimal text or number as whole 10⁻¹²; undefined for what is no amount that can be counted exactly. */
export function exactAmount(value: Json | undefined): bigint | undefined {
  const text = typeof value === 'number' ? plainNumber(value) : typeof value === 'string' ? value.trim() : undefined;
  const match = text === undefined ? undefined : /^(-?)(\d{1,18})(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const amount = BigInt(whole + fraction.padEnd(SCALE_DIGITS, '0'));
  return sign === '-' ? -amount : amount;
}

/** Price times units; exact as long as both together have twelve digits after the point at most. */
export function timesAmount(price: bigint, units: bigint): bigint {
  return (price * units) / 10n ** BigInt(SCALE_DIGITS);
}

/** Without zeros at the end; at least two digits after the point. */
export function amountText(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(SCALE_DIGITS + 1, '0');
  const [whole, fraction] = [digits.slice(0, -SCALE_DIGITS), digits.slice(-SCALE_DIGITS).replace(/0+$/, '')];
  return `${amount < 0n ? '-' : ''}${whole}.${fraction.padEnd(2, '0')}`;
}

/** What stands at a path of names joined by dots; undefined when it is not there. */
export function valueAt(value: JsonObject, path: string): Json | undefined {
  let at: Json | undefined = value;
  for (const name of path.split('.')) at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  return at;
}

function plainNumber(value: number): string | undefined {
  return Number.isFinite(value) && Math.abs(value) < 1e15 && !/e/i.test(String(value)) ? String(value) : undefined;
}
