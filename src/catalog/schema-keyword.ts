// What a keyword of JSON Schema is to the compiler, and the small readers every keyword uses. No keyword lives here.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import type { SafePattern } from './safe-pattern.ts';
import type { Check, Run, SchemaNode } from './schema-run.ts';
import { Unusable } from './schema-scope.ts';

export interface KeywordContext {
  readonly schema: JsonObject;
  /** A subschema for the same value. */
  here(schema: Json, keyword: string): SchemaNode;
  /** A subschema for a member or element of the value. */
  below(schema: Json, keyword: string): SchemaNode;
  /** The schema a reference leads to, for the same value. */
  reference(ref: string): SchemaNode;
  pattern(source: string): SafePattern;
}

/** Compiles one keyword of `context.schema`; undefined when it says nothing. Throws Unusable. */
export type Keyword = (value: Json, context: KeywordContext) => Check | undefined;

export function naturalOf(value: Json, keyword: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new Unusable(`"${keyword}" must be a whole number of at least 0`);
}

export function numberOf(value: Json, keyword: string): number {
  if (typeof value === 'number') return value;
  throw new Unusable(`"${keyword}" must be a number`);
}

export function objectOf(value: Json, keyword: string): JsonObject {
  if (isObject(value)) return value;
  throw new Unusable(`"${keyword}" must be an object`);
}

export function listOf(value: Json, keyword: string): Json[] {
  if (Array.isArray(value)) return value;
  throw new Unusable(`"${keyword}" must be an array`);
}

export function schemaListOf(value: Json, keyword: string): Json[] {
  const list = listOf(value, keyword);
  if (list.length === 0) throw new Unusable(`"${keyword}" must not be empty`);
  return list;
}

export function namesOf(value: Json, keyword: string): string[] {
  const names = listOf(value, keyword);
  if (names.every((name) => typeof name === 'string')) return names;
  throw new Unusable(`"${keyword}" must be an array of strings`);
}

/** Members of an object keyword, own ones only, whatever they are called. */
export function membersOf(value: Json, keyword: string): [string, Json][] {
  const object = objectOf(value, keyword);
  return Object.keys(object).map((key) => [key, object[key] ?? null]);
}

/** A text that is equal exactly for JSON values that are equal (JSON Schema 2020-12 core §4.2.2). The caller bounds the depth. */
export function equalityKey(value: Json, run?: Run): string {
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value);
    run?.spend(1 + (text.length >> 2));
    return text;
  }
  run?.spend(1);
  if (Array.isArray(value)) return `[${value.map((item) => equalityKey(item, run)).join(',')}]`;
  const parts = Object.keys(value).sort();
  return `{${parts.map((key) => `${JSON.stringify(key)}:${equalityKey(value[key] ?? null, run)}`).join(',')}}`;
}

/** The same, paid for as it grows. */
export function paidKey(value: Json, run: Run): string {
  return equalityKey(value, run);
}

/** A few words for a value in a message. */
export function brief(value: Json): string {
  const text = equalityKey(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
