// The parsers that are WebAssembly: PostgreSQL's own and the bash grammar. Loaded once, from files of the package, never from the network.
// A parser that breaks down on an input answers "not accepted"; it never takes the gateway with it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ParseBash } from './shell/tree.ts';
import type { AcceptsPostgres } from './sql/analyse.ts';

export interface Parsers {
  acceptsPostgres: AcceptsPostgres;
  parseBash: ParseBash | undefined;
}

/** Without them everything in PostgreSQL's dialect and every complex shell text keeps its upper bound. */
export const NO_PARSERS: Parsers = { acceptsPostgres: undefined, parseBash: undefined };

/** UTF-16 units of SQL that PostgreSQL's parser is given. */
const MAX_POSTGRES_CHARS = 65_536;
/** A text that takes the bash grammar longer is not understood, milliseconds. */
const MAX_BASH_MS = 20;
const GRAMMAR = 'tree-sitter-bash.wasm';

let loading: Promise<Parsers> | undefined;

/** Takes about 100 ms once per process. `nowMs` is a monotonic clock. Rejects when a file of the package is missing. */
export function loadParsers(nowMs: () => number): Promise<Parsers> {
  loading ??= load(nowMs);
  return loading;
}

async function load(nowMs: () => number): Promise<Parsers> {
  const [acceptsPostgres, parseBash] = await Promise.all([loadPostgres(), loadBash(nowMs)]);
  return { acceptsPostgres, parseBash };
}

async function loadPostgres(): Promise<AcceptsPostgres> {
  const { loadModule, normalizeSync } = await import('libpg-query');
  await loadModule();
  normalizeSync('SELECT 1');
  return (sql) => {
    if (sql.length > MAX_POSTGRES_CHARS || sql.includes('\0')) return false;
    try {
      // Parses the whole text as `parseSync` does, without handing the tree over: a tenth of the time.
      normalizeSync(sql);
      return true;
    } catch {
      return false;
    }
  };
}

async function loadBash(nowMs: () => number): Promise<ParseBash> {
  const { Language, Parser } = await import('web-tree-sitter');
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(await grammar()));
  // The first text of all takes a hundred times as long as the next.
  parser.parse('echo $(date) | cat')?.delete();
  return (text, use) => {
    const beganMs = nowMs();
    const tree = parser.parse(text, null, { progressCallback: () => nowMs() - beganMs > MAX_BASH_MS });
    if (!tree) {
      parser.reset();
      return undefined;
    }
    try {
      return use(tree.rootNode);
    } finally {
      tree.delete();
    }
  };
}

/** Beside this file once built; in the development package when run from source. */
async function grammar(): Promise<Uint8Array> {
  const built = new URL(GRAMMAR, import.meta.url);
  return readFile(built).catch(() => readFile(createRequire(import.meta.url).resolve(`tree-sitter-bash/${GRAMMAR}`)));
}
