// The command line against a real gateway: objects, tokens, freezes, the log, a backup and its restoration, as separate processes.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI_ENTRY, type CliOptions, type CliResult, jsonOf, runCli } from '../../test/support/cli-process.ts';
import { type GatewayProcess, startGateway } from '../../test/support/gateway-process.ts';

const SECRET = 'the-plain-value-of-a-secret';
const OBJECTS = `kind: server
metadata: { name: tickets }
spec:
  transport: http
  url: https://tickets.example.com/mcp
  headers:
    authorization: { secret: tickets-token, prefix: 'Bearer ' }
---
kind: secret
metadata: { name: tickets-token }
spec: { valueFrom: { file: secret.txt } }
---
kind: agent
metadata: { name: support-bot }
spec: { class: support }
---
kind: policy
metadata: { name: support }
spec: { rules: [{ name: read, match: { server: [tickets] }, effect: allow }] }
`;

let folder: string;
let dataDir: string;
let gateway: GatewayProcess;
const printed: string[] = [];

/** Runs against the gateway; everything it prints is looked through for the secret at the end. */
async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await runCli([...args, '--data', dataDir], { ...options, env: { SALLYPORT_ADMIN_URL: gateway.adminUrl, ...options.env } });
  printed.push(result.stdout, result.stderr);
  return result;
}

async function ok(...args: string[]): Promise<string> {
  const result = await cli(args);
  expect(result, args.join(' ')).toMatchObject({ code: 0 });
  return result.stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-cli-'));
  dataDir = join(folder, 'data');
  await writeFile(join(folder, 'objects.yaml'), OBJECTS);
  await writeFile(join(folder, 'secret.txt'), `${SECRET}\n`);
  gateway = await startGateway({ dataDir, entry: CLI_ENTRY });
});

afterAll(async () => {
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('the first start leaves an operator token that nobody else can read, and does not print it', async () => {
  const path = join(dataDir, 'operator.token');
  const { mode } = await stat(path);
  expect(mode & 0o777).toBe(0o600);
  const token = (await readFile(path, 'utf8')).trim();
  expect(token).toMatch(/^so_/);
  expect(JSON.stringify(gateway.output())).not.toContain(token);
  expect((await readdir(dataDir)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('diff, dry run, apply, and nothing to do the second time', async () => {
  const file = join(folder, 'objects.yaml');
  expect(await ok('diff', '-f', file)).toContain('+   class: support');
  expect((await cli(['diff', '-f', file, '--exit-code'])).code).toBe(1);
  expect(await ok('apply', '-f', file, '--dry-run')).toContain('would be created');
  expect(await ok('get', 'servers')).toContain('None.');
  expect(await ok('apply', '-f', file)).toContain('policy/support: created');
  const again = JSON.parse(await ok('apply', '-f', file, '--json')) as { changes: { change: string }[] };
  expect(again.changes.map(({ change }) => change)).toEqual(Array(4).fill('unchanged'));
  expect(await ok('diff', '-f', file, '--exit-code')).toContain('No difference');
});

it('get in every form, by plural, by kind/name, and one JSON value', async () => {
  expect(await ok('get', 'policies', '-o', 'name')).toBe('policy/support\n');
  expect(await ok('get', 'agent/support-bot')).toContain('class: support');
  expect(JSON.parse(await ok('get', 'server', 'tickets', '--json'))).toMatchObject({ kind: 'server', spec: { transport: 'http' } });
  expect(JSON.parse(await ok('get', 'all', '-o', 'json'))).toHaveLength(5);
  expect(await ok('get', 'secret', 'tickets-token')).toContain('(sealed)');
});

it('problems in files name file, line and column, and nothing is sent', async () => {
  const file = join(folder, 'bad.yaml');
  await writeFile(file, 'kind: agent\nmetadata: { name: a }\nspec:\n  clas: x\n');
  const result = await cli(['apply', '-f', file]);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain(`${file}:4:`);
  expect(result.stderr).toContain('Did you mean "class"?');
  const missing = await cli(['apply', '-f', join(folder, 'none.yaml'), '--json']);
  expect(missing.code).toBe(2);
  expect(jsonOf(missing)).toMatchObject({ error: { message: expect.stringContaining('none.yaml') } });
});

it('a folder is read whole; the same object in two files is a problem of the second', async () => {
  const twice = join(folder, 'twice', 'deep');
  await mkdir(twice, { recursive: true });
  const agent = 'kind: agent\nmetadata: { name: twin }\nspec: {}\n';
  await writeFile(join(folder, 'twice', 'a.yaml'), agent);
  await writeFile(join(folder, 'twice', 'notes.txt'), 'not an object');
  expect(await ok('apply', '-f', join(folder, 'twice'), '--dry-run')).toContain('agent/twin');
  await writeFile(join(twice, 'b.yml'), agent);
  const result = await cli(['apply', '-f', join(folder, 'twice')]);
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(/b\.yml:1: agent\/twin is already defined in .*a\.yaml/);
});

it('history, rollback and the revision that is asked for', async () => {
  const changed = 'kind: agent\nmetadata: { name: support-bot }\nspec: { class: other }\n';
  expect((await cli(['apply', '-f', '-'], { stdin: changed })).code).toBe(0);
  const { versions } = JSON.parse(await ok('history', 'agent', 'support-bot', '--json')) as {
    versions: { revision: number; author: string }[];
  };
  expect(versions.map(({ author }) => author)).toEqual(['admin', 'admin']);
  await ok('rollback', 'agents', 'support-bot', '--to', String(versions[1]?.revision));
  expect(await ok('get', 'agent', 'support-bot')).toContain('class: support');
  expect((await cli(['rollback', 'agent', 'support-bot', '--to', '9999'])).code).toBe(1);
  const stale = await cli(['apply', '-f', '-'], { stdin: `${changed}revision: ${versions[1]?.revision}\n` });
  expect(stale.code).toBe(5);
});

it('prune deletes what is not given, operators only when they are named', async () => {
  const only = 'kind: agent\nmetadata: { name: support-bot }\nspec: { class: support }\n';
  await cli(['apply', '-f', '-'], { stdin: 'kind: agent\nmetadata: { name: extra }\nspec: {}\n' });
  const pruned = await cli(['apply', '-f', '-', '--prune', '--json'], { stdin: only });
  expect(jsonOf(pruned)).toMatchObject({ changes: [{ name: 'support-bot' }, { name: 'extra', change: 'deleted' }] });
  expect(await ok('get', 'operators', '-o', 'name')).toBe('operator/admin\n');
});

it('operators are made, listed and revoked; a token is shown once, and is worth what its role is', async () => {
  const made = await cli(['operator', 'create', 'ada', '--role', 'reviewer', '--expires', '30d']);
  expect(made.stdout).toMatch(/^so_[A-Za-z0-9_-]+\n$/);
  const env = { SALLYPORT_OPERATOR_TOKEN: made.stdout.trim() };
  const list = await ok('operator', 'list');
  expect(list).toMatch(/^ada +reviewer +- +so_\S+… +until /m);
  expect(list).not.toContain(made.stdout.trim());
  expect((await cli(['approval', 'list'], { env })).code).toBe(0);
  expect((await cli(['operator', 'list'], { env })).code).toBe(4);
  expect((await cli(['operator', 'create', 'ada', '--role', 'viewer'])).code).toBe(5);
  const wrong = await cli(['operator', 'create', 'bob', '--role', 'boss']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('viewer, reviewer, operator, admin, not "boss"')]);
  expect(await ok('operator', 'revoke', 'ada')).toContain('is revoked');
  expect((await cli(['approval', 'list'], { env })).code).toBe(4);
  expect(JSON.parse(await ok('operator', 'list', '--json'))).toMatchObject({
    operators: expect.arrayContaining([expect.objectContaining({ name: 'ada', revokedAt: expect.any(String) })]),
  });
});

it('a token is the only thing on standard output, once; then revoked', async () => {
  const made = await cli(['token', 'create', 'support-bot', '--expires', '30d', '--servers', 'tickets', '--tools', 'get_*,list_*']);
  expect(made.stdout).toMatch(/^sp_[A-Za-z0-9_-]{49}\n$/);
  const token = made.stdout.trim();
  const list = await ok('token', 'list');
  expect(list).not.toContain(token);
  expect(list).toContain('servers=tickets tools=get_*,list_*');
  const rotated = JSON.parse(await ok('token', 'rotate', 'support-bot', '--json')) as { name: string; token: string };
  expect(rotated.token).not.toBe(token);
  await ok('token', 'revoke', rotated.name);
  expect(await ok('token', 'list')).not.toContain('until');
  const unknown = await cli(['token', 'create', 'suport-bot', '--json']);
  expect(unknown.code).toBe(1);
  expect(jsonOf(unknown)).toMatchObject({ error: { message: expect.stringContaining('Did you mean "support-bot"?') } });
});

it('freeze, freeze list and unfreeze', async () => {
  expect(await ok('freeze', 'incident', '--agent', 'support-bot', '--reason', 'a look', '--until', '2h')).toContain(
    'sallyport unfreeze incident',
  );
  expect(await ok('get', 'freezes')).toContain('agent support-bot');
  expect(await ok('freeze', 'list')).toMatch(/incident +agent support-bot +until .* admin +20.* 1 +a look/);
  await ok('unfreeze', 'incident');
  expect((await cli(['unfreeze', 'incident'])).code).toBe(1);
  await ok('freeze', 'drops', '--tool', 'tickets/drop_*', '--reason', 'x', '--approvals', '2');
  expect(await ok('freeze', 'list')).toContain('tool tickets/drop_*');
  expect(await ok('unfreeze', 'drops')).toContain('still in force: lifting it takes two operators');
  const again = await cli(['unfreeze', 'drops']);
  expect(again).toMatchObject({ code: 4, stderr: expect.stringContaining('another operator must confirm') });
  expect(JSON.parse(await ok('freeze', 'list', '--json'))).toMatchObject({
    freezes: [{ name: 'drops', approvals: 2, setBy: 'admin', liftRequest: { by: 'admin' } }],
  });
});

it('freeze --revoke-tokens and freeze --drill', async () => {
  await ok('apply', '-f', join(folder, 'objects.yaml'));
  await ok('token', 'create', 'support-bot', '--name', 'leaked');
  expect(await ok('freeze', 'leak', '--agent', 'support-bot', '--reason', 'leak', '--revoke-tokens')).toContain('Tokens revoked: 1.');
  expect(await ok('token', 'list')).toMatch(/leaked.*revoked/);
  await ok('unfreeze', 'leak');
  const drill = await ok('freeze', '--everyone', '--drill', '--reason', 'monthly');
  expect(drill).toMatch(/Nothing was stopped\.\nGATEWAY +AFTER +CALLS +PARKED +SESSIONS +TICKETS +ENTRY\ngw_\w+ +\d+ ms +0 +0 +0 +0 +\d+/);
  expect((await cli(['freeze', '--everyone', '--drill', '--reason', 'x', '--until', '1h'])).code).toBe(2);
});

it('the log: shown, followed until Ctrl-C, exported and verified', async () => {
  expect(await ok('log', 'show')).toContain('object  by admin:');
  expect(await ok('log', 'show', '1', '--values')).toMatch(/entry +1\n/);
  const back = JSON.parse(await ok('log', 'show', '--to', '3', '--limit', '2', '--json')) as { entries: { header: { seq: number } }[] };
  expect(back.entries.map(({ header }) => header.seq)).toEqual([3, 2]);
  expect((await cli(['log', 'show', 'call_unknown'])).code).toBe(1);
  const tail = await cli(['log', 'tail', '--from', '1', '--json'], {
    onOutput: (text) => (text.split('\n').length > 5 ? 'SIGINT' : undefined),
  });
  expect(tail).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(tail.stdout.split('\n')[0] ?? '')).toMatchObject({ header: { seq: 1 } });
  const file = join(folder, 'log.jsonl');
  await ok('log', 'export', '-o', file);
  expect(await ok('verify', file)).toContain('SOUND');
  expect(await ok('verify', `${gateway.adminUrl}/`)).toContain('SOUND');
  expect(await ok('log', 'export')).toContain((await readFile(file, 'utf8')).slice(0, 200));
  const again = await cli(['log', 'export', '-o', file]);
  expect(again.code).toBe(5);
});

it('export leaves secrets out, and as envelopes only when asked for', async () => {
  expect(await ok('export', '--kind', 'secret')).toContain('sealed: (sealed)');
  expect(await ok('export', '--kind', 'secret', '--with-secrets')).toContain('sealed: v1.');
  const file = join(folder, 'objects-out.yaml');
  await ok('export', '--kind', 'server,agent', '-o', file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await ok('diff', '-f', file, '--exit-code')).toContain('No difference');
});

it('who may not, and who cannot be reached', async () => {
  const wrong = await cli(['get', 'agents', '--json'], { env: { SALLYPORT_OPERATOR_TOKEN: `so_${'x'.repeat(43)}` } });
  expect(wrong.code).toBe(4);
  expect(jsonOf(wrong)).toMatchObject({ error: { code: 'unauthenticated' } });
  const path = join(dataDir, 'operator.token');
  await chmod(path, 0o644);
  const exposed = await cli(['get', 'agents']);
  await chmod(path, 0o600);
  expect(exposed.code).toBe(4);
  expect(exposed.stderr).toContain('chmod 600');
  expect((await cli(['get', 'agents', '--url', 'http://127.0.0.1:1'])).code).toBe(3);
  const agentSide = await cli(['get', 'agents', '--url', gateway.mcpUrl]);
  expect(agentSide.code).toBe(3);
  expect(agentSide.stderr).toContain('admin address');
  const none = await runCli(['get', 'agents', '--data', join(folder, 'nothing')]);
  expect(none.code).toBe(4);
  expect(none.stderr).toContain('SALLYPORT_OPERATOR_TOKEN');
});

it('a backup while the gateway runs, restored into another directory, opens with the same master key', async () => {
  const file = join(folder, 'running.backup');
  await ok('backup', file);
  expect((await cli(['backup', file])).code).toBe(5);
  const other = join(folder, 'restored');
  const restored = await runCli(['restore', file, '--data', other, '--json']);
  expect(jsonOf(restored)).toMatchObject({ organizations: 1, masterKey: false });
  expect((await runCli(['restore', file, '--data', other])).code).toBe(5);
  expect((await runCli(['key', 'rotate', 'master', '--data', other])).stderr).toContain('no master key');
  await writeFile(join(other, 'master.key'), await readFile(join(dataDir, 'master.key')), { mode: 0o600 });
  expect((await runCli(['key', 'rotate', 'master', '--data', other])).code).toBe(0);
  expect((await runCli(['init', '--data', other])).code).toBe(0);
  const doctor = await runCli(['doctor', '--data', other, '--admin', '127.0.0.1:0', '--json']);
  expect(jsonOf(doctor)).toMatchObject({ checks: expect.arrayContaining([expect.objectContaining({ name: 'master key', state: 'ok' })]) });
});

it('what works on the data directory says who holds it', async () => {
  const result = await cli(['init', '--json']);
  expect(result.code).toBe(5);
  expect(jsonOf(result)).toMatchObject({ error: { code: 'data_directory_in_use', message: expect.stringContaining(String(gateway.pid)) } });
});

it('doctor: every check passes on a running gateway; what is wrong has a next step', async () => {
  const { ok: sound, checks } = JSON.parse(await ok('doctor', '--json')) as { ok: boolean; checks: { name: string; state: string }[] };
  expect(sound).toBe(true);
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual([
    'node',
    'data directory',
    'lock',
    'master key',
    'database',
    'gateway',
    'operator token',
    'policies',
    'agent tokens',
    'standing grants',
    'notifications',
    'log',
  ]);
  const broken = await runCli(['doctor', '--data', join(folder, 'nothing'), '--url', 'http://127.0.0.1:1']);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(/fail {2}data directory[\s\S]*→ Run `sallyport init`/);
});

it('never printed a secret', async () => {
  const token = (await readFile(join(dataDir, 'operator.token'), 'utf8')).trim();
  const master = (await readFile(join(dataDir, 'master.key'), 'utf8')).trim();
  expect(printed.length).toBeGreaterThan(50);
  for (const secret of [SECRET, token, master]) expect(printed.filter((text) => text.includes(secret))).toEqual([]);
});

it('a gateway stopped by SIGTERM ends with exit code 0', async () => {
  expect(await gateway.stop()).toBe(0);
});
