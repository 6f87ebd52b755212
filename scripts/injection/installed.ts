// Honest texts that nobody wrote for a training set: read-me files and comments of the packages which the lock file pins, under licences that let us ship
// them. They are read where they are installed and never kept: only what the model weighs comes out. Packages for one system alone are left out.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from './grammar.ts';

const ROOT = fileURLToPath(new URL('../../node_modules', import.meta.url));
const LICENCES = /^(?:MIT|MIT-0|ISC|Apache-2\.0|0BSD|BSD-[23]-Clause|CC0-1\.0|Unlicense|BlueOak-1\.0\.0)$/;
const MAX_CHARS = 200_000;
const MAX_FILES = 8;

export interface Installed {
  pages: string[];
  comments: string[];
}

export function readInstalled(): Installed {
  const found: Installed = { pages: [], comments: [] };
  for (const path of packages()) {
    for (const file of filesOf(path)) {
      const text = readFileSync(file, 'utf8').slice(0, MAX_CHARS);
      if (file.endsWith('.md')) found.pages.push(text);
      else found.comments.push(...commentsOf(text));
    }
  }
  return found;
}

/** A piece as a server would return it. */
export function pieceOf(pages: readonly string[], random: Random): string {
  const page = random.pick(pages);
  const from = random.chance(0.3) ? 0 : Math.floor(random.next() * Math.max(1, page.length - 600));
  return page.slice(from, from + 300 + Math.floor(random.next() * 1_800));
}

function packages(): string[] {
  const names = readdirSync(ROOT)
    .filter((name) => !name.startsWith('.'))
    .sort();
  return names
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(ROOT, name))
            .sort()
            .map((one) => join(ROOT, name, one))
        : [join(ROOT, name)],
    )
    .filter(mayBeRead);
}

function mayBeRead(path: string): boolean {
  try {
    const { license, os, cpu } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<string, unknown>;
    return os === undefined && cpu === undefined && typeof license === 'string' && LICENCES.test(license);
  } catch {
    return false;
  }
}

function filesOf(path: string): string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number): void => {
    for (const name of readdirSync(folder).sort()) {
      if (found.length >= MAX_FILES || name === 'node_modules') continue;
      const file = join(folder, name);
      const { isFile, isFolder } = kindOf(file);
      if (isFolder && depth < 3) walk(file, depth + 1);
      else if (isFile && /\.md$|\.d\.[cm]?ts$/.test(name)) found.push(file);
    }
  };
  walk(path, 0);
  return found;
}

function kindOf(file: string): { isFile: boolean; isFolder: boolean } {
  const status = statSync(file, { throwIfNoEntry: false });
  return { isFile: status?.isFile() === true && status.size > 600, isFolder: status?.isDirectory() === true };
}

function commentsOf(text: string): string[] {
  return [...text.matchAll(/\/\*\*([\s\S]{120,3000}?)\*\//g)]
    .slice(0, 40)
    .map((match) => (match[1] as string).replace(/\n\s*\* ?/g, '\n').trim());
}
