// An answer that a rule on content holds, at a running gateway and over the wire: a client that knows tasks gets it by the task, one that opens addresses
// in a further round; a person lets it go by the command line. The server is asked once each time.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json } from '../support/raw-server.ts';

const LIMIT = { timeout: 300_000 };
const SECRET = '3704 0044 0532';
const IBAN = `DE89 ${SECRET} 0130 00`;
const DLP = `kind: dlp
metadata: {name: bank}
spec: {rules: [{name: bank, types: [financial], direction: result, action: hold}]}
---
kind: policy
metadata: {name: all}
spec: {rules: [{name: all, match: {server: [desk]}, effect: allow}]}
`;
const capabilities = (declared: object) => ({ _meta: { 'io.modelcontextprotocol/clientCapabilities': declared } });
const TASKS = capabilities({ extensions: { 'io.modelcontextprotocol/tasks': {} } });
const URLS = capabilities({ elicitation: { url: {} } });

let orgs: OrgGateway;
let acme: Tenant;
let ran = 0;

beforeAll(async () => {
  orgs = await startOrgGateway(['acme'], {
    answer: (_org, { message }, response) => {
      if (message?.method !== 'tools/call') return false;
      ran++;
      json(response, { jsonrpc: '2.0', id: message.id, result: { content: [{ type: 'text', text: `account ${IBAN}` }] } });
      return true;
    },
  });
  acme = orgs.tenants.acme as Tenant;
  await acme.apply(DLP);
}, LIMIT.timeout);
afterAll(() => orgs?.close());

async function ask(method: string, params: Record<string, unknown>): Promise<{ result: Record<string, unknown>; text: string }> {
  const { text } = await acme.ask(method, params);
  // An answer may come on a stream of its own.
  const line =
    text
      .split('\n')
      .find((one) => one.startsWith('data: '))
      ?.slice(6) ?? text;
  return { text, result: (JSON.parse(line) as { result?: Record<string, unknown> }).result ?? {} };
}

async function letGo(): Promise<void> {
  const env = { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl };
  const { stdout } = await runCli(['approval', 'list', '--state', 'open', '--json'], { env });
  const [{ id = '' } = {}] = (JSON.parse(stdout) as { approvals: { id?: string }[] }).approvals;
  expect(await runCli(['approval', 'approve', id, '--comment', 'looked at'], { env })).toMatchObject({ code: 0 });
}

it('comes by a task', LIMIT, async () => {
  ran = 0;
  const { result, text } = await ask('tools/call', { name: 'common', arguments: {}, ...TASKS });
  expect(result).toMatchObject({ resultType: 'task', status: 'working' });
  const { taskId } = result;
  const before = await ask('tasks/get', { taskId, ...TASKS });
  expect(before.result).toMatchObject({ status: 'working', statusMessage: expect.stringContaining('its answer waits') });
  expect(text + before.text).not.toContain(SECRET);
  await letGo();
  const after = await ask('tasks/get', { taskId, ...TASKS });
  expect(after.result).toMatchObject({ status: 'completed', result: { content: [{ text: `account ${IBAN}` }] } });
  expect(ran).toBe(1);
});

it('comes in a further round of a client that opens addresses', LIMIT, async () => {
  ran = 0;
  const first = await ask('tools/call', { name: 'tool_acme', arguments: {}, ...URLS });
  const { inputRequests, requestState } = first.result;
  expect(inputRequests).toMatchObject({ approval: { params: { mode: 'url', url: expect.stringContaining('/review/') } } });
  expect(first.text).not.toContain(SECRET);
  await letGo();
  const inputResponses = { approval: { action: 'accept' } };
  const round = await ask('tools/call', { name: 'tool_acme', arguments: {}, requestState, inputResponses, ...URLS });
  expect(round.result).toMatchObject({ content: [{ text: `account ${IBAN}` }] });
  expect(ran).toBe(1);
});
