// Reports of a running gateway by the command line: real calls, refusals and prices; tables, JSON and CSV; values only for who may see them.
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json, type RawRequest } from '../support/raw-server.ts';

let orgs: OrgGateway;
let acme: Tenant;
const operators: Record<string, string> = {};

beforeAll(async () => {
  orgs = await startOrgGateway(['acme', 'beta'], { answer: paidAnswer });
  acme = orgs.tenants.acme as Tenant;
  for (const role of ['viewer', 'reviewer']) {
    const made = await acme.admin('POST', '/api/v1/operators', { name: role, role });
    operators[role] = (made.json as { token: string }).token;
  }
  for (const [name, spec] of Object.entries(PRICES)) await acme.apply(JSON.stringify({ kind: 'price', metadata: { name }, spec }));
  for (let n = 0; n < 4; n++) await acme.ask('tools/call', { name: 'common', arguments: { only_acme: `${n}` } });
  await acme.ask('tools/call', { name: 'tool_acme', arguments: { only_acme: '2.5' } });
  await acme.apply('kind: freeze\nmetadata: {name: stop}\nspec: {scope: {agent: bot}, reason: test}\n');
  for (let n = 0; n < 3; n++) await acme.ask('tools/call', { name: 'common', arguments: {} });
});
afterAll(() => orgs?.close());

const PRICES = {
  flat: { match: { tool: ['common'] }, currency: 'EUR', perCall: '0.25' },
  metered: {
    match: { tool: ['tool_acme'] },
    currency: 'EUR',
    perUnit: { of: 'result', path: 'structuredContent.usage.units', price: '0.10' },
  },
};

/** The server says how much of it was used. */
function paidAnswer(org: string, { message }: RawRequest, response: ServerResponse): boolean {
  if (message?.method !== 'tools/call' || message.params?.name !== `tool_${org}`) return false;
  const result = { content: [{ type: 'text', text: 'x' }], structuredContent: { usage: { units: 12.5 } } };
  json(response, { jsonrpc: '2.0', id: message.id, result });
  return true;
}

async function report(args: string[], role = 'viewer'): Promise<CliResult> {
  const env = { SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: operators[role] ?? '' };
  return runCli(['report', ...args], { env });
}

async function rowsOf(args: string[], role?: string): Promise<{ rows: Record<string, unknown>[]; notes: string[] }> {
  const { stdout, code, stderr } = await report([...args, '--json'], role);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('sallyport report', () => {
  it('usage: by tool and by team', async () => {
    const { rows } = await rowsOf(['usage', '--by', 'team,tool']);
    expect(rows).toContainEqual({ team: 'crew', tool: 'common', calls: 4, allowed: 4, denied: 0, held: 0, ok: 4, failed: 0 });
    // A freeze of an agent refuses before anybody looks what the call is for.
    expect(rows).toContainEqual({ team: 'crew', tool: '', calls: 3, allowed: 0, denied: 3, held: 0, ok: 0, failed: 0 });
    const table = await report(['usage', '--tool', 'common']);
    expect(table.stdout).toMatch(/AGENT +SERVER +TOOL +CALLS/);
    expect(table.stdout).not.toContain('tool_acme');
  });

  it('denials: by rule, with one of the calls', async () => {
    const { rows } = await rowsOf(['denials']);
    const [frozen] = rows.filter(({ code }) => code === 'frozen');
    expect(frozen).toMatchObject({ denials: 3, agents: 1, example: expect.stringMatching(/^call_/) });
  });

  it('latency: percentiles by server and tool, as CSV', async () => {
    const { stdout, code } = await report(['latency', '--csv']);
    const [head, ...lines] = stdout.trimEnd().split('\r\n');
    expect([code, head]).toEqual([0, 'server,tool,calls,p50Ms,p90Ms,p95Ms,p99Ms,maxMs,failed']);
    expect(lines.map((line) => line.split(',').slice(0, 3).join()).sort()).toEqual(['desk,common,4', 'desk,tool_acme,1']);
  });

  it('cost: exact, from sealed values only for who may see values', async () => {
    const { rows } = await rowsOf(['cost', '--by', 'team,tool'], 'reviewer');
    expect(rows).toEqual([
      { team: 'crew', tool: 'tool_acme', currency: 'EUR', calls: 1, priced: 1, cost: '1.25' },
      { team: 'crew', tool: 'common', currency: 'EUR', calls: 4, priced: 4, cost: '1.00' },
    ]);
    const seen = await rowsOf(['cost', '--by', 'tool'], 'viewer');
    expect(seen.rows).toContainEqual({ tool: 'tool_acme', currency: 'EUR', calls: 1, priced: 0, cost: '0.00' });
    expect(seen.notes.join()).toContain('role reviewer');
  });

  it('anomalies: an agent that is refused all of a sudden; a period, and what is wrong with one', async () => {
    const { notes } = await rowsOf(['anomalies', '--since', '1d']);
    expect(notes[0]).toContain('Spans of 1 h');
    expect((await rowsOf(['usage', '--since', '2020-01-01T00:00:00Z', '--until', '2020-01-02T00:00:00Z'])).rows).toEqual([]);
    const at = (path: string) => acme.admin('GET', `/api/v1/reports/${path}`);
    for (const path of [
      'usage?since=2026-01-01T00:00:00Z&by=taem',
      'anomalies?since=2020-01-01T00:00:00Z',
      'usage?since=2099-01-01T00:00:00Z',
      'usage',
    ])
      expect((await at(path)).status, path).toBe(400);
    const misspelt = await report(['usage', '--by', 'taem']);
    expect([misspelt.code, misspelt.stderr]).toEqual([2, expect.stringContaining('team')]);
    expect((await acme.admin('GET', '/api/v1/reports/usge?since=2026-01-01T00:00:00Z')).text).toContain('usage');
  });
});
