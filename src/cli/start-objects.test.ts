// The objects of the quick start on a real store: made once, kept afterwards, corrected when the sample servers moved.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { objectContext } from '../app/object-context.ts';
import { type Core, openCore } from '../app.ts';
import { buildPrincipals } from '../auth/principal-index.ts';
import { tokenHash } from '../auth/token.ts';
import { type Config, loadConfig } from '../config.ts';
import { applyChanges, deleteObject } from '../object/apply.ts';
import { buildView } from '../object/snapshot.ts';
import { ensureQuickstart, type QuickstartParts } from './start-objects.ts';

const policyFile = resolve(import.meta.dirname, '../../examples/quickstart/policy.yaml');
let dataDir: string;
let config: Config;
let core: Core;
let parts: QuickstartParts;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sallyport-start-'));
  const loaded = loadConfig({ env: {}, flags: { dataDir } });
  if (!loaded.config) throw new Error(loaded.problems.join('; '));
  config = loaded.config;
  core = await openCore(config, { create: true });
  parts = {
    sampleUrl: 'http://127.0.0.1:4001/mcp',
    files: { command: '/bin/node', script: '/old/server-filesystem/dist/index.js', folder: join(dataDir, 'sandbox') },
    policy: { name: 'policy.yaml', text: await readFile(policyFile, 'utf8') },
  };
});

afterEach(async () => {
  await core.store.lifecycle.close();
  await rm(dataDir, { recursive: true, force: true });
});

const ensure = () => ensureQuickstart(objectContext(core), config.organization, parts);
const view = async () => buildView(await core.store.objects.load(config.organization));
const names = async () =>
  (await view())
    .all()
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    .sort();

it('makes servers, agent, token and policy in one change, and a token that works', async () => {
  const { token, revision } = await ensure();
  expect(await names()).toEqual([
    'agent/quickstart-agent',
    'policy/quickstart',
    'server/everything',
    'server/filesystem',
    'token/quickstart-agent',
  ]);
  const made = await view();
  expect(made.revision).toBe(revision);
  expect(JSON.stringify(made.all())).not.toContain(token);
  const principals = buildPrincipals(made.all(), revision, config.organization);
  expect(principals.identify(tokenHash(token ?? ''), core.clock.nowMs()).principal?.agent).toBe('quickstart-agent');
});

it('changes nothing at the second start and shows no token again', async () => {
  const first = await ensure();
  const second = await ensure();
  expect(second).toEqual({ token: undefined, revision: first.revision });
});

it('follows the sample servers to another port and another checkout', async () => {
  await ensure();
  parts.sampleUrl = 'http://127.0.0.1:4002/mcp';
  parts.files.script = '/new/server-filesystem/dist/index.js';
  await ensure();
  const now = await view();
  expect(now.server('everything')?.spec.url).toBe('http://127.0.0.1:4002/mcp');
  expect(now.server('filesystem')?.spec.args?.[0]).toBe('/new/server-filesystem/dist/index.js');
});

it('leaves what people changed or deleted as it is', async () => {
  await ensure();
  const context = objectContext(core);
  const { org } = { org: config.organization };
  const files = (await view()).server('filesystem');
  if (!files) throw new Error('no server filesystem');
  await applyChanges(
    context,
    org,
    { put: [{ ...files, spec: { ...files.spec, command: '/usr/bin/my-files', args: [] } }] },
    { author: 'test' },
  );
  await deleteObject(context, org, { kind: 'server', name: 'everything' }, { author: 'test' });
  parts.sampleUrl = 'http://127.0.0.1:4003/mcp';
  await ensure();
  const now = await view();
  expect(now.server('everything')).toBeUndefined();
  expect(now.server('filesystem')?.spec.command).toBe('/usr/bin/my-files');
});

it('does not overwrite objects that have the same names', async () => {
  const mine = { kind: 'policy' as const, metadata: { name: 'quickstart' }, spec: { order: 5, rules: [] } };
  await applyChanges(objectContext(core), config.organization, { put: [mine] }, { author: 'test' });
  await ensure();
  expect((await view()).get('policy', 'quickstart')?.spec.order).toBe(5);
});
