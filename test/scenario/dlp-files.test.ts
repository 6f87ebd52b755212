// The whole product and an unmodified server that others wrote: a secret in a file that server-filesystem reads never reaches the client,
// nor the log, nor anything the gateway says of itself.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dlpObject } from '../support/dlp-object.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { agentObject, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';
import { server } from '../support/third-party.ts';

const LIMIT_MS = 600_000;
/** However busy the machine is. */
const PATIENT = { deadlineMs: 60_000 };
const FILESYSTEM = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js');
const KEY = `ghp_${'Zx9Yw8Vu7T'.repeat(4).slice(0, 36)}`;
const PASSWORD = 'Harvest@7731kQ';
const MAIL = 'harriet.ashdown@northwind-traders.com';

let place: Place;
let gateway: HostedGateway;
const reader = tokenObject('reader', 'reader');

beforeAll(async () => {
  place = await freshPlace('sqlite');
  const sandbox = join(place.dataDir, 'sandbox');
  mkdirSync(sandbox, { recursive: true });
  writeFileSync(join(sandbox, '.env'), `APP_PORT=8080\nGITHUB_TOKEN=${KEY}\nDB_PASSWORD=${PASSWORD}\nOWNER=${MAIL}\n`);
  await place.seed(
    agentObject('reader'),
    reader.object,
    server('files', { transport: 'stdio', command: process.execPath, args: [FILESYSTEM, sandbox] }),
    policyObject('files', [{ name: 'files', match: { server: ['files'] }, effect: 'allow' }]),
    dlpObject('secrets', { profile: 'secrets-only', budget: PATIENT }),
    dlpObject('people', {
      order: 2000,
      budget: PATIENT,
      rules: [{ name: 'mail', types: ['pii.email'], direction: 'result', action: 'tokenize' }],
      tokens: { revealTo: ['files'] },
    }),
  );
  gateway = await startHosted(place);
}, LIMIT_MS);
afterAll(async () => {
  await gateway?.kill();
  await place?.remove();
}, LIMIT_MS);

it('reads, searches and writes without a secret crossing', { timeout: LIMIT_MS }, async () => {
  const sandbox = join(place.dataDir, 'sandbox');
  const client = new Client({ name: 'reader', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp/files`), {
      requestInit: { headers: { authorization: `Bearer ${reader.token}` } },
    }),
  );
  try {
    const read = JSON.stringify(await client.callTool({ name: 'read_text_file', arguments: { path: join(sandbox, '.env') } }));
    expect(read).toContain('APP_PORT=8080');
    expect(read).toContain('GITHUB_TOKEN=[redacted:secret.api-key]');
    expect(read).toContain('DB_PASSWORD=[redacted:secret.password]');
    const token = /OWNER=(dlp_email_[\w-]+)/.exec(read)?.[1] ?? '';
    const many = JSON.stringify(await client.callTool({ name: 'read_multiple_files', arguments: { paths: [join(sandbox, '.env')] } }));
    for (const value of [KEY, PASSWORD, MAIL]) expect(read + many).not.toContain(value);
    expect(many).toContain(token);

    // What the agent writes with the token reaches the server as the value; a secret does not leave the agent at all.
    await client.callTool({ name: 'write_file', arguments: { path: join(sandbox, 'mail.txt'), content: `to ${token}` } });
    const refused = await client.callTool({ name: 'write_file', arguments: { path: join(sandbox, 'leak.txt'), content: `key ${KEY}` } });
    expect(JSON.stringify(refused)).toContain('blocked_content');
    expect(JSON.stringify(refused)).not.toContain(KEY);
    const listed = JSON.stringify(await client.callTool({ name: 'list_directory_with_sizes', arguments: { path: sandbox } }));
    expect(listed).toContain('mail.txt');
    expect(listed).toContain(`${Buffer.byteLength(`to ${MAIL}`)} B`);
    expect(listed).not.toContain('leak.txt');
  } finally {
    await client.close();
  }
  const told = `${(await gateway.lines(0)).join('\n')}\n${await gateway.metrics()}\n${gateway.stderr()}`;
  for (const value of [KEY, PASSWORD, MAIL]) expect(told).not.toContain(value);
  expect(told).toContain('secret.api-key');
});

it('a long file is looked at to its end, and so is what is written', { timeout: LIMIT_MS }, async () => {
  const sandbox = join(place.dataDir, 'sandbox');
  const lines = Array.from({ length: 12_000 }, (_, line) => `line ${line}: all is "well" here,\tand nothing to see`);
  writeFileSync(join(sandbox, 'long.log'), [...lines, `GITHUB_TOKEN=${KEY}`, 'end of file'].join('\n'));
  const client = new Client({ name: 'reader', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp/files`), {
      requestInit: { headers: { authorization: `Bearer ${reader.token}` } },
    }),
  );
  try {
    const read = await client.callTool({ name: 'read_text_file', arguments: { path: join(sandbox, 'long.log') } });
    const [block] = read.content as { text: string }[];
    const expected = [...lines, 'GITHUB_TOKEN=[redacted:secret.api-key]', 'end of file'].join('\n');
    expect(block?.text.length).toBe(expected.length);
    expect(block?.text === expected).toBe(true);
    expect(JSON.stringify(read)).not.toContain(KEY);
    const content = [...lines, `key ${KEY}`].join('\n');
    const refused = JSON.stringify(await client.callTool({ name: 'write_file', arguments: { path: join(sandbox, 'copy.log'), content } }));
    expect(refused).toContain('blocked_content');
    expect(refused).not.toContain(KEY);
    const clean = await client.callTool({ name: 'write_file', arguments: { path: join(sandbox, 'copy.log'), content: lines.join('\n') } });
    expect(clean.isError).not.toBe(true);
    expect(readFileSync(join(sandbox, 'copy.log'), 'utf8') === lines.join('\n')).toBe(true);
  } finally {
    await client.close();
  }
});
