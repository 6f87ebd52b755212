// Standing grants, delegations and claims on the command line against a real gateway; and what the doctor says of grants.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI_ENTRY, type CliResult, jsonOf, runCli } from '../../test/support/cli-process.ts';
import { type GatewayProcess, startGateway } from '../../test/support/gateway-process.ts';

const OBJECTS = `kind: server
metadata: { name: billing }
spec: { transport: http, url: 'http://127.0.0.1:9/mcp' }
---
kind: agent
metadata: { name: refund-bot }
spec: {}
---
kind: user
metadata: { name: ada }
spec: {}
---
kind: user
metadata: { name: ben }
spec: {}
`;
/** Every command is a process, and the machine may be busy. */
const TIMEOUT_MS = 240_000;
const GRANT = ['--agent', 'refund-bot', '--tool', 'billing/create_refund', '--reason', 'support week'];

let folder: string;
let gateway: GatewayProcess;
let rita: string;

function cli(args: readonly string[], token?: string): Promise<CliResult> {
  const env = { SALLYPORT_ADMIN_URL: gateway.adminUrl, ...(token === undefined ? {} : { SALLYPORT_OPERATOR_TOKEN: token }) };
  return runCli([...args, '--data', join(folder, 'data')], { env });
}
async function ok(args: readonly string[], token?: string): Promise<string> {
  const result = await cli(args, token);
  expect(result, args.join(' ')).toMatchObject({ code: 0 });
  return result.stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-grant-'));
  gateway = await startGateway({ dataDir: join(folder, 'data'), entry: CLI_ENTRY });
  await writeFile(join(folder, 'objects.yaml'), OBJECTS);
  await ok(['apply', '-f', join(folder, 'objects.yaml')]);
  const admin = (await readFile(join(folder, 'data', 'operator.token'), 'utf8')).trim();
  const response = await fetch(`${gateway.adminUrl}/api/v1/operators`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'rita', role: 'reviewer', user: 'ada' }),
  });
  rita = ((await response.json()) as { token: string }).token;
});
afterAll(async () => {
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('a grant is written, listed, confirmed by somebody else, looked at by the doctor, and revoked', { timeout: TIMEOUT_MS }, async () => {
  const made = await ok([
    'approval',
    'grant',
    'create',
    'small',
    ...GRANT,
    '--when',
    'args.amount <= 100',
    '--until',
    '5d',
    '--max-uses',
    '9',
  ]);
  expect(made).toContain('refund-bot may call billing/create_refund while args.amount <= 100');
  expect((await cli(['approval', 'grant', 'confirm', 'small'])).stderr).toContain('You stand for grant/small already');
  expect(await ok(['approval', 'grant', 'confirm', 'small'], rita)).toContain('You stand for grant small');
  expect(await ok(['approval', 'grant', 'list'])).toMatch(
    /small +in force +refund-bot +billing\/create_refund +args.amount <= 100 +0 of 9 +admin, rita +20/,
  );
  await ok(['approval', 'grant', 'create', ...GRANT, '--until', '100d', '--review', '50d', '--rule', 'p/held'], rita);
  const checks = (jsonOf(await cli(['doctor', '--json'])) as unknown as { checks: { name: string }[] }).checks;
  expect(checks.find(({ name }) => name === 'standing grants')).toMatchObject({ state: 'ok', message: '2 in force or to come' });
  expect(await ok(['approval', 'grant', 'revoke', 'small'], rita)).toContain('ended');
});

it('the doctor counts people where a rule takes several', { timeout: TIMEOUT_MS }, async () => {
  const looked = async () => {
    const { checks } = jsonOf(await cli(['doctor', '--json'])) as unknown as { checks: { name: string }[] };
    return checks.find(({ name }) => name === 'approvers');
  };
  expect(await looked()).toBeUndefined();
  const file = join(folder, 'quorum.yaml');
  const rule = '{ name: big, match: { tool: [create_refund] }, effect: hold, obligations: { approvers: { quorum: 2 } } }';
  await writeFile(file, `kind: policy\nmetadata: { name: two }\nspec:\n  rules:\n    - ${rule}\n`);
  await ok(['apply', '-f', file]);
  // The admin's own operator is linked to nobody, and a second one of the same person adds none.
  await ok(['operator', 'create', 'rita-2', '--role', 'reviewer', '--user', 'ada']);
  expect(await looked()).toMatchObject({ state: 'warn', message: expect.stringContaining('two/big takes 2; 1 person is linked') });
  await ok(['operator', 'create', 'ben-1', '--role', 'reviewer', '--user', 'ben']);
  expect(await looked()).toMatchObject({ state: 'ok', message: expect.stringContaining('2 people') });
  await ok(['operator', 'revoke', 'ben-1']);
  expect(await looked()).toMatchObject({ state: 'warn', next: expect.stringContaining('--user USER') });
});

it('says what is missing or wrong', { timeout: TIMEOUT_MS }, async () => {
  const wrong = async (...args: string[]) => {
    const { code, stderr } = await cli(['approval', 'grant', 'create', ...args]);
    return `${code} ${stderr}`;
  };
  expect(await wrong('--agent', 'refund-bot')).toMatch(/^2 .*--tool/s);
  expect(await wrong(...GRANT)).toMatch(/^2 .*--until/s);
  expect(await wrong(...GRANT, '--until', '100d')).toContain('says when it is looked at again');
  expect(await wrong(...GRANT, '--until', '5d', '--when', 'args.amount <')).toContain('no CEL expression');
  expect(await wrong(...GRANT, '--until', '5d', '--pin')).toContain('is not known here');
});

it('deciding is handed over and taken back; tickets that are not there cannot be claimed', { timeout: TIMEOUT_MS }, async () => {
  expect((await cli(['approval', 'delegate', 'to', 'ben', '--until', '14d'])).stderr).toContain('linked to no user');
  expect(await ok(['approval', 'delegate', 'to', 'ben', '--until', '14d', '--reason', 'holiday'], rita)).toContain(
    'ben decides in your place',
  );
  expect(await ok(['approval', 'delegate', 'list'])).toMatch(/ada-to-ben +in force +ada +ben .* holiday/);
  expect((await cli(['approval', 'delegate', 'to', 'ada', '--from', 'ben', '--until', '1d'])).stderr).toContain('leads back');
  expect(await ok(['approval', 'delegate', 'end', 'ada-to-ben'], rita)).toContain('ended');
  for (const what of ['claim', 'unclaim'])
    expect((await cli(['approval', what, 'appr_none'], rita)).stderr).toContain('There is no ticket');
  expect((await cli(['approval', 'approve', '--agent', 'refund-bot', '--comment', 'x'])).stderr).toContain('--dry-run');
});
