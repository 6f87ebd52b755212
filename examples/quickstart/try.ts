// `npm run try`: a walk through a running gateway (`npm start`) with the official MCP client. Prints what it sends and gets.
// Exit code 0 only when every step did what it claims. SALLYPORT_TOKEN: the agent's token; without it the walk makes one that ends soon.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { verifyLog } from 'sallyport/verify';
import { admin, createWalkToken, mcpUrl } from './operator.ts';

interface ToolResult {
  isError?: boolean;
  content?: { type: string; text?: string }[];
  _meta?: Record<string, unknown>;
}

interface Entry {
  header: { seq: number };
  content: Partial<Record<'type' | 'call' | 'method' | 'tool' | 'effect' | 'rule' | 'code' | 'status', string>> & {
    decision?: number;
    principal?: { agent: string; token?: string };
  };
}

/** What the log must hold at the end. */
interface Walk {
  tokenName: string | undefined;
  deniedCall: string;
  frozenCall: string;
}

const AGENT = 'quickstart-agent';
/** list_allowed_directories, three reads, one write. */
const CALLS_OF_THE_WALK = 5;
let failures = 0;

try {
  await walk();
  say(failures === 0 ? '\nEvery step did what it claims.' : `\n${failures} of the claims above do not hold.`);
} catch (error) {
  failures++;
  process.stderr.write(
    `\n${error instanceof Error ? error.message : String(error)}\nIs the gateway running? Start it in another terminal: npm start\n`,
  );
}
process.exitCode = failures === 0 ? 0 : 1;

async function walk(): Promise<void> {
  const given = process.env.SALLYPORT_TOKEN;
  const made = given === undefined ? await createWalkToken(AGENT) : undefined;
  const url = new URL('/mcp/filesystem', mcpUrl());
  say(`Connecting to ${url.href} as ${AGENT}`);
  const headers = { authorization: `Bearer ${made?.token ?? given}` };
  const connect = async (): Promise<Client> => {
    const client = new Client({ name: 'sallyport-quickstart', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    return client;
  };
  const client = await connect();
  try {
    await list(client);
    const welcome = await read(client);
    const deniedCall = await write(client, welcome);
    const frozenCall = await freeze(client, welcome, connect);
    await checkLog({ tokenName: made?.name, deniedCall, frozenCall });
  } finally {
    await client.close();
    if (made) await admin('POST', `/api/v1/tokens/${made.name}/revoke`);
  }
}

async function list(client: Client): Promise<void> {
  say('\n1. The list holds what this agent may use, and nothing else.');
  say('   → tools/list');
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  say(`   ← ${names.join(', ')}`);
  claim('read_text_file is listed', names.includes('read_text_file'));
  claim('write_file is not', !names.includes('write_file'));
}

/** Returns the path of the file it read. */
async function read(client: Client): Promise<string> {
  say('\n2. Reading is allowed.');
  const folder =
    textOf(await call(client, 'list_allowed_directories', {}))
      .trim()
      .split('\n')
      .at(-1) ?? '';
  const welcome = join(folder, 'welcome.txt');
  const result = await call(client, 'read_text_file', { path: welcome });
  claim('the file was read', !result.isError && textOf(result).includes('through Sallyport'));
  return welcome;
}

async function write(client: Client, welcome: string): Promise<string> {
  say('\n3. Writing is denied, with a reason that the model can act on.');
  const path = `${welcome}.new`;
  const result = await call(client, 'write_file', { path, content: 'written by the walk' });
  claim('a rule denied the call', decisionOf(result).code === 'denied_by_rule');
  claim('there is no such file', !existsSync(path));
  return decisionOf(result).callId;
}

async function freeze(client: Client, welcome: string, connect: () => Promise<Client>): Promise<string> {
  say('\n4. A freeze stops the agent at once.');
  const { name } = JSON.parse(await operate('POST', '/api/v1/freezes', { scope: { agent: AGENT }, reason: 'npm run try' })) as {
    name: string;
  };
  let result: ToolResult;
  try {
    result = await call(client, 'read_text_file', { path: welcome });
    claim('the same read is denied now', decisionOf(result).code === 'frozen');
  } finally {
    say('\n5. The freeze is lifted.');
    await operate('DELETE', `/api/v1/freezes/${name}`);
  }
  say('   (its session ended with the freeze: it connects again)');
  const anew = await connect();
  try {
    const again = await call(anew, 'read_text_file', { path: welcome });
    claim('the read passes again', !again.isError);
  } finally {
    await anew.close();
  }
  return decisionOf(result).callId;
}

async function checkLog({ tokenName, deniedCall, frozenCall }: Walk): Promise<void> {
  say('\n6. All of it is in the log, and the log is sound.');
  const lines = (await operate('GET', '/api/v1/log/export')).split('\n').filter((line) => line !== '');
  const verdict = await verifyLog(lines);
  claim(`${verdict.entries} entries, ${verdict.state}`, verdict.state === 'sound' && verdict.entries === lines.length);
  const entries = lines.map((line) => JSON.parse(line) as Entry);
  const decisions = entries.filter(({ content }) => content.type === 'decision');
  const denied = decisions.find(({ content }) => content.call === deniedCall);
  const token = tokenName ?? denied?.content.principal?.token;
  const mine = decisions
    .filter(({ content }) => content.principal?.token === token && content.method === 'tools/call')
    .slice(-CALLS_OF_THE_WALK);
  const outcomeOf = ({ header }: Entry) => entries.find(({ content }) => content.type === 'outcome' && content.decision === header.seq);
  for (const decision of mine) {
    const { effect, tool = 'tools/call', rule } = decision.content;
    const outcome = outcomeOf(decision);
    say(
      `   entry ${decision.header.seq}: ${effect} ${tool} by ${rule}${outcome ? `; entry ${outcome.header.seq}: ${outcome.content.status}` : ''}`,
    );
  }
  claim(`the ${CALLS_OF_THE_WALK} calls of this walk are entries`, mine.length === CALLS_OF_THE_WALK);
  claim(
    'the denied write is one of them',
    mine.some(({ content }) => content.call === deniedCall && content.effect === 'deny'),
  );
  claim(
    'so is the read under the freeze',
    mine.some(({ content }) => content.call === frozenCall && content.code === 'frozen'),
  );
  const allowed = mine.filter(({ content }) => content.effect === 'allow');
  claim(
    'every allowed call has its outcome',
    allowed.length === 3 && allowed.every((decision) => outcomeOf(decision)?.content.status === 'ok'),
  );
}

async function call(client: Client, name: string, args: Record<string, unknown>): Promise<ToolResult> {
  say(`   → tools/call ${name} ${JSON.stringify(args)}`);
  const result = (await client.callTool({ name, arguments: args })) as ToolResult;
  const [first = '', ...rest] = textOf(result).trim().split('\n');
  say(`   ← ${result.isError ? 'error: ' : ''}${first}${rest.length > 0 ? ' …' : ''}`);
  return result;
}

/** The operator's part, printed as it is sent. */
function operate(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<string> {
  say(`   ⇒ ${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}   (operator)`);
  return admin(method, path, body);
}

/** A step claims something, and it must hold. */
function claim(text: string, holds: boolean): void {
  say(`   ${holds ? 'ok' : 'NOT SO'}: ${text}`);
  if (!holds) failures++;
}

function textOf(result: ToolResult): string {
  return (result.content ?? []).map((part) => part.text ?? '').join('\n');
}

/** What the gateway says about a call that it refused. */
function decisionOf(result: ToolResult): { code: string; callId: string } {
  const decision = (result._meta?.['io.sallyport/decision'] ?? {}) as { code?: string; callId?: string };
  return { code: decision.code ?? 'allowed', callId: decision.callId ?? '' };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
