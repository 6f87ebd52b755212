// The command line against what is no gateway, or one that breaks off: a clear failure, no half file, no token for strangers, no hang.

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jsonOf, runCli } from '../../test/support/cli-process.ts';

const TOKEN = `so_${'t'.repeat(43)}`;
const LINE = `{"content":{},"hash":"x","header":{"seq":1}}\n`;
/** What an export says of its place in the log. */
const PLACES = { 'sallyport-next': '2', 'sallyport-head': '1' };
let folder: string;
let server: Server;
let url: string;
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let seen: IncomingMessage[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-odd-'));
  seen = [];
  server = createServer((request, response) => {
    seen.push(request);
    respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const cli = (args: string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(args, { cwd: folder, ...options, env: { SALLYPORT_OPERATOR_TOKEN: TOKEN, SALLYPORT_ADMIN_URL: url, ...options.env } });

it.each([
  ['a web page', 200, '<html>'],
  ['an error that is not ours', 502, 'Bad Gateway'],
  ['a redirect', 302, ''],
])('%s: exit code 3, and the token is not repeated', async (_, status, body) => {
  respond = (_request, response) => response.writeHead(status, { location: `${url}/elsewhere` }).end(body);
  const result = await cli(['get', 'agents', '--json']);
  expect(result.code).toBe(3);
  expect(jsonOf(result)).toMatchObject({ error: { code: 'gateway_answer_invalid' } });
  expect(result.stdout + result.stderr).not.toContain(TOKEN);
  expect(seen).toHaveLength(1);
});

it('a stream that breaks off: a failure, and no file that looks whole', async () => {
  respond = (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write(LINE, () => response.destroy());
  };
  const result = await cli(['log', 'export', '-o', 'log.jsonl']);
  expect(result.code).toBe(3);
  expect(result.stderr).toContain('broke off');
  expect(await readdir(folder)).toEqual([]);
  const verdict = await cli(['verify', `${url}/api/v1/log/export`, '--json']);
  expect([verdict.code, (jsonOf(verdict) as { state: string }).state]).toEqual([1, 'broken']);
});

it('Ctrl-C while nothing arrives: exit code 130, no file', async () => {
  respond = (_request, response) => {
    response.writeHead(200, PLACES);
    response.write(LINE);
  };
  const hasContent = async () => ((await stat(join(folder, 'log.jsonl.partial')).catch(() => undefined))?.size ?? 0) > 0;
  expect(await cli(['log', 'export', '-o', 'log.jsonl'], { signalWhen: hasContent })).toMatchObject({ code: 130, stdout: '' });
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ['log', 'export'],
  ['log', 'tail', '--json'],
])('%s %s ends without a word when nobody reads it any more', async (...args) => {
  respond = ({ url: path = '' }, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...PLACES });
    if (path.includes('status')) return void response.end('{"log":{"seq":1,"hash":"x"}}');
    const more = () => response.write(`id: 1\nevent: entry\ndata: {"content":{},"hash":"${'x'.repeat(1_000)}","header":{"seq":1}}\n\n`);
    const timer = setInterval(more, 5);
    response.once('close', () => clearInterval(timer));
    return undefined;
  };
  expect(await cli([...args], { closeOutput: true })).toMatchObject({ code: 0, stderr: '' });
});

it('following goes on where it was when the connection ends', async () => {
  respond = ({ url: path = '' }, response) => {
    const from = Number(new URL(path, url).searchParams.get('from') ?? '1');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`id: ${from}\nevent: entry\ndata: {"content":{},"hash":"x","header":{"seq":${from}}}\n\n`);
  };
  const result = await cli(['log', 'tail', '--from', '7', '--json'], {
    onOutput: (text) => (text.split('\n').length > 3 ? 'SIGINT' : undefined),
  });
  expect(result.code).toBe(0);
  const seqs = result.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { header: { seq: number } }).header.seq);
  expect(seqs.slice(0, 3)).toEqual([7, 8, 9]);
});

it('the operator token goes to the gateway of the settings alone', async () => {
  respond = (_request, response) => response.end(LINE);
  await cli(['verify', `${url}/log.jsonl`], { env: { SALLYPORT_ADMIN_URL: 'http://127.0.0.1:1' } });
  await cli(['verify', `${url}/log.jsonl`]);
  expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, `Bearer ${TOKEN}`]);
});

it('text from the gateway cannot steer the terminal', async () => {
  const message = 'bad \u001b[2J thing';
  respond = (_request, response) => response.writeHead(404).end(JSON.stringify({ error: { code: 'not_found', message } }));
  const result = await cli(['get', 'agent', 'x']);
  expect(result.code).toBe(1);
  expect(result.stderr).not.toContain('\u001b');
});
