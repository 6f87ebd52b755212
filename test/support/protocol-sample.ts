// Messages in which every member that a schema of the official SDK knows is filled in, all alternatives included, and some that it does not know. And
// the places in them where a string stands. Made from the schemas, so that a member the protocol gets is in it too.
import { z } from 'zod';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { isObject } from '../../src/lib/json.ts';

type Path = readonly (string | number)[];

/** What a member is named and a string says until something is put there. */
export const PLAIN = 'plain words';
const UNKNOWN = 'somethingElse';
const CHOSEN = 'chosenName';
const MAX_DEPTH = 9;

export function samplesOf(schema: z.ZodType): JsonObject[] {
  const root = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonObject;
  return fill(root, root, 0).filter(isObject);
}

/** One value for each alternative; what is beside an alternative is in every one of them. */
function fill(schema: JsonObject, root: JsonObject, depth: number): Json[] {
  if (typeof schema.$ref === 'string') return fill(referred(schema.$ref, root), root, depth + 1);
  if (schema.const !== undefined) return [schema.const];
  if (Array.isArray(schema.enum)) return [schema.enum[0] as Json];
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices))
    return choices.flatMap((one) =>
      fill({ ...schema, anyOf: undefined, oneOf: undefined, ...(one as JsonObject) } as JsonObject, root, depth),
    );
  if (Array.isArray(schema.allOf)) return zipped(schema.allOf.map((one) => fill(one as JsonObject, root, depth)));
  if (schema.type === 'array') return [isObject(schema.items) ? fill(schema.items, root, depth + 1) : [PLAIN]];
  if (schema.type === 'object') return depth > MAX_DEPTH ? [{}] : objects(schema, root, depth);
  if (schema.type === 'string') return [PLAIN];
  if (schema.type === 'number' || schema.type === 'integer') return [1];
  if (schema.type === 'boolean') return [true];
  if (schema.type === 'null') return [null];
  return depth > MAX_DEPTH ? [PLAIN] : [{ [UNKNOWN]: PLAIN }];
}

function referred(ref: string, root: JsonObject): JsonObject {
  let at: Json = root;
  for (const step of ref.split('/').slice(1)) at = (at as JsonObject)[step] as Json;
  return at as JsonObject;
}

function objects(schema: JsonObject, root: JsonObject, depth: number): Json[] {
  const members: [string, Json[]][] = Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([key, one]) => [
    key,
    fill(one as JsonObject, root, depth + 1),
  ]);
  const more = schema.additionalProperties;
  if (isObject(more) && Object.keys(more).length > 0) members.push([CHOSEN, [Object.assign({}, ...fill(more, root, depth + 1)) as Json]]);
  else if (more !== false) members.push([UNKNOWN, [PLAIN]]);
  const most = Math.max(1, ...members.map(([, values]) => values.length));
  return Array.from({ length: most }, (_, index) =>
    Object.fromEntries(
      members.filter(([, values]) => values.length > 0).map(([key, values]) => [key, values[index % values.length] as Json]),
    ),
  );
}

function zipped(lists: Json[][]): Json[] {
  const most = Math.max(...lists.map((values) => values.length));
  return Array.from({ length: most }, (_, index) => Object.assign({}, ...lists.map((values) => values[index % values.length])) as Json);
}

/** `fixed`: one of a few words that say what the rest is; put in alone. `name`: the name of a member that somebody chose. */
export interface StringPlace {
  path: Path;
  kind: 'free' | 'fixed' | 'name';
}

export function placesOf(value: Json, path: Path = []): StringPlace[] {
  if (typeof value === 'string') return [{ path, kind: value === PLAIN ? 'free' : 'fixed' }];
  if (Array.isArray(value)) return value.flatMap((one, index) => placesOf(one as Json, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => [
    ...placesOf(one as Json, [...path, key]),
    ...(key === UNKNOWN || key === CHOSEN ? [{ path: [...path, key], kind: 'name' as const }] : []),
  ]);
}

/** The message with `text` in that place. */
export function withText(message: JsonObject, place: StringPlace, text: string): JsonObject {
  return replaced(message, place, 0, text) as JsonObject;
}

function replaced(value: Json, place: StringPlace, index: number, text: string): Json {
  const step = place.path[index];
  if (step === undefined) return text;
  if (Array.isArray(value)) return value.map((one, at) => (at === step ? replaced(one as Json, place, index + 1, text) : (one as Json)));
  const isName = place.kind === 'name' && index === place.path.length - 1;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, one]) =>
      key !== step ? [key, one] : isName ? [text, one] : [key, replaced(one as Json, place, index + 1, text)],
    ),
  ) as JsonObject;
}
