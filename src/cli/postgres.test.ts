// Commands that work on the database itself, on PostgreSQL: init, doctor, backup beside a gateway, restore across drivers, a wrong address.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI_ENTRY, jsonOf, runCli } from '../../test/support/cli-process.ts';
import { startGateway } from '../../test/support/gateway-process.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';

let folder: string;
let postgres: TestPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-cli-pg-'));
  postgres = await startPostgres();
});

afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('init, serve, backup, restore into both kinds of store', async () => {
  const dataDir = join(folder, 'one');
  const env = { DATABASE_URL: postgres.url };
  const early = await runCli(['doctor', '--data', dataDir, '--json'], { env });
  expect(jsonOf(early)).toMatchObject({ checks: expect.arrayContaining([expect.objectContaining({ name: 'database', state: 'warn' })]) });
  expect(await runCli(['init', '--data', dataDir], { env })).toMatchObject({ code: 0 });
  const gateway = await startGateway({ dataDir, env, entry: CLI_ENTRY });
  const file = join(folder, 'pg.backup');
  try {
    const doctor = await runCli(['doctor', '--data', dataDir, '--url', gateway.adminUrl, '--json'], { env });
    expect(jsonOf(doctor)).toMatchObject({ ok: true });
    expect(await runCli(['backup', file, '--data', dataDir], { env })).toMatchObject({ code: 0 });
  } finally {
    await gateway.stop();
  }
  const masterKey = await readFile(join(dataDir, 'master.key'));
  const second = { DATABASE_URL: await postgres.freshUrl() };
  expect(await runCli(['restore', file, '--data', join(folder, 'two')], { env: second })).toMatchObject({ code: 0 });
  expect((await runCli(['restore', file, '--data', join(folder, 'two')], { env: second })).code).toBe(5);
  const embedded = join(folder, 'three');
  expect(await runCli(['restore', file, '--data', embedded])).toMatchObject({ code: 0 });
  await writeFile(join(embedded, 'master.key'), masterKey, { mode: 0o600 });
  expect(jsonOf(await runCli(['init', '--data', embedded, '--json']))).toMatchObject({ created: false });
});

it('a database that cannot be reached: exit code 3, its password not printed', async () => {
  const env = { DATABASE_URL: 'postgres://me:geheim@127.0.0.1:1/none' };
  const init = await runCli(['init', '--data', join(folder, 'none')], { env });
  expect(init.code).toBe(3);
  expect(init.stderr).not.toContain('geheim');
  const doctor = await runCli(['doctor', '--data', join(folder, 'none')], { env });
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).not.toContain('geheim');
  const backup = await runCli(['backup', join(folder, 'none.backup')], { env });
  expect(backup.code).toBe(3);
  expect(backup.stderr).not.toContain('geheim');
});
