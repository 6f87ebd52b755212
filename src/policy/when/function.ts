// The functions of conditions: the standard ones whose cost or meaning has to be held down, numbers of mixed kinds, and our own.
// Numbers: JSON numbers are doubles, literals without a point are ints; they compare and calculate with each other by value.
import { type CelFunc, CelScalar, type CelValue, celFunc, celList, celMethod, isCelList, isCelMap, listType, mapType } from '@bufbuild/cel';
import { charge, chargeText, compilePattern, TURN_STEPS } from './budget.ts';
import { holdsText } from './find-text.ts';
import { domainOf, domainWithin, pathWithin } from './place.ts';
import { timeFunctions } from './time.ts';

/** Charges for one turn of a macro; planning puts it in front of the condition of every loop. */
export const TURN = '@turn';

/**
 * What `has()` looks for a member in. INVARIANT: what is no object is an error there, not an object without the member: a careless server may find it in
 * a list, or in a text that it reads as JSON (function.test.ts, "has").
 */
export const MEMBERS = '@members';

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

export function whenFunctions(): CelFunc[] {
  return [...bounded(), ...ordered(), ...arithmetic(), ...places(), ...timeFunctions(), matches()];
}

function bounded(): CelFunc[] {
  const text = (name: string, test: (text: string, part: string) => boolean) =>
    celMethod(name, STRING, [STRING], BOOL, function (part) {
      chargeText(this.length + part.length);
      return test(String(this), part);
    });
  return [
    celFunc(TURN, [], BOOL, () => {
      charge(TURN_STEPS);
      return true;
    }),
    celFunc(MEMBERS, [DYN], DYN, (value) => {
      if (value !== null && !isCelMap(value)) throw new Error('this is no object that has members');
      return value;
    }),
    celFunc('_==_', [DYN, DYN], BOOL, same),
    celFunc('_!=_', [DYN, DYN], BOOL, (a, b) => !same(a, b)),
    celFunc('@in', [DYN, LIST], BOOL, (value, list) => {
      for (const item of list) if (same(value, item)) return true;
      return false;
    }),
    celFunc('_+_', [STRING, STRING], STRING, (a, b) => {
      chargeText(a.length + b.length);
      return a + b;
    }),
    celFunc('_+_', [LIST, LIST], LIST, (a, b) => {
      // Written out: the library chains lists, which makes reading a long chain quadratic.
      charge(1 + Math.floor((a.size + b.size) / ITEMS_PER_STEP));
      return celList([...a, ...b]);
    }),
    celFunc('int', [STRING], INT, (text) => BigInt(decimal(text, /^[+-]?\d{1,19}$/))),
    celFunc('double', [STRING], DOUBLE, (text) => Number(decimal(text, /^[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?$/))),
    text('contains', holdsText),
    text('startsWith', (whole, part) => whole.startsWith(part)),
    text('endsWith', (whole, part) => whole.endsWith(part)),
    celFunc('size', [STRING], INT, (text) => sizeOf(text)),
    celMethod('size', STRING, [], INT, function () {
      return sizeOf(String(this));
    }),
    celMethod('lowerAscii', STRING, [], STRING, function () {
      chargeText(this.length);
      return String(this).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    }),
  ];
}

/** The library reads hexadecimal, blanks and nothing at all as numbers. */
function decimal(text: string, form: RegExp): string {
  if (!form.test(text)) throw new Error('the text is not a decimal number');
  return text.replace(/^\+/, '');
}

/** Items of a list that cost one step to copy. */
const ITEMS_PER_STEP = 4;

/** In characters, not code units. */
function sizeOf(text: string): bigint {
  chargeText(text.length);
  let count = 0;
  for (const _ of text) count++;
  return BigInt(count);
}

/**
 * Equality of values. INVARIANT: a number of the call that is not exact (beyond 2^53, or infinite) is equal to nothing and different from nothing:
 * it is an error (when.test.ts, "numbers").
 */
function same(a: CelValue, b: CelValue): boolean {
  charge(1);
  if (isNumber(a) && isNumber(b)) {
    if (!isExact(a) || !isExact(b)) throw new Error('a number is too large to be compared exactly');
    // biome-ignore lint/suspicious/noDoubleEquals: an int and a double of one value are equal.
    return a == b;
  }
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length === b.length) chargeText(a.length);
    return a === b;
  }
  if (isCelList(a) && isCelList(b)) {
    if (a.size !== b.size) return false;
    for (let i = 0; i < a.size; i++) if (!same(a.get(i) as CelValue, b.get(i) as CelValue)) return false;
    return true;
  }
  if (isCelMap(a) && isCelMap(b)) {
    if (a.size !== b.size) return false;
    for (const [key, value] of a) {
      const other = b.get(key);
      if (other === undefined || !same(value, other)) return false;
    }
    return true;
  }
  return a === b || (isTime(a) && isTime(b) && a.desc.typeName === b.desc.typeName && timeOf(a) === timeOf(b));
}

function isNumber(value: CelValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isExact(value: number | bigint): boolean {
  return typeof value === 'bigint' || (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER);
}

interface Time {
  desc: { typeName: string };
  message: { seconds: bigint; nanos: number };
}

function isTime(value: unknown): value is Time {
  return typeof value === 'object' && value !== null && 'desc' in value && 'message' in value;
}

function timeOf({ message }: Time): string {
  return `${message.seconds}.${message.nanos}`;
}

/** Of texts, for what they cost: the order itself is that of their code units. */
function ordered(): CelFunc[] {
  const orders: [string, (a: string, b: string) => boolean][] = [
    ['_<_', (a, b) => a < b],
    ['_<=_', (a, b) => a <= b],
    ['_>_', (a, b) => a > b],
    ['_>=_', (a, b) => a >= b],
  ];
  return orders.map(([name, compare]) =>
    celFunc(name, [STRING, STRING], BOOL, (a, b) => {
      chargeText(Math.min(a.length, b.length));
      return compare(a, b);
    }),
  );
}

/**
 * `args.count + 1`: an int and a double make a double. INVARIANT: nothing is calculated with a number that is not exact, nor is one the outcome: a
 * difference of two such numbers may be anything, and what is no number is neither above nor below a bound (function.test.ts, "calculating").
 */
function arithmetic(): CelFunc[] {
  const operations: [string, (a: number, b: number) => number][] = [
    ['_+_', (a, b) => a + b],
    ['_-_', (a, b) => a - b],
    ['_*_', (a, b) => a * b],
    ['_/_', divided],
  ];
  return [
    ...operations.flatMap(([name, calculate]) => [
      celFunc(name, [INT, DOUBLE], DOUBLE, (a, b) => exact(calculate(exact(Number(a)), exact(b)))),
      celFunc(name, [DOUBLE, INT], DOUBLE, (a, b) => exact(calculate(exact(a), exact(Number(b))))),
      celFunc(name, [DOUBLE, DOUBLE], DOUBLE, (a, b) => exact(calculate(exact(a), exact(b)))),
    ]),
    celFunc('int', [DOUBLE], INT, (value) => BigInt(Math.trunc(exact(value)))),
    celFunc('string', [DOUBLE], STRING, (value) => String(exact(value))),
  ];
}

function divided(a: number, b: number): number {
  if (b === 0) throw new Error('a number is divided by zero');
  return a / b;
}

function exact(value: number): number {
  if (!isExact(value)) throw new Error('a number is too large to be calculated with exactly');
  return value;
}

function places(): CelFunc[] {
  return [
    celFunc('path_within', [STRING, STRING], BOOL, (path, folder) => {
      chargeText(path.length + folder.length);
      return pathWithin(path, folder);
    }),
    celFunc('domain_of', [STRING], STRING, (address) => {
      chargeText(address.length);
      return domainOf(address);
    }),
    celFunc('domain_within', [STRING, STRING], BOOL, (domain, parent) => {
      chargeText(domain.length + parent.length);
      return domainWithin(domain, parent);
    }),
    // What `has()` cannot be asked about: keys that are no identifiers.
    celFunc('@in', [STRING, MAP], BOOL, (key, map) => map.get(key) !== undefined),
  ];
}

/** Patterns are literals (checked when a rule is read), so few are ever compiled. */
function matches(): CelFunc {
  const compiled = new Map<string, (text: string) => boolean>();
  return celMethod('matches', STRING, [STRING], BOOL, function (source) {
    let pattern = compiled.get(source);
    if (!pattern) {
      pattern = compilePattern(source);
      compiled.set(source, pattern);
    }
    return pattern(String(this));
  });
}
