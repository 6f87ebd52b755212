// Definitions of capabilities as servers stated them, in memory, per organization and server. A definition's hash is its pin.
// Never keeps a definition that cannot be hashed the same way everywhere, and never fetches anything itself.
import type { CapabilityKind, Definition } from '../call.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import { compileSchema, type Schema } from './schema.ts';
import { isWithinDepth } from './schema-vet.ts';

/** Definitions of one kind that one server may have. */
export const MAX_DEFINITIONS = 10_000;
/** Levels of JSON nesting in a definition. */
export const MAX_DEFINITION_DEPTH = 160;
/** Characters of one definition in canonical form. */
export const MAX_DEFINITION_CHARS = 4_000_000;
/** Compiled schemas kept. */
export const MAX_COMPILED_SCHEMAS = 4_096;
/** Warnings reported for one list. */
export const MAX_WARNINGS = 20;

export type DefinitionKind = CapabilityKind | 'template';

/** What servers say changed (`notifications/<what>/list_changed`). */
export type DefinitionList = 'tools' | 'prompts' | 'resources';

export interface CatalogChange {
  added: string[];
  changed: string[];
  removed: string[];
  /** Definitions that were left out, and why; for the operator. */
  warnings: string[];
}

export class Catalog {
  readonly #shelves = new Map<string, Shelf>();
  readonly #schemas = new Lru<string, Schema>(MAX_COMPILED_SCHEMAS);

  /** A complete list: what it does not hold is gone. `nowMs` is when it was read. */
  put(org: string, server: string, kind: DefinitionKind, definitions: readonly JsonObject[], nowMs?: number): CatalogChange {
    const shelf = new Map<string, Definition>();
    const change = fill(shelf, kind, definitions, new Set());
    const key = keyOf(org, server, kind);
    const before = this.#shelves.get(key)?.definitions;
    for (const name of before?.keys() ?? []) if (!shelf.has(name)) change.removed.push(name);
    for (const [name, { hash }] of shelf) {
      const old = before?.get(name);
      if (!old) change.added.push(name);
      else if (old.hash !== hash) change.changed.push(name);
    }
    this.#shelves.set(key, { definitions: shelf, readMs: nowMs });
    return change;
  }

  /** One page of a list, or definitions seen in passing: what it does not hold stays. */
  merge(org: string, server: string, kind: DefinitionKind, definitions: readonly JsonObject[]): CatalogChange {
    const key = keyOf(org, server, kind);
    const known = this.#shelves.get(key);
    const page = new Map<string, Definition>();
    const change = fill(page, kind, definitions, new Set(known?.definitions.keys()));
    const shelf = known ?? { definitions: new Map<string, Definition>(), readMs: undefined };
    for (const [name, definition] of page) {
      const old = shelf.definitions.get(name);
      if (!old) change.added.push(name);
      else if (old.hash !== definition.hash) change.changed.push(name);
      shelf.definitions.set(name, definition);
    }
    this.#shelves.set(key, shelf);
    return change;
  }

  find(org: string, server: string, kind: DefinitionKind, name: string): Definition | undefined {
    return this.#shelves.get(keyOf(org, server, kind))?.definitions.get(name);
  }

  /** Upstream names, in the order of the server. */
  names(org: string, server: string, kind: DefinitionKind): string[] {
    return [...(this.#shelves.get(keyOf(org, server, kind))?.definitions.keys() ?? [])];
  }

  list(org: string, server: string, kind: DefinitionKind): Definition[] {
    return [...(this.#shelves.get(keyOf(org, server, kind))?.definitions.values() ?? [])];
  }

  /** When a complete list was last read, milliseconds since the epoch; undefined when it was not, or is no longer valid. */
  readMs(org: string, server: string, kind: DefinitionKind): number | undefined {
    return this.#shelves.get(keyOf(org, server, kind))?.readMs;
  }

  /** The server said that something changed: what is known stays usable, but counts as not read. */
  invalidate(org: string, server: string, what: DefinitionList): void {
    for (const kind of KINDS_OF[what]) {
      const shelf = this.#shelves.get(keyOf(org, server, kind));
      if (shelf) shelf.readMs = undefined;
    }
  }

  /** The server is gone, or is another one now. */
  forget(org: string, server: string): void {
    for (const kind of ['tool', 'prompt', 'resource', 'template'] as const) this.#shelves.delete(keyOf(org, server, kind));
  }

  /** The input schema of a tool, compiled once per definition. A tool without one is unusable (MCP 2026-07-28 server/tools requires it). */
  schemaOf(definition: Definition): Schema {
    let schema = this.#schemas.get(definition.hash);
    if (!schema) {
      const stated = Object.hasOwn(definition.value, 'inputSchema') ? definition.value.inputSchema : undefined;
      schema = isObject(stated) ? compileSchema(stated) : { unusable: 'the tool has no inputSchema that is an object' };
      this.#schemas.set(definition.hash, schema);
    }
    return schema;
  }
}

/** The definition with its pin; a text says why it cannot be used. */
export function pin(value: JsonObject): Definition | string {
  if (!isWithinDepth(value, MAX_DEFINITION_DEPTH)) return `it is nested deeper than ${MAX_DEFINITION_DEPTH} levels`;
  try {
    const text = canonicalJson(value);
    if (text.length > MAX_DEFINITION_CHARS) return `it is longer than ${MAX_DEFINITION_CHARS} characters`;
    return { value, hash: sha256Hex(text) };
  } catch {
    return 'it has no canonical form (RFC 8785)';
  }
}

interface Shelf {
  definitions: Map<string, Definition>;
  readMs: number | undefined;
}

const NAME_MEMBER: Record<DefinitionKind, string> = { tool: 'name', prompt: 'name', resource: 'uri', template: 'uriTemplate' };

const KINDS_OF: Record<DefinitionList, readonly DefinitionKind[]> = {
  tools: ['tool'],
  prompts: ['prompt'],
  resources: ['resource', 'template'],
};

/** Puts the usable definitions into the map; of two with one name the first counts. `known`: names that are there already. */
function fill(
  into: Map<string, Definition>,
  kind: DefinitionKind,
  definitions: readonly JsonObject[],
  known: ReadonlySet<string>,
): CatalogChange {
  const change: CatalogChange = { added: [], changed: [], removed: [], warnings: [] };
  let fresh = known.size;
  const warn = (text: string): void => {
    if (change.warnings.length < MAX_WARNINGS) change.warnings.push(text);
  };
  for (const value of definitions) {
    const name = isObject(value) ? value[NAME_MEMBER[kind]] : undefined;
    if (typeof name !== 'string' || name === '') {
      warn(`a ${kind} without ${NAME_MEMBER[kind]} was left out`);
      continue;
    }
    const shown = JSON.stringify(name.slice(0, 128));
    const pinned = pin(value);
    if (into.has(name)) warn(`the second ${kind} named ${shown} was left out`);
    else if (typeof pinned === 'string') warn(`the ${kind} ${shown} was left out: ${pinned}`);
    else if (!known.has(name) && fresh >= MAX_DEFINITIONS) {
      warn(`the ${kind} ${shown} was left out: there are more than ${MAX_DEFINITIONS}`);
    } else {
      if (!known.has(name)) fresh++;
      into.set(name, pinned);
    }
  }
  return change;
}

function keyOf(org: string, server: string, kind: DefinitionKind): string {
  return `${org}\n${server}\n${kind}`;
}
