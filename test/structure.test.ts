// The shape of the source tree, enforced: ranks, fan-out, sizes, headers, names, forbidden globals.
// Loosening a bound here is a design decision: write it down in docs/decisions first.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');

const RANK: Record<string, number> = {
  lib: 0,
  mcp: 1,
  audit: 1,
  vault: 1,
  config: 1,
  object: 1,
  call: 2,
  policy: 3,
  risk: 3,
  detect: 3,
  auth: 3,
  limit: 3,
  approval: 3,
  retention: 3,
  evidence: 3,
  kill: 3,
  catalog: 3,
  notify: 3,
  upstream: 3,
  observe: 3,
  store: 4,
  pipeline: 4,
  admin: 4,
  server: 5,
  app: 6,
  cli: 7,
  main: 8,
};
/** Imports between equal ranks that the design names: objects are journalled, payloads sealed, keys stored. Types only. */
const SAME_RANK_TYPES = new Set<string>(['object>audit']);

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;
const MAX_FAN_OUT = 12;
/** Lists of parts: what they import is what there is. */
const FAN_OUT_EXCEPTIONS = new Set(['pipeline/table.ts', 'app.ts', 'admin/router.ts', 'object/kinds.ts', 'pipeline/compile-control.ts']);
const BANNED_NAMES = /(^|-)(utils?|helpers?|common|misc|shared|manager|service|base|types)(-|\.|$)/;
const MIN_FILES = 100;

const files = walk(src).filter((file) => file.endsWith('.ts'));
const product = files.filter((file) => !file.endsWith('.test.ts'));

describe('structure', () => {
  it('examines the whole tree', () => {
    expect(product.length).toBeGreaterThan(MIN_FILES);
  });

  it('imports only from lower ranks', () => {
    const wrong: string[] = [];
    for (const file of product) {
      const from = domainOf(file);
      expect(RANK[from], `${short(file)} is in no known domain`).toBeDefined();
      for (const { target, typeOnly } of importsOf(file)) {
        const to = domainOf(target);
        if (to === from) continue;
        const lower = (RANK[to] ?? 99) < (RANK[from] ?? -1);
        if (!lower && !(typeOnly && SAME_RANK_TYPES.has(`${from}>${to}`))) wrong.push(`${short(file)} → ${short(target)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps pipeline, store and admin apart', () => {
    const wrong = product.flatMap((file) =>
      importsOf(file)
        .map(({ target }) => `${domainOf(file)}>${domainOf(target)}`)
        .filter((edge) =>
          ['pipeline>store', 'pipeline>admin', 'admin>pipeline', 'admin>store', 'store>pipeline', 'store>admin'].includes(edge),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps fan-out, file and function sizes within their caps', () => {
    const wrong: string[] = [];
    for (const file of product) {
      const name = short(file);
      const text = readFileSync(file, 'utf8');
      const lines = text.split('\n').length - 1;
      if (lines > MAX_FILE_LINES && !name.includes('generated')) wrong.push(`${name}: ${lines} lines`);
      // What a file runs with; types alone couple nothing at run time.
      const fanOut = new Set(importsOf(file).flatMap(({ target, typeOnly }) => (typeOnly ? [] : [target]))).size;
      if (fanOut > MAX_FAN_OUT && !FAN_OUT_EXCEPTIONS.has(name)) wrong.push(`${name}: imports ${fanOut} files`);
      for (const { at, length } of functionsOf(text))
        if (length > MAX_FUNCTION_LINES) wrong.push(`${name}:${at}: a function of ${length} lines`);
    }
    expect(wrong).toEqual([]);
  });

  it('opens every file with 1–6 lines that say what it is for', () => {
    const wrong = files.filter((file) => {
      const lines = readFileSync(file, 'utf8')
        .replace(/^#!.*\n/, '')
        .split('\n');
      let count = 0;
      while (lines[count]?.startsWith('//')) count++;
      return count < 1 || count > 6;
    });
    expect(wrong.map(short)).toEqual([]);
  });

  it('names files for what they do', () => {
    const wrong = files
      .map(short)
      .filter((name) => name.split('/').some((part) => BANNED_NAMES.test(part)) || !/^[a-z0-9./-]+$/.test(name));
    expect(wrong).toEqual([]);
  });

  it('takes clock, random, environment and network as ports', () => {
    const allowed = new Set(['lib/clock.ts', 'lib/id.ts', 'app.ts', 'main.ts', 'config.ts']);
    const wrong: string[] = [];
    for (const file of product) {
      const name = short(file);
      if (allowed.has(name)) continue;
      const code = withoutComments(readFileSync(file, 'utf8'));
      for (const banned of [/\bDate\.now\(/, /\bMath\.random\(/, /(?<![.\w])fetch\(/, /\bperformance\.now\(/])
        if (banned.test(code)) wrong.push(`${name}: ${banned.source}`);
      if (!name.startsWith('cli/') && /\bprocess\.env\b/.test(code)) wrong.push(`${name}: process.env`);
    }
    expect(wrong).toEqual([]);
  });

  it('mints receipts in stores only', () => {
    const wrong = product.filter(
      (file) => !['store', 'audit'].includes(domainOf(file)) && /\bmintReceipt\b/.test(readFileSync(file, 'utf8')),
    );
    expect(wrong.map(short)).toEqual([]);
  });

  it('keeps the SDK and the test tools off the path', () => {
    const wrong = product.filter((file) => /from '(@modelcontextprotocol\/|vitest|fast-check)/.test(readFileSync(file, 'utf8')));
    expect(wrong.map(short)).toEqual([]);
  });

  it('lets the verifier stand alone', () => {
    const wrong = product
      .filter((file) => domainOf(file) === 'audit')
      .flatMap((file) => importsOf(file).filter(({ target, typeOnly }) => !typeOnly && !['audit', 'lib'].includes(domainOf(target))));
    expect(wrong).toEqual([]);
  });
});

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

function short(file: string): string {
  return relative(src, file);
}

/** Top folder below src, or the bare name of a file that stands there. */
function domainOf(file: string): string {
  const name = short(file);
  return name.includes('/') ? (name.split('/')[0] ?? '') : basename(name, '.ts');
}

function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  const found: { target: string; typeOnly: boolean }[] = [];
  const text = readFileSync(file, 'utf8');
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:([^;'"]*?)\s+from\s+)?'(\.[^']+)'/gms)) {
    const names = match[2] ?? '';
    const typeOnly =
      match[1] !== undefined ||
      (/^\{[^}]*\}$/.test(names.trim()) &&
        names
          .replace(/[{}]/g, '')
          .split(',')
          .every((part) => part.trim() === '' || part.trim().startsWith('type ')));
    found.push({ target: resolve(dirname(file), match[3] ?? ''), typeOnly });
  }
  for (const match of text.matchAll(/\bimport\('(\.[^']+)'\)/g))
    found.push({ target: resolve(dirname(file), match[1] ?? ''), typeOnly: false });
  return found;
}

/** Functions and methods by indentation: from a line that opens one to the line that closes it at the same depth. */
function functionsOf(text: string): { at: number; length: number }[] {
  const lines = text.split('\n');
  const opener =
    /^(\s*)(?:export\s+)?(?:default\s+)?(?:(?:static\s+|async\s+|get\s+|set\s+|\*\s*)*(?:function\b.*|#?[\w$]+(?:<[^>]*>)?\([^;]*\)[^;=]*)|(?:const|let)\s+[\w$]+\s*=\s*(?:async\s*)?\(.*=>)\s*\{$/;
  return lines.flatMap((line, at) => {
    const open = opener.exec(line);
    if (!open || /^\s*(?:if|for|while|switch|catch|else|return|describe|it)\b/.test(line)) return [];
    const end = lines.findIndex((other, index) => index > at && other.startsWith(`${open[1]}}`));
    return end < 0 ? [] : [{ at: at + 1, length: end - at + 1 }];
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');
}
