// Where `$ref` leads: the anchors and `$id`s inside one schema. Only places inside the schema; nothing is ever fetched.
// Source: JSON Schema 2020-12 core §8.2, and the draft-07 form of `$id` (`#name`).
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

/** The schema cannot be used; caught in schema.ts. */
export class Unusable extends Error {}

export interface Place {
  schema: Json;
  /** Base URI in force there. */
  base: string;
}

const ROOT = 'schema://root/';

/** Keywords whose value is a schema, an array of schemas, or an object of schemas. */
const ONE = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties', 'dependencies'];

export class SchemaScope {
  readonly root: Place;
  readonly #resources = new Map<string, Place>();
  readonly #anchors = new Map<string, Place>();
  /** Does some part say `unevaluatedProperties` or `unevaluatedItems`? */
  tracking = false;

  constructor(schema: Json) {
    this.root = { schema, base: isObject(schema) ? this.#baseOf(schema, ROOT) : ROOT };
    this.#resources.set(ROOT, this.root);
    this.#scan(schema, ROOT);
  }

  /** Base URI inside a schema that stands where `base` is in force. */
  baseWithin(schema: Json, base: string): string {
    return isObject(schema) ? this.#baseOf(schema, base) : base;
  }

  resolve(ref: string, base: string): Place {
    const url = URL.parse(ref, base);
    if (!url) throw new Unusable(`"$ref" ${shown(ref)} is no URI reference`);
    const fragment = url.hash.slice(1);
    url.hash = '';
    const resource = this.#resources.get(url.href);
    if (!resource) throw new Unusable(`"$ref" ${shown(ref)} leads outside of the schema, and nothing is fetched`);
    if (fragment === '') return resource;
    if (!fragment.startsWith('/')) {
      const place = this.#anchors.get(`${url.href}#${fragment}`);
      if (!place) throw new Unusable(`"$ref" ${shown(ref)} names an anchor that the schema does not have`);
      return place;
    }
    return this.#follow(resource, fragment, ref);
  }

  #follow(resource: Place, fragment: string, ref: string): Place {
    let { schema, base } = resource;
    for (const part of fragment.slice(1).split('/')) {
      const key = decoded(part, ref).replaceAll('~1', '/').replaceAll('~0', '~');
      const isMember = typeof schema === 'object' && schema !== null && Object.hasOwn(schema, key);
      const next = isMember ? (schema as JsonObject)[key] : undefined;
      if (next === undefined) throw new Unusable(`"$ref" ${shown(ref)} leads to nothing in the schema`);
      schema = next;
      if (isObject(schema) && typeof schema.$id === 'string') base = this.#baseOf(schema, base);
    }
    return { schema, base };
  }

  #scan(schema: Json, outer: string): void {
    if (!isObject(schema)) return;
    const base = this.#baseOf(schema, outer);
    if (schema.unevaluatedProperties !== undefined || schema.unevaluatedItems !== undefined) this.tracking = true;
    if (base !== outer) this.#addOnce(this.#resources, base, { schema, base });
    for (const key of ['$anchor', '$dynamicAnchor']) {
      const name = schema[key];
      if (typeof name === 'string') this.#addOnce(this.#anchors, `${base}#${name}`, { schema, base });
    }
    const id = schema.$id;
    if (typeof id === 'string' && id.startsWith('#') && id.length > 1) this.#addOnce(this.#anchors, `${base}${id}`, { schema, base });
    this.#scanWithin(schema, base);
  }

  #scanWithin(schema: JsonObject, base: string): void {
    for (const key of ONE) this.#scan(schema[key] ?? null, base);
    for (const key of [...LISTS, 'items']) {
      const list = schema[key];
      if (Array.isArray(list)) for (const item of list) this.#scan(item, base);
      else if (key === 'items') this.#scan(list ?? null, base);
    }
    for (const key of MAPS) {
      const map = schema[key];
      if (isObject(map)) for (const name of Object.keys(map)) this.#scan(map[name] ?? null, base);
    }
  }

  #addOnce(map: Map<string, Place>, key: string, place: Place): void {
    const before = map.get(key);
    if (before && before.schema !== place.schema) throw new Unusable(`${shown(key.replace(ROOT, ''))} stands for two places in the schema`);
    map.set(key, place);
  }

  #baseOf(schema: JsonObject, base: string): string {
    const id = schema.$id;
    if (typeof id !== 'string' || id.startsWith('#')) return base;
    const url = URL.parse(id, base);
    if (!url) throw new Unusable(`"$id" ${shown(id)} is no URI reference`);
    url.hash = '';
    return url.href;
  }
}

export function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function decoded(part: string, ref: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Unusable(`"$ref" ${shown(ref)} is no JSON pointer`);
  }
}
