// Public names on the surface of all servers: `<server>__<name>`, at most 64 characters of `[A-Za-z0-9_-]`.
// Two capabilities never share a public name by anything a server can do: a server's part is unique to it (its name comes from the operator),
// and whatever had to be changed or cut carries a hash of the whole original name.
import { sha256Hex } from '../lib/digest.ts';
import { Lru } from '../lib/lru.ts';

export const MAX_PUBLIC_NAME_CHARS = 64;
export const SEPARATOR = '__';

/** Characters of the server's part. */
export const MAX_SERVER_PART_CHARS = 32;

export function publicName(server: string, name: string): string {
  return publicPrefix(server) + namePart(name, MAX_PUBLIC_NAME_CHARS - publicPrefix(server).length);
}

/** What every public name of this server starts with, and of no other. */
export function publicPrefix(server: string): string {
  let prefix = prefixes.get(server);
  if (prefix === undefined) {
    prefix = serverPart(server) + SEPARATOR;
    prefixes.set(server, prefix);
  }
  return prefix;
}

/** Server part and name part of a public name; undefined when it has not that form. The parts may be changed forms of the names. */
export function splitPublicName(text: string): { serverPart: string; namePart: string } | undefined {
  const at = text.indexOf(SEPARATOR);
  return at <= 0 ? undefined : { serverPart: text.slice(0, at), namePart: text.slice(at + SEPARATOR.length) };
}

/** Maps public names back to what they stand for. */
export class NameTable {
  readonly #names = new Map<string, { server: string; name: string }>();
  readonly #max: number;

  constructor(max = MAX_TABLE_NAMES) {
    this.#max = max;
  }

  get size(): number {
    return this.#names.size;
  }

  /** The public name; undefined when it already stands for something else or the table is full, so that it cannot be taken over. */
  add(server: string, name: string): string | undefined {
    const text = publicName(server, name);
    const before = this.#names.get(text);
    if (before) return before.server === server && before.name === name ? text : undefined;
    if (this.#names.size >= this.#max) return undefined;
    this.#names.set(text, { server, name });
    return text;
  }

  find(text: string): { server: string; name: string } | undefined {
    return this.#names.get(text);
  }
}

/** Names one table holds. */
export const MAX_TABLE_NAMES = 100_000;

const MAX_PREFIXES = 10_000;
const prefixes = new Lru<string, string>(MAX_PREFIXES);
const SERVER_HASH_CHARS = 10;
const NAME_HASH_CHARS = 12;

/** Without `__` and `_` at its ends, so that the first `__` of a public name ends it. */
function serverPart(server: string): string {
  const isPlain =
    /^[A-Za-z0-9-]+(?:_[A-Za-z0-9-]+)*$/.test(server) && server.length <= MAX_SERVER_PART_CHARS && !/-[0-9a-f]{10}$/.test(server);
  if (isPlain) return server;
  const readable = server
    .replace(/[^A-Za-z0-9-]+/g, '_')
    .replace(/^_+/, '')
    .slice(0, MAX_SERVER_PART_CHARS - SERVER_HASH_CHARS - 1)
    .replace(/_+$/, '');
  return `${readable || 's'}-${sha256Hex(server).slice(0, SERVER_HASH_CHARS)}`;
}

/** A plain name that looks as if it carried a hash gets one of its own, so that it cannot pass for a changed one. */
function namePart(name: string, room: number): string {
  const isPlain = /^[A-Za-z0-9_-]+$/.test(name) && name.length <= room && !/_[0-9a-f]{12}$/.test(name);
  if (isPlain) return name;
  const readable = name
    .slice(0, room)
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .slice(0, room - NAME_HASH_CHARS - 1);
  return `${readable}_${sha256Hex(name).slice(0, NAME_HASH_CHARS)}`;
}
