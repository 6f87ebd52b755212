// Honest texts of published MCP servers: what stands in their code as descriptions and as sentences. The package files are fetched by npm, checked by hash and
// kept in the cache folder of node_modules; their texts are read, never run, and never kept in this repository.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Example } from './corpus.ts';
import { type Random, seeded } from './grammar.ts';
import type { PinnedPackage } from './server-packages.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/sallyport-injection/', import.meta.url));
/** Texts of one package, of each kind. */
const MOST_SENTENCES = 500;
const MOST_FIELDS = 300;
const MAX_FILE_BYTES = 6_000_000;
const BLOCK = 512;

const QUOTED = String.raw`("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\x60(?:[^\x60\\]|\\.)*\x60)`;
const DESCRIBED = new RegExp(String.raw`(\bdescription["']?\s*:\s*|\.describe\(\s*)${QUOTED}`, 'gs');
const LITERAL = new RegExp(QUOTED, 'gs');
const MIN_CHARS = 25;
const MIN_SENTENCE_CHARS = 45;
const MAX_CHARS = 3000;
const MIN_WORDS = 8;

export function readServers(packages: readonly PinnedPackage[]): Example[] {
  return packages.flatMap((one) => textsOf(fetchPackage(one)));
}

function fetchPackage({ name, integrity }: PinnedPackage): Buffer {
  const path = join(CACHE, `${name.replaceAll(/[@/]/g, '_')}.tgz`);
  if (!existsSync(path)) {
    const folder = `${path}.new`;
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, name], { stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(join(folder, readdirSync(folder)[0] as string), path);
  }
  const bytes = readFileSync(path);
  if (createHash('sha512').update(bytes).digest('base64') !== integrity)
    throw new Error(`${name}: not the package that was pinned; delete ${path}`);
  return bytes;
}

function textsOf(packed: Buffer): Example[] {
  const seen = new Set<string>();
  const sentences: string[] = [];
  const fields: string[] = [];
  for (const source of sourcesOf(gunzipSync(packed))) {
    for (const [, lead, quoted] of source.matchAll(DESCRIBED)) {
      const text = plainOf(quoted as string);
      if (text.length >= MIN_CHARS && text.length <= MAX_CHARS && text.includes(' ') && !isCode(text) && !seen.has(text))
        (lead?.startsWith('.') ? fields : sentences).push(text);
      seen.add(text);
    }
    for (const [, quoted] of source.matchAll(LITERAL)) {
      const text = plainOf(quoted as string);
      if (isProse(text) && !seen.has(text)) sentences.push(text);
      seen.add(text);
    }
  }
  const random = seeded(3);
  const example = (text: string, places: Example['places']): Example => ({ text, positive: false, family: 'server', places });
  return [
    ...some(sentences, MOST_SENTENCES, random).map((text) => example(text, [])),
    ...some(fields, MOST_FIELDS, random).map((text) => example(text, ['schema-text'])),
  ];
}

/** So many of a list, spread over it. */
function some(list: readonly string[], most: number, random: Random): string[] {
  return list.length <= most ? [...list] : Array.from({ length: most }, () => random.pick(list));
}

/** The scripts of an archive: a header of 512 bytes with name and octal size, then the content, filled up to whole blocks. */
function* sourcesOf(archive: Buffer): Generator<string> {
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*/s, '');
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8) || 0;
    const isSource = /\.(?:js|mjs|cjs|json|ts)$/.test(name) && !/\.d\.ts$|test|fixture|node_modules|package\.json|locale/.test(name);
    if (isSource && size <= MAX_FILE_BYTES) yield archive.toString('utf8', at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '', '\n': '' };

function plainOf(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\$\{[^{}]*\}/g, 'x')
    .replace(/\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/gs, (_whole, code: string) =>
      code.length > 1
        ? String.fromCodePoint(Math.min(Number.parseInt(code.replace(/[ux{}]/g, ''), 16), 0x10ffff))
        : (ESCAPES[code] ?? code),
    )
    .trim();
}

function isCode(text: string): boolean {
  return /^[;{})]/.test(text) || (text.includes('{') && text.split(';').length > 2);
}

function isProse(text: string): boolean {
  if (text.length < MIN_SENTENCE_CHARS || text.length > MAX_CHARS || isCode(text)) return false;
  return (text.match(/[A-Za-z]{2,}/g)?.length ?? 0) >= MIN_WORDS && (text.match(/[\p{L} ]/gu)?.length ?? 0) / text.length > 0.8;
}
