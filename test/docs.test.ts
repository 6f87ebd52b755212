// Documents that cannot rot: what is generated equals what is committed, what ARCHITECTURE.md names exists, links lead somewhere.
// To bring the generated ones up to date: npm run docs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureMeaning } from '../scripts/error-meaning.ts';
import { generatedDocs, isMentioned, stageTable, thrownCodes } from '../scripts/gen-docs.ts';
import { EVENT_TYPES } from '../src/notify/event.ts';
import { categories, intents } from '../src/object/intent-name.ts';
import { policyRule } from '../src/object/kind/policy.ts';
import { parseObjects } from '../src/object/parse.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('generated documents', () => {
  for (const [path, text] of generatedDocs()) {
    it(`${path} is what the code says`, () => {
      expect(existsSync(join(root, path)), `${path} is missing: npm run docs`).toBe(true);
      expect(read(path)).toBe(text);
    });
  }

  it('explain every failure code that is thrown', () => {
    expect([...thrownCodes()].filter((code) => failureMeaning[code] === undefined)).toEqual([]);
  });

  it('explain no code that does not exist', () => {
    expect(Object.keys(failureMeaning).filter((code) => !isMentioned(code))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('stays readable in one sitting', () => {
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(250);
  });

  it('shows the table that the code runs', () => {
    expect(/<!-- stages -->\n([\s\S]*?)\n<!-- \/stages -->/.exec(text)?.[1]).toBe(stageTable());
  });

  it('lists every folder of src with the rank that is enforced', () => {
    const listed = new Map([...text.matchAll(/^\| (\d) \| `([a-z]+)` \|/gm)].map((row) => [row[2] ?? '', Number(row[1])]));
    const entries = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')))
      .map((entry) => entry.name.replace(/\.ts$/, ''));
    const present = [...new Set(entries)];
    expect([...listed.keys()].sort()).toEqual(present.sort());
    expect(Object.fromEntries([...listed].map(([name]) => [name, enforcedRanks().get(name)]))).toEqual(Object.fromEntries(listed));
  });
});

describe('docs/intent.md', () => {
  const text = read('docs/intent.md');

  it('names every class and every category, and no others', () => {
    const [classes = '', names = ''] = [...text.matchAll(/^\| (?:intent|category) \|[^\n]*\n\|[-|]+\|\n((?:\|[^\n]*\n)+)/gm)].map(
      (table) => table[1] ?? '',
    );
    const firsts = (table: string): string[] => [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map((row) => row[1] ?? '');
    expect(firsts(classes)).toEqual([...intents]);
    expect(firsts(names)).toEqual([...categories]);
  });

  it('has valid examples', () => {
    for (const [, example = ''] of text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm))
      expect(parseObjects(example, 'docs/intent.md').errors).toEqual([]);
  });
});

describe('docs/notifications.md', () => {
  const text = read('docs/notifications.md');

  it('names every type of event with its gravity, and no other', () => {
    const rows = [...text.matchAll(/^\| `([a-z]+\.[a-z_]+)` \| (\w+) \| ([^|]+) \|/gm)].map((row) => row.slice(1));
    expect(rows).toEqual(Object.entries(EVENT_TYPES).map(([type, [severity, what]]) => [type, severity, what]));
  });

  it('shows objects that can be applied', () => {
    const examples = [...text.matchAll(/^```yaml(?: \S+)?\n([\s\S]*?)^```$/gm)].map((block) => block[1] ?? '');
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) expect(parseObjects(example, 'docs/notifications.md').errors).toEqual([]);
  });
});

describe.each(['docs/exports.md', 'docs/reports.md'])('%s', (document) => {
  it('shows objects that can be applied', () => {
    const examples = [...read(document).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((block) => block[1] ?? '');
    expect(examples.length).toBeGreaterThan(0);
    for (const text of examples) expect(parseObjects(text, document).errors).toEqual([]);
  });
});

describe('docs/policy.md', () => {
  const examples = [...read('docs/policy.md').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((block) => block[1] ?? '');

  it('shows objects that can be applied', () => {
    expect(examples.length).toBeGreaterThan(1);
    for (const text of examples) expect(parseObjects(text, 'docs/policy.md').errors).toEqual([]);
  });

  it('names every matcher and no other', () => {
    const named = [...read('docs/policy.md').matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap((row) =>
      (row[1] ?? '').replaceAll('`', '').split(', '),
    );
    expect(named.sort()).toEqual(Object.keys(policyRule.shape.match.unwrap().shape).sort());
  });
});

describe('docs/servers.md', () => {
  it('has objects that parse', () => {
    const examples = [...read('docs/servers.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map((block) => block[1] ?? '');
    expect(examples).not.toEqual([]);
    for (const text of examples) {
      const { objects, errors } = parseObjects(text, 'docs/servers.md');
      expect([objects.length > 3, errors]).toEqual([true, []]);
    }
  });
});

describe('links between documents', () => {
  const documents = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );

  it('lead to files that exist', () => {
    expect(documents.length).toBeGreaterThan(8);
    const dead = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map((link) => link[1] ?? '')
        .filter((target) => !existsSync(join(root, dirname(document), target)))
        .map((target) => `${document} → ${target}`),
    );
    expect(dead).toEqual([]);
  });

  it('of what the package holds lead to what the package holds, and README leads to every page', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    const packed = documents.filter((document) => files.includes(document.split('/')[0] ?? ''));
    expect(packed.length).toBeGreaterThan(20);
    const left = packed.flatMap((document) =>
      [
        ...read(document)
          .replace(/```[\s\S]*?```/g, '')
          .matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g),
      ]
        .map((link) => join(dirname(document), link[1] ?? ''))
        .filter((target) => !files.includes(target.split('/')[0] ?? ''))
        .map((target) => `${document} → ${target}`),
    );
    expect(left).toEqual([]);
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    expect(pages.filter((name) => !read('README.md').includes(`](docs/${name})`))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('names the binaries of every platform, so that npm ci works on all of them', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([at, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) => !packages[`${at}/node_modules/${name}`] && !packages[`node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});

/** The ranks of test/structure.test.ts, read from its text. */
function enforcedRanks(): Map<string, number> {
  const block = /const RANK[^{]*\{([^}]*)\}/.exec(read('test/structure.test.ts'))?.[1] ?? '';
  return new Map([...block.matchAll(/(\w+): (\d+)/g)].map((pair) => [pair[1] ?? '', Number(pair[2])]));
}
