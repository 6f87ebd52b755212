// Definitions of capabilities as servers stated them, in memory, per organization and server. A definition's hash is its pin.
// Never keeps a definition that cannot be hashed the same way everywhere, and never fetches anything itself.
import type { CapabilityKind, Definition } from '../call.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import { publicName, publicPrefix } from './names.ts';
import { compileSchema, type Schema, type SchemaOptions } from './schema.ts';
import { isWithinDepth } from './schema-vet.ts';

/** Definitions of one kind that one server may have. */
export const MAX_DEFINITIONS = 10_000;
/** Levels of JSON nesting in a definition. */
export const MAX_DEFINITION_DEPTH = 160;
/** Characters of one definition in canonical form. */
export const MAX_DEFINITION_CHARS = 2_000_000;
/** Characters of all definitions of one kind of one server, in canonical form. */
export const MAX_SHELF_CHARS = 32_000_000;
/** Compiled schemas kept. */
export const MAX_COMPILED_SCHEMAS = 1_024;
/** Characters pinned between two turns of the event loop. */
export const PINNED_AT_ONCE_CHARS = 100_000;
/** What a definition counts for at least. */
const MIN_PIN_CHARS = 200;
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
    const key = keyOf(org, server, kind);
    const before = this.#shelves.get(key);
    const shelf: Shelf = { pins: new Map(), chars: 0, readMs: nowMs, changedNames: undefined };
    const change = fill(shelf, before, kind, definitions);
    for (const name of before?.pins.keys() ?? []) if (!shelf.pins.has(name)) change.removed.push(name);
    this.#shelves.set(key, shelf);
    return change;
  }

  /** One page of a list, or definitions seen in passing: what it does not hold stays. */
  merge(org: string, server: string, kind: DefinitionKind, definitions: readonly JsonObject[]): CatalogChange {
    const key = keyOf(org, server, kind);
    const shelf = this.#shelves.get(key) ?? { pins: new Map(), chars: 0, readMs: undefined, changedNames: undefined };
    this.#shelves.set(key, shelf);
    return fill(shelf, shelf, kind, definitions);
  }

  find(org: string, server: string, kind: DefinitionKind, name: string): Definition | undefined {
    return this.#shelves.get(keyOf(org, server, kind))?.pins.get(name)?.definition;
  }

  /** Upstream names, in the order of the server. */
  names(org: string, server: string, kind: DefinitionKind): string[] {
    return [...(this.#shelves.get(keyOf(org, server, kind))?.pins.keys() ?? [])];
  }

  /** The upstream name behind a public name of this server (names.ts); undefined when no known definition has it. */
  upstreamName(org: string, server: string, kind: DefinitionKind, text: string): string | undefined {
    const shelf = this.#shelves.get(keyOf(org, server, kind));
    if (!shelf) return undefined;
    const plain = text.slice(publicPrefix(server).length);
    if (shelf.pins.has(plain) && publicName(server, plain) === text) return plain;
    if (!shelf.changedNames) {
      // Names that had to be changed for the public surface are few: only those are kept.
      shelf.changedNames = new Map();
      for (const name of shelf.pins.keys()) {
        const shown = publicName(server, name);
        if (shown !== publicPrefix(server) + name) shelf.changedNames.set(shown, name);
      }
    }
    return shelf.changedNames.get(text);
  }

  list(org: string, server: string, kind: DefinitionKind): Definition[] {
    return [...(this.#shelves.get(keyOf(org, server, kind))?.pins.values() ?? [])].map(({ definition }) => definition);
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

  /** The output schema of a tool; unusable when it states none. With `formats`, texts must be of the format that is stated. */
  outputSchemaOf(definition: Definition, options: SchemaOptions = {}): Schema {
    const key = `${definition.hash}/output${options.formats ? '/formats' : ''}`;
    let schema = this.#schemas.get(key);
    if (!schema) {
      const stated = definition.value.outputSchema;
      schema = isObject(stated) ? compileSchema(stated, options) : { unusable: 'the tool has no outputSchema that is an object' };
      this.#schemas.set(key, schema);
    }
    return schema;
  }
}

export interface Pin {
  definition: Definition;
  /** Characters of the canonical form. */
  chars: number;
}

/** What was pinned ahead. Definitions are never changed once they are read. */
const ahead = new WeakMap<JsonObject, Pin | string>();

/** Makes the pins that a long list will need, a few at a time, so that others are served meanwhile. The same pins as without. */
export async function pinAhead(definitions: readonly JsonObject[]): Promise<void> {
  let chars = 0;
  let total = 0;
  for (const value of definitions.slice(0, MAX_DEFINITIONS)) {
    const made = pin(value);
    ahead.set(value, made);
    const cost = typeof made === 'string' ? MIN_PIN_CHARS : Math.max(made.chars, MIN_PIN_CHARS);
    chars += cost;
    total += cost;
    if (total > MAX_SHELF_CHARS) return;
    if (chars < PINNED_AT_ONCE_CHARS) continue;
    chars = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The definition with its pin; a text says why it cannot be used. */
export function pin(value: JsonObject): Pin | string {
  return ahead.get(value) ?? makePin(value);
}

function makePin(value: JsonObject): Pin | string {
  if (!isWithinDepth(value, MAX_DEFINITION_DEPTH)) return `it is nested deeper than ${MAX_DEFINITION_DEPTH} levels`;
  try {
    const text = canonicalJson(value);
    if (text.length > MAX_DEFINITION_CHARS) return `it is longer than ${MAX_DEFINITION_CHARS} characters`;
    return { definition: { value, hash: sha256Hex(text) }, chars: text.length };
  } catch {
    return 'it has no canonical form (RFC 8785)';
  }
}

interface Shelf {
  pins: Map<string, Pin>;
  chars: number;
  readMs: number | undefined;
  /** Public name → upstream name, where they differ. Made on first use, dropped when a definition is added. */
  changedNames: Map<string, string> | undefined;
}

const NAME_MEMBER: Record<DefinitionKind, string> = { tool: 'name', prompt: 'name', resource: 'uri', template: 'uriTemplate' };

const KINDS_OF: Record<DefinitionList, readonly DefinitionKind[]> = {
  tools: ['tool'],
  prompts: ['prompt'],
  resources: ['resource', 'template'],
};

/** Puts the usable definitions on the shelf and compares them with what was there; of two with one name in one list the first counts. */
function fill(shelf: Shelf, before: Shelf | undefined, kind: DefinitionKind, definitions: readonly JsonObject[]): CatalogChange {
  const change: CatalogChange = { added: [], changed: [], removed: [], warnings: [] };
  const met = new Set<string>();
  for (const value of definitions) {
    const name = isObject(value) ? value[NAME_MEMBER[kind]] : undefined;
    const problem =
      typeof name === 'string' && name !== '' ? place(shelf, before, name, value, met, change) : `it has no ${NAME_MEMBER[kind]}`;
    if (problem === undefined || change.warnings.length >= MAX_WARNINGS) continue;
    change.warnings.push(
      `the ${kind} ${typeof name === 'string' ? JSON.stringify(name.slice(0, 128)) : 'without a name'} was left out: ${problem}`,
    );
  }
  return change;
}

/** Why the definition is left out; undefined when it was placed. */
function place(
  shelf: Shelf,
  before: Shelf | undefined,
  name: string,
  value: JsonObject,
  met: Set<string>,
  change: CatalogChange,
): string | undefined {
  if (met.has(name)) return 'the list already has one of this name';
  const old = shelf.pins.get(name);
  // Before the work of pinning: a list may be as long as it likes, what it costs is bounded.
  if (!old && shelf.pins.size >= MAX_DEFINITIONS) return `the server has more than ${MAX_DEFINITIONS}`;
  const pinned = pin(value);
  if (typeof pinned === 'string') return pinned;
  const chars = shelf.chars - (old?.chars ?? 0) + pinned.chars;
  if (chars > MAX_SHELF_CHARS) return `the server's definitions have more than ${MAX_SHELF_CHARS} characters`;
  met.add(name);
  const known = before?.pins.get(name);
  if (!known) change.added.push(name);
  else if (known.definition.hash !== pinned.definition.hash) change.changed.push(name);
  if (!old) shelf.changedNames = undefined;
  shelf.pins.set(name, pinned);
  shelf.chars = chars;
  return undefined;
}

function keyOf(org: string, server: string, kind: DefinitionKind): string {
  return `${org}\n${server}\n${kind}`;
}
