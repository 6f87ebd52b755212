// What applying objects refuses beyond the form of each: on a real store.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Core, openCore } from '../app.ts';
import { loadConfig } from '../config.ts';
import { applyChanges } from '../object/apply.ts';
import { parseObjects } from '../object/parse.ts';
import { objectContext } from './object-context.ts';

let dataDir: string;
let core: Core;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sallyport-context-'));
  const { config, problems } = loadConfig({ env: {}, flags: { dataDir } });
  if (!config) throw new Error(problems.join('; '));
  core = await openCore(config, { create: true });
});

afterEach(async () => {
  await core.store.lifecycle.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function apply(types: string, more = '', name = 'd'): Promise<string[]> {
  const text = `kind: dlp\nmetadata: { name: ${name} }\nspec:\n  rules: [{ name: r, types: [${types}], action: mask }]\n${more}`;
  const { objects, errors } = parseObjects(text, 'd.yaml');
  expect(errors).toEqual([]);
  const put = objects.map(({ object }) => object);
  expect(put).toHaveLength(1);
  const result = await applyChanges(objectContext(core), 'default', { put }, { author: 'test' });
  expect(['applied', 'refused']).toContain(result.type);
  return result.type === 'refused' ? result.problems.map(({ message }) => message) : [];
}

it('refuses dlp rules for types that do not exist: what they are to keep back would pass, and nobody would know', async () => {
  expect(await apply('email')).toEqual(['no type is called "email", so the rule would find nothing. Did you mean "pii.email"?']);
  expect(await apply('secret, financial.cart')).toEqual([expect.stringContaining('Did you mean "financial.card"?')]);
  expect(await apply('colour')).toEqual([expect.stringMatching(/There are: pii\.person, .*custom\.NAME/)]);
  expect(await apply('"*", pii, secret.api-key, custom')).toEqual([]);
});

it('refuses dlp rules for patterns that do not exist, in this object or another, and the change that takes them away', async () => {
  const badges = '  patterns: [{ name: badge, pattern: "EMP-[0-9]{6}" }]\n';
  expect(await apply('custom.badge')).toEqual([
    'no pattern or dictionary is called "badge", so the rule would find nothing. There are none.',
  ]);
  expect(await apply('custom.badge', badges)).toEqual([]);
  expect(await apply('custom.bagde', badges)).toEqual([expect.stringContaining('Did you mean "badge"?')]);
  expect(await apply('custom.badge', '', 'other')).toEqual([]);
  expect(await apply('pii.email')).toEqual([expect.stringContaining('no pattern or dictionary is called "badge"')]);
  expect(await apply('custom.projects', '  dictionaries: [{ name: projects, words: [Bluebell] }]\n', 'third')).toEqual([]);
});

it('rules about patterns that never were, from before this was refused, keep no other object from being changed', async () => {
  for (const name of ['old', 'older']) {
    const spec = { rules: [{ name: 'r', types: ['custom.nowhere'], action: 'mask' }], patterns: [], dictionaries: [] };
    await writeUnchecked({ kind: 'dlp', metadata: { name }, spec });
  }
  expect(await apply('pii.email')).toEqual([]);
  expect(await apply('custom.nowhere', '', 'third')).toEqual([expect.stringContaining('no pattern or dictionary is called "nowhere"')]);
  // Each of them is changed by itself.
  expect(await apply('custom.nowhere', '', 'old')).toEqual([]);
  expect(await apply('pii.email', '', 'old')).toEqual([]);
  expect(await apply('pii.email', '', 'older')).toEqual([]);
});

/** As a version that did not look wrote it. */
async function writeUnchecked(draft: unknown): Promise<void> {
  const context = { ...objectContext(core), check: () => ({ problems: [], warnings: [] }) };
  const result = await applyChanges(context, 'default', { put: [draft as never] }, { author: 'test' });
  expect(result.type).toBe('applied');
}
