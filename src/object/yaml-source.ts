// Text (YAML multi-document or JSON) to plain values, with a position for every path. Bounded in size, documents, depth and nodes.
// Never resolves aliases, merge keys or custom tags, and never guesses: what is ambiguous is an error with its line and column.
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseAllDocuments } from 'yaml';
import type { Json, JsonObject } from '../lib/json.ts';

export const MAX_SOURCE_BYTES = 8 * 1024 * 1024;
export const MAX_DOCUMENTS = 20_000;
export const MAX_SOURCE_DEPTH = 64;
export const MAX_SOURCE_NODES = 1_000_000;
const MAX_PROBLEMS = 50;

export interface Position {
  /** Both from 1. */
  line: number;
  column: number;
}

export interface SourceProblem extends Position {
  message: string;
}

export type Path = readonly PropertyKey[];

export interface SourceDocument {
  value: Json;
  /** Position of the value at `path`, or of the nearest enclosing value that exists. */
  at(path: Path): Position;
  /** Position of the key `key` inside the object at `path`. */
  atKey(path: Path, key: string): Position;
  /** Position of a character of the text at `path`, however it is written (plain, quoted, block). */
  inText(path: Path, offset: number): Position;
}

export interface Source {
  documents: SourceDocument[];
  problems: SourceProblem[];
}

/** A top-level list counts as one document per item. Empty documents are skipped. */
export function readSource(text: string): Source {
  if (Buffer.byteLength(text) > MAX_SOURCE_BYTES) return failed(`the file is larger than ${MAX_SOURCE_BYTES} bytes; split it`);
  const reader = new Reader(new LineCounter());
  try {
    return reader.read(text);
  } catch (error) {
    if (error instanceof RangeError) return failed(`values are nested deeper than ${MAX_SOURCE_DEPTH} levels`);
    throw error;
  }
}

class Reader {
  readonly #lines: LineCounter;
  readonly #problems: SourceProblem[] = [];
  #nodes = 0;
  #text = '';

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  read(text: string): Source {
    this.#text = text;
    const parsed = parseAllDocuments(text, {
      lineCounter: this.#lines,
      uniqueKeys: false, // checked in #object in linear time
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
      strict: true,
    });
    const documents: SourceDocument[] = [];
    const list = Array.isArray(parsed) ? parsed : [];
    if (list.length > MAX_DOCUMENTS) return failed(`the file holds more than ${MAX_DOCUMENTS} documents; split it`);
    for (const document of list) {
      for (const problem of [...document.errors, ...document.warnings]) this.#problem(problem.pos[0], firstLine(problem.message));
      if (document.errors.length > 0 || document.contents === null) continue;
      const roots = isSeq(document.contents) ? (document.contents.items as ParsedNode[]) : [document.contents];
      for (const root of roots) this.#document(root, documents);
    }
    if (documents.length > MAX_DOCUMENTS) return failed(`the file holds more than ${MAX_DOCUMENTS} objects; split it`);
    return { documents, problems: this.#problems };
  }

  #document(root: ParsedNode, documents: SourceDocument[]): void {
    const value = this.#value(root, 1);
    if (value === undefined || (value === null && !root.srcToken)) return;
    documents.push({
      value,
      at: (path) => this.#position(offsetAt(root, path)),
      atKey: (path, key) => this.#position(keyOffset(root, path, key)),
      inText: (path, offset) => this.#position(textOffset(this.#text, root, path, offset)),
    });
  }

  #value(node: unknown, depth: number): Json | undefined {
    if (node === null || node === undefined) return null;
    const offset = offsetOf(node as Node);
    if (++this.#nodes > MAX_SOURCE_NODES) return this.#problem(offset, `the file holds more than ${MAX_SOURCE_NODES} values; split it`);
    if (depth > MAX_SOURCE_DEPTH) return this.#problem(offset, `values are nested deeper than ${MAX_SOURCE_DEPTH} levels`);
    if (isAlias(node)) return this.#problem(offset, `alias *${node.source}: aliases are not supported; write the value out`);
    if (isMap(node)) return this.#object(node.items, offset, depth);
    if (isSeq(node)) return node.items.map((item) => this.#value(item, depth + 1) ?? null);
    if (isScalar(node)) return this.#scalar(node.value, offset);
    return this.#problem(offset, 'this value cannot be read');
  }

  #object(items: readonly unknown[], offset: number, depth: number): JsonObject {
    const result: JsonObject = {};
    for (const pair of items) {
      if (!isPair(pair) || !isScalar(pair.key)) {
        this.#problem(offset, 'a key must be plain text');
        continue;
      }
      const key = String(pair.key.value);
      const keyAt = offsetOf(pair.key);
      if (key === '<<') this.#problem(keyAt, 'merge keys (<<) are not supported; write the values out');
      else if (key === '__proto__') this.#problem(keyAt, 'the key "__proto__" is not allowed');
      else if (Object.hasOwn(result, key)) this.#problem(keyAt, `the key "${key}" appears twice`);
      else result[key] = this.#value(pair.value, depth + 1) ?? null;
    }
    return result;
  }

  #scalar(value: unknown, offset: number): Json | undefined {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.#problem(offset, 'only text, finite numbers, true, false and null can be values');
  }

  #problem(offset: number, message: string): undefined {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ ...this.#position(offset), message });
    return undefined;
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function offsetAt(root: Node, path: Path): number {
  let node: unknown = root;
  let best = offsetOf(root);
  for (const step of path) {
    node = child(node, step);
    if (node === undefined || node === null) break;
    best = offsetOf(node as Node);
  }
  return best;
}

/**
 * Walks the source beside the value: a character of the value stands at the next place in the source that has it; blanks and line ends of the
 * value are any run of blanks there (folding), and quotes, escapes and indentation are passed over.
 */
function textOffset(source: string, root: Node, path: Path, offset: number): number {
  const start = offsetAt(root, path);
  let node: unknown = root;
  for (const step of path) node = child(node, step);
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return start;
  const end = node.range[1];
  let at = isBlock(node.type) ? Math.max(start, source.indexOf('\n', start) + 1) : start;
  for (let i = 0; i <= Math.min(offset, node.value.length - 1); i++) {
    const wanted = node.value.charAt(i);
    if (/\s/.test(wanted)) continue;
    while (at < end && source.charAt(at) !== wanted) at++;
    if (i < offset) at++;
  }
  return at < end ? at : start;
}

function isBlock(type: unknown): boolean {
  return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
}

function keyOffset(root: Node, path: Path, key: string): number {
  let node: unknown = root;
  for (const step of path) node = child(node, step);
  const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
  return pair ? offsetOf(pair.key as Node) : offsetAt(root, path);
}

function child(node: unknown, step: PropertyKey): unknown {
  if (isMap(node)) return node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))?.value;
  return isSeq(node) ? node.items[Number(step)] : undefined;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function firstLine(message: string): string {
  if (message.startsWith('Maximum call stack')) return `values are nested deeper than ${MAX_SOURCE_DEPTH} levels`;
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
}

function failed(message: string): Source {
  return { documents: [], problems: [{ line: 1, column: 1, message }] };
}
