// Values that are replaced on a gateway that runs, as agents see it: official clients, which check what a tool returns against its schema, take every
// answer; a token goes where only its value fits, and is worth nothing after a purge. Own process, real clients.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { CLI_ENTRY, type CliResult, runCli } from '../support/cli-process.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { modernCaller, type RawAnswer } from '../support/raw-caller.ts';
import { json, type RawServer, startRawServer } from '../support/raw-server.ts';

const LIMIT_MS = 600_000;
const MAIL = 'ines.okafor@northwind-traders.com';
const RECORDS: Readonly<Record<string, { schema: JsonObject; value: unknown }>> = {
  email: { schema: { type: 'string', format: 'email' }, value: MAIL },
  link: { schema: { type: 'string', format: 'uri' }, value: 'postgres://admin:Tr0ub4dor-9x@db.internal:5432/crm' },
  date_of_birth: { schema: { type: 'string', format: 'date' }, value: '1984-03-12' },
  card_number: { schema: { type: 'integer', minimum: 1 }, value: 4556737586899855 },
  phone: { schema: { type: 'string', pattern: '^\\+[1-9][0-9]{6,14}$' }, value: '+14155550142' },
  contacts: {
    schema: { type: 'array', uniqueItems: true, items: { type: 'object', properties: { email: { type: 'string', format: 'email' } } } },
    value: [{ email: MAIL }, { email: 'b.ruiz@northwind-traders.com' }],
  },
};
const VALUES = [MAIL, 'Tr0ub4dor-9x', '1984-03-12', '4556737586899855', '14155550142', 'b.ruiz'];
const tools = [
  ...Object.entries(RECORDS).map(([name, { schema }]) => ({
    name: `get_${name}`,
    inputSchema: { type: 'object' },
    outputSchema: {
      type: 'object',
      properties: { [name]: schema, note: { type: 'string' } },
      required: [name],
      additionalProperties: false,
    },
  })),
  { name: 'get_customer', inputSchema: { type: 'object' } },
  {
    name: 'send_mail',
    inputSchema: {
      type: 'object',
      properties: { to: { type: 'string', pattern: '^[^@]+@[^@]+$', maxLength: 60 }, body: { type: 'string' } },
      required: ['to'],
    },
  },
];

let folder: string;
let server: RawServer;
let gateway: GatewayProcess;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-tokens-'));
  server = await startRawServer(({ message }, response) => {
    json(response, {
      jsonrpc: '2.0',
      id: message?.id,
      result: { resultType: 'complete', ...answerTo(message?.params?.name, message?.method) },
    });
  });
  await start();
  const objects = ['crm', 'mailer', 'other'].map(
    (name) => `kind: server\nmetadata: { name: ${name} }\nspec: { transport: http, url: '${server.url}', era: modern, trust: true }\n`,
  );
  await apply(
    [
      ...objects,
      'kind: agent\nmetadata: { name: bot }\nspec: {}\n',
      "kind: policy\nmetadata: { name: all }\nspec: { rules: [{ name: all, match: { server: ['*'] }, effect: allow }] }\n",
    ].join('---\n'),
  );
  token = (JSON.parse((await cli('token', 'create', 'bot', '--json')).stdout) as { token: string }).token;
}, LIMIT_MS);

afterAll(async () => {
  await gateway?.stop();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
}, LIMIT_MS);

function answerTo(tool: unknown, method: string | undefined): JsonObject {
  if (method === 'server/discover')
    return { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, serverInfo: { name: 'crm', version: '1' } };
  if (method === 'tools/list') return { tools };
  const name = String(tool).replace(/^get_/, '');
  if (name === 'customer') return { content: [{ type: 'text', text: `mail: ${MAIL}` }] };
  const record = RECORDS[name];
  if (record === undefined) return { content: [{ type: 'text', text: 'sent' }] };
  const structuredContent = { [name]: record.value, note: `of Mrs Ines Okafor` } as JsonObject;
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

async function start(): Promise<void> {
  gateway = await startGateway({ dataDir: join(folder, 'data'), entry: CLI_ENTRY });
}

const cli = (...args: string[]): Promise<CliResult> =>
  runCli(args, { cwd: folder, env: { SALLYPORT_ADMIN_URL: gateway.adminUrl, SALLYPORT_DATA_DIR: join(folder, 'data') } });

async function apply(text: string): Promise<void> {
  await writeFile(join(folder, 'objects.yaml'), text);
  expect(await cli('apply', '-f', 'objects.yaml')).toMatchObject({ code: 0 });
}

const rule = (action: string): Promise<void> =>
  apply(`kind: dlp
metadata: { name: guard }
spec:
  rules: [{ name: all, types: [pii, financial, secret], direction: result, action: ${action} }]
  tokens: { revealTo: [mailer] }
`);

async function ask(at: string, name: string, args: JsonObject): Promise<NonNullable<RawAnswer['result']>> {
  const caller = modernCaller(`${gateway.mcpUrl}/mcp/${at}`, token);
  const answer = await caller.ask('tools/call', { name, arguments: args });
  await caller.close();
  return answer?.result ?? {};
}

const lastArguments = (): unknown =>
  server.received.findLast(({ message }) => message?.method === 'tools/call')?.message?.params?.arguments;
const sent = (): number => server.received.filter(({ message }) => message?.params?.name === 'send_mail').length;

describe.each(['mask', 'partial', 'hash', 'tokenize'])('an answer with an output schema, of which rules %s values', (action) => {
  it('is taken by official clients, whatever the schema asks of texts and numbers', { timeout: LIMIT_MS }, async () => {
    await rule(action);
    const headers = { requestInit: { headers: { authorization: `Bearer ${token}` } } };
    const url = new URL(`${gateway.mcpUrl}/mcp/crm`);
    const legacy = new LegacyClient({ name: 'reader', version: '1' });
    const modern = new ModernClient({ name: 'reader', version: '1' });
    await legacy.connect(new LegacyTransport(url, headers) as Parameters<LegacyClient['connect']>[0]);
    await modern.connect(new ModernTransport(url, headers));
    try {
      for (const client of [legacy, modern]) {
        // Clients check answers of tools that they listed.
        expect((await client.listTools()).tools).toHaveLength(tools.length);
        for (const name of Object.keys(RECORDS)) {
          const answer = await client.callTool({ name: `get_${name}`, arguments: {} });
          expect(answer.isError, `${name}: ${JSON.stringify(answer)}`).not.toBe(true);
          const told = JSON.stringify(answer);
          for (const value of VALUES) expect(told, name).not.toContain(value);
          expect(JSON.parse((answer.content as { text: string }[])[0]?.text ?? '')).toEqual(answer.structuredContent);
          // What the schema says nothing about is replaced as the rule says, also beside what it restricts.
          expect((answer.structuredContent as { note: string }).note).toMatch(/\[redacted:pii\.person|dlp_person_/);
        }
      }
    } finally {
      await legacy.close();
      await modern.close();
    }
  });
});

describe('a token', () => {
  let mail: string;

  it('goes where only its value fits, at a server that may have it', { timeout: LIMIT_MS }, async () => {
    await rule('tokenize');
    const text = (await ask('crm', 'get_customer', {})).content?.[0]?.text ?? '';
    mail = /dlp_email_[\w-]+/.exec(text)?.[0] ?? '';
    expect(mail.length).toBeGreaterThan(60);
    expect((await ask('mailer', 'send_mail', { to: mail, body: `to ${mail}` })).isError).not.toBe(true);
    expect(lastArguments()).toEqual({ to: MAIL, body: `to ${MAIL}` });
  });

  it('is an address where the schema of an answer wants one, and becomes the value all the same', { timeout: LIMIT_MS }, async () => {
    const { email } = (await ask('crm', 'get_email', {})).structuredContent as { email: string };
    expect(email).toMatch(/^dlp_email_[\w-]+@redacted\.invalid$/);
    expect((await ask('mailer', 'send_mail', { to: email, body: `<${email}>` })).isError).not.toBe(true);
    expect(lastArguments()).toEqual({ to: MAIL, body: `<${MAIL}>` });
  });

  it('does not stand in for arguments that do not fit, nor fit where it is not turned back', { timeout: LIMIT_MS }, async () => {
    const before = sent();
    const answers = [
      await ask('mailer', 'send_mail', { to: `${mail} and ${mail}` }),
      await ask('mailer', 'send_mail', { body: mail }),
      await ask('other', 'send_mail', { to: mail }),
    ];
    for (const answer of answers) expect(answer._meta?.['io.sallyport/decision']).toMatchObject({ code: 'invalid_arguments' });
    for (const args of [{ to: `x${mail}y` }, { to: MAIL, [`${mail}x`]: 1 }, { to: `${mail.slice(0, -4)}AAAA` }])
      expect((await ask('mailer', 'send_mail', args))._meta?.['io.sallyport/decision']).toMatchObject({ rule: 'builtin/dlp-token' });
    expect(sent()).toBe(before);
  });

  it('is good after a restart, and worth nothing after a purge', { timeout: LIMIT_MS }, async () => {
    await gateway.stop();
    await start();
    expect((await ask('mailer', 'send_mail', { to: mail })).isError).not.toBe(true);
    expect(lastArguments()).toEqual({ to: MAIL });
    expect(await cli('dlp', 'purge', 'guard')).toMatchObject({ code: 0 });
    const before = sent();
    expect((await ask('mailer', 'send_mail', { to: mail }))._meta?.['io.sallyport/decision']).toMatchObject({ rule: 'builtin/dlp-token' });
    expect(sent()).toBe(before);
    const log = await cli('log', 'export', '--json');
    expect(log.code).toBe(0);
    const told = log.stdout + log.stderr + gateway.output().stderr;
    for (const value of VALUES) expect(told).not.toContain(value);
  });
});
