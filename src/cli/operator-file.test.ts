// The first operator on a real store: made once, never without its token, never overwritten by a slower process, and made again only when
// nobody can sign in any more.
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identifyOperator } from '../admin/operator.ts';
import { objectContext } from '../app/object-context.ts';
import { type Core, openCore } from '../app.ts';
import { loadConfig } from '../config.ts';
import { applyChanges } from '../object/apply.ts';
import type { OperatorSpec, StoredObject } from '../object/kinds.ts';
import { buildView } from '../object/snapshot.ts';
import { ensureOperator, OPERATOR_TOKEN_FILE, readOperatorToken, recoverOperator } from './operator-file.ts';

const ORG = 'default';
let dataDir: string;
let core: Core;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sallyport-operator-'));
  const { config, problems } = loadConfig({ env: {}, flags: { dataDir } });
  if (!config) throw new Error(problems.join('; '));
  core = await openCore(config, { create: true });
});

afterEach(async () => {
  await core.store.lifecycle.close();
  await rm(dataDir, { recursive: true, force: true });
});

const view = async () => buildView(await core.store.objects.load(ORG));
const whoIs = async (token: string | undefined) => identifyOperator(await view(), token, core.clock.nowMs());

async function change(name: string, edit: Partial<OperatorSpec>): Promise<void> {
  const operator = (await view()).operator(name);
  if (!operator) throw new Error(`no operator ${name}`);
  const object: StoredObject<'operator'> = { ...operator, spec: { ...operator.spec, ...edit } };
  const result = await applyChanges(objectContext(core), ORG, { put: [object] }, { author: 'test' });
  expect(result.type).toBe('applied');
}

it('makes an admin whose token works, in a file of mode 0600, and nothing the second time', async () => {
  const made = await ensureOperator(core, ORG, dataDir);
  expect(made.path).toBe(join(dataDir, OPERATOR_TOKEN_FILE));
  expect((await stat(made.path ?? '')).mode & 0o777).toBe(0o600);
  const token = readOperatorToken(dataDir);
  expect(await whoIs(token)).toMatchObject({ name: 'admin', role: 'admin' });
  expect(await ensureOperator(core, ORG, dataDir)).toEqual({ path: undefined, revision: made.revision });
  expect(readOperatorToken(dataDir)).toBe(token);
  expect(JSON.stringify(await core.store.objects.load(ORG))).not.toContain(token);
});

it('makes the data directory, for its owner alone, where nothing else has: the database and the master key are elsewhere', async () => {
  const fresh = join(dataDir, 'not', 'there');
  const made = await ensureOperator(core, ORG, fresh);
  expect(made.path).toBe(join(fresh, OPERATOR_TOKEN_FILE));
  expect((await stat(fresh)).mode & 0o777).toBe(0o700);
  expect(await whoIs(readOperatorToken(fresh))).toMatchObject({ name: 'admin' });
});

it('of several at once, one makes it and the file holds the token that works', async () => {
  const made = await Promise.all([1, 2, 3].map(() => ensureOperator(core, ORG, dataDir)));
  expect(made.filter(({ path }) => path !== undefined)).toHaveLength(1);
  expect((await view()).operators()).toHaveLength(1);
  expect(await whoIs(readOperatorToken(dataDir))).toMatchObject({ name: 'admin', role: 'admin' });
  expect((await readdir(dataDir)).filter((name) => name.includes('.tmp'))).toEqual([]);
});

it('makes another one when the only one has expired, though others of lesser roles have not', async () => {
  await ensureOperator(core, ORG, dataDir);
  const old = await readFile(join(dataDir, OPERATOR_TOKEN_FILE), 'utf8');
  const spec: OperatorSpec = { role: 'operator', hash: 'f'.repeat(64), hint: 'so_ffffff', createdAt: '2026-01-01T00:00:00Z' };
  const other: StoredObject<'operator'> = { kind: 'operator', metadata: { name: 'other' }, spec };
  await applyChanges(objectContext(core), ORG, { put: [other] }, { author: 'test' });
  await change('admin', { expiresAt: '2026-01-01T00:00:00Z' });
  const again = await ensureOperator(core, ORG, dataDir);
  expect(again.path).toBeDefined();
  expect(await whoIs(readOperatorToken(dataDir))).toMatchObject({ name: 'admin-2', role: 'admin' });
  expect(await whoIs(old.trim())).toBeUndefined();
});

it('leaves neither operator nor file behind when the change cannot be written', async () => {
  await core.store.lifecycle.close();
  await expect(ensureOperator(core, ORG, dataDir)).rejects.toThrow();
  expect((await readdir(dataDir)).filter((name) => name.startsWith(OPERATOR_TOKEN_FILE))).toEqual([]);
});

it('recovers: one more admin for who may write the database, though there is one; the others stay, and the log says whence it came', async () => {
  await ensureOperator(core, ORG, dataDir);
  const lost = readOperatorToken(dataDir);
  await rm(join(dataDir, OPERATOR_TOKEN_FILE));
  const made = await recoverOperator(core, ORG, dataDir);
  expect(made).toMatchObject({ name: 'admin-2', path: join(dataDir, OPERATOR_TOKEN_FILE) });
  expect((await stat(made.path)).mode & 0o777).toBe(0o600);
  expect(await whoIs(readOperatorToken(dataDir))).toMatchObject({ name: 'admin-2', role: 'admin' });
  expect(await whoIs(lost)).toMatchObject({ name: 'admin' });
  let last: { content: string } | undefined;
  for await (const entry of core.store.log.read({ org: ORG, reverse: true, limit: 1 })) last = entry;
  expect(last?.content).toContain('recovery on the machine');
  await expect(recoverOperator(core, 'nobody', dataDir)).rejects.toThrow('There is no organization "nobody"');
});

it('refuses a file that others can read', async () => {
  expect(readOperatorToken(dataDir)).toBeUndefined();
  const path = join(dataDir, OPERATOR_TOKEN_FILE);
  await writeFile(path, 'so_x\n', { mode: 0o600 });
  await chmod(path, 0o640);
  expect(() => readOperatorToken(dataDir)).toThrow('chmod 600');
});
