// Types of the values a condition sees, and what a JSON Schema says about them. What a schema does not say, or says in a way not read here, is
// `any`: checked when the condition runs. Pure; never resolves a reference outside of the schema.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';

export type ValueType =
  | { kind: 'any' | 'bool' | 'int' | 'double' | 'string' | 'null' | 'time' | 'duration' }
  | { kind: 'list'; item: ValueType }
  /** `fields`: known members; `rest`: any others, undefined when there are none. */
  | { kind: 'map'; fields: ReadonlyMap<string, Field>; rest: ValueType | undefined };

export interface Field {
  type: ValueType;
  /** Always there. */
  required: boolean;
}

export const ANY: ValueType = { kind: 'any' };
export const BOOL: ValueType = { kind: 'bool' };
export const INT: ValueType = { kind: 'int' };
export const DOUBLE: ValueType = { kind: 'double' };
export const TEXT: ValueType = { kind: 'string' };
export const NULL: ValueType = { kind: 'null' };
export const TIME: ValueType = { kind: 'time' };

export function listOf(item: ValueType): ValueType {
  return { kind: 'list', item };
}

export function mapOf(fields: Readonly<Record<string, ValueType | Field>>, rest?: ValueType): ValueType {
  const entries = Object.entries(fields).map(([name, one]): [string, Field] => [
    name,
    'required' in one ? one : { type: one, required: true },
  ]);
  return { kind: 'map', fields: new Map(entries), rest };
}

export function optional(type: ValueType): Field {
  return { type, required: false };
}

export function nameOf(type: ValueType): string {
  return (
    { int: 'a number', double: 'a number', string: 'text', bool: 'true or false', list: 'a list', map: 'an object' }[type.kind as string] ??
    (type.kind === 'time' ? 'a time' : type.kind === 'duration' ? 'a duration' : type.kind)
  );
}

/** Schemas inside of schemas that are followed, references included. */
export const MAX_SCHEMA_LEVELS = 16;

/** What `args` is, by the input schema of a tool. */
export function typeOfSchema(schema: Json | undefined): ValueType {
  return isObject(schema) ? read(schema, schema, 0) : ANY;
}

function read(schema: Json | undefined, root: JsonObject, level: number): ValueType {
  if (!isObject(schema) || level > MAX_SCHEMA_LEVELS) return ANY;
  if (typeof schema.$ref === 'string') return read(resolved(schema.$ref, root), root, level + 1);
  // A type that is put together is left to the run; that includes `null` beside another one.
  for (const mixed of ['anyOf', 'oneOf', 'allOf', 'if', 'not', '$dynamicRef']) if (schema[mixed] !== undefined) return ANY;
  if (Array.isArray(schema.enum)) return typeOfValues(schema.enum);
  if (schema.const !== undefined) return typeOfValues([schema.const]);
  switch (schema.type) {
    case 'string':
      return TEXT;
    case 'number':
    case 'integer':
      return DOUBLE;
    case 'boolean':
      return BOOL;
    case 'null':
      return NULL;
    case 'array':
      return listOf(Array.isArray(schema.prefixItems) ? ANY : read(schema.items, root, level + 1));
    case 'object':
      return readObject(schema, root, level);
    default:
      return isObject(schema.properties) ? readObject(schema, root, level) : ANY;
  }
}

function readObject(schema: JsonObject, root: JsonObject, level: number): ValueType {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const fields = new Map<string, Field>();
  for (const [name, property] of Object.entries(isObject(schema.properties) ? schema.properties : {}))
    fields.set(name, { type: read(property, root, level + 1), required: required.has(name) });
  const { additionalProperties, patternProperties, unevaluatedProperties } = schema;
  if (additionalProperties === false && patternProperties === undefined) return { kind: 'map', fields, rest: undefined };
  if (unevaluatedProperties !== undefined || patternProperties !== undefined) return { kind: 'map', fields, rest: ANY };
  return { kind: 'map', fields, rest: isObject(additionalProperties) ? read(additionalProperties, root, level + 1) : ANY };
}

function typeOfValues(values: readonly Json[]): ValueType {
  const kinds = new Set(values.map((value) => (value === null ? 'null' : typeof value)));
  if (kinds.size !== 1) return ANY;
  const [kind] = kinds;
  return kind === 'string' ? TEXT : kind === 'number' ? DOUBLE : kind === 'boolean' ? BOOL : kind === 'null' ? NULL : ANY;
}

/** `#/$defs/x` and the like. */
function resolved(reference: string, root: JsonObject): Json | undefined {
  if (!reference.startsWith('#/')) return undefined;
  let at: Json | undefined = root;
  for (const step of reference.slice(2).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}
