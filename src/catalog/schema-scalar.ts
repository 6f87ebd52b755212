// Keywords about a value of any type, numbers and strings. JSON Schema 2020-12 validation §6.1–6.3; boolean exclusive bounds of draft-04 too.
import type { Json } from '../lib/json.ts';
import { brief, equalityKey, type Keyword, listOf, namesOf, naturalOf, numberOf, paidKey } from './schema-keyword.ts';
import { Unusable } from './schema-scope.ts';

export const scalarKeywords: Readonly<Record<string, Keyword>> = {
  type: (value) => {
    const types = typeof value === 'string' ? [value] : namesOf(value, 'type');
    for (const type of types) if (!TYPES.has(type)) throw new Unusable(`"type" names ${brief(type)}, which is no JSON type`);
    const wanted = types.join(' or ');
    const [only] = types;
    if (types.length === 1 && only !== undefined)
      return (found, run) => isType(found, only) || run.fail(`must be ${wanted}, is ${typeOf(found)}`);
    return (found, run) => types.some((type) => isType(found, type)) || run.fail(`must be ${wanted}, is ${typeOf(found)}`);
  },
  enum: (value) => {
    const allowed = listOf(value, 'enum');
    const plain = new Set<Json>();
    const structured = new Set<string>();
    for (const one of allowed) {
      if (typeof one === 'object' && one !== null) structured.add(equalityKey(one));
      else plain.add(one);
    }
    const shown = allowed.slice(0, 10).map(brief).join(', ') + (allowed.length > 10 ? ', …' : '');
    return (found, run) => {
      const fits =
        typeof found === 'object' && found !== null ? structured.size > 0 && structured.has(paidKey(found, run)) : plain.has(found);
      return fits || run.fail(`must be one of ${shown}`);
    };
  },
  const: (value) => {
    const wanted = equalityKey(value);
    const isPlain = typeof value !== 'object' || value === null;
    const shown = brief(value);
    return (found, run) =>
      (isPlain ? found === value : typeof found === 'object' && paidKey(found, run) === wanted) || run.fail(`must be ${shown}`);
  },
  multipleOf: (value) => {
    const unit = numberOf(value, 'multipleOf');
    if (unit <= 0) throw new Unusable('"multipleOf" must be greater than 0');
    return (found, run) => typeof found !== 'number' || isMultiple(found, unit) || run.fail(`must be a multiple of ${unit}`);
  },
  maximum: (value, { schema }) => {
    const bound = numberOf(value, 'maximum');
    if (schema.exclusiveMaximum === true)
      return (found, run) => typeof found !== 'number' || found < bound || run.fail(`must be less than ${bound}`);
    return (found, run) => typeof found !== 'number' || found <= bound || run.fail(`must be at most ${bound}`);
  },
  minimum: (value, { schema }) => {
    const bound = numberOf(value, 'minimum');
    if (schema.exclusiveMinimum === true)
      return (found, run) => typeof found !== 'number' || found > bound || run.fail(`must be greater than ${bound}`);
    return (found, run) => typeof found !== 'number' || found >= bound || run.fail(`must be at least ${bound}`);
  },
  exclusiveMaximum: (value) => {
    if (typeof value === 'boolean') return undefined;
    const bound = numberOf(value, 'exclusiveMaximum');
    return (found, run) => typeof found !== 'number' || found < bound || run.fail(`must be less than ${bound}`);
  },
  exclusiveMinimum: (value) => {
    if (typeof value === 'boolean') return undefined;
    const bound = numberOf(value, 'exclusiveMinimum');
    return (found, run) => typeof found !== 'number' || found > bound || run.fail(`must be greater than ${bound}`);
  },
  maxLength: (value) => {
    const max = naturalOf(value, 'maxLength');
    return (found, run) =>
      typeof found !== 'string' || found.length <= max || codePoints(found) <= max || run.fail(`must have at most ${max} characters`);
  },
  minLength: (value) => {
    const min = naturalOf(value, 'minLength');
    return (found, run) =>
      typeof found !== 'string' || found.length >= min * 2 || codePoints(found) >= min || run.fail(`must have at least ${min} characters`);
  },
  pattern: (value, context) => {
    if (typeof value !== 'string') throw new Unusable('"pattern" must be a string');
    const pattern = context.pattern(value);
    return (found, run) => typeof found !== 'string' || pattern.found(found, run) || run.fail(`must match the pattern ${brief(value)}`);
  },
};

const TYPES: ReadonlySet<string> = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);

function isType(value: Json, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  return typeof value === type;
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Decimal fractions are not exact in binary: 19.99 counts as a multiple of 0.01. */
function isMultiple(value: number, unit: number): boolean {
  if (value % unit === 0) return true;
  const quotient = value / unit;
  return Number.isFinite(quotient) && Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * Number.EPSILON * 4;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}
