// Background tasks of 2026-07-28 where neither side is ours: a server and a client of FastMCP, and the official tasks client, through a gateway process.
// Tasks of the server keep their ids to themselves; calls that are held become tasks of the gateway. Skipped, and says so, without Python packages.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { PYTHON_TASKS, pythonWithSdk } from '../support/python.ts';
import { modernCaller } from '../support/raw-caller.ts';
import { reviewerSide } from '../support/reviewer.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const SETUP_MS = 240_000;
const POLL = { timeout: 60_000 };
const file = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url));
const found = await pythonWithSdk(PYTHON_TASKS, 'fastmcp, fastmcp_tasks');
if ('missing' in found) console.warn(`skipped: ${PYTHON_TASKS} cannot be had here (${found.missing})`);
const python = 'python' in found ? found.python : '';
const agent = tokenObject('worker', 'worker');
const other = tokenObject('other', 'other');
const rita = reviewerSide('rita');
const TASKS = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } } } };

describe.skipIf(python === '')('tasks of others', { timeout: 120_000 }, () => {
  let place: Place;
  let gateway: HostedGateway;
  let tasks: { ready: { url: string }; stop(): Promise<unknown> };

  beforeAll(async () => {
    place = await freshPlace('sqlite');
    tasks = await startChild({
      command: python,
      args: [file('python-tasks-server.py')],
      ready: (line) => jsonReady(line, ['url'] as const),
    });
    await place.seed(
      ...[agentObject('worker'), agent.object, agentObject('other'), other.object, rita.object, httpServer('tasks', tasks.ready.url)],
      policyObject('tasks', [
        { name: 'held', match: { tool: ['note'] }, effect: 'hold' },
        { name: 'rest', match: {}, effect: 'allow' },
      ]),
    );
    gateway = await startHosted(place);
  }, SETUP_MS);
  afterAll(async () => {
    await gateway?.kill();
    await tasks?.stop();
    await place?.remove();
  });

  const client = (tool: string, n: string): Promise<{ stdout: string }> =>
    promisify(execFile)(python, [file('python-tasks-client.py'), `${gateway.url}/mcp/tasks`, agent.token, tool, n], { timeout: 90_000 });
  const lines = (stdout: string): Record<string, unknown>[] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('of a server are followed by a client under an id of the gateway, to their answer', async () => {
    const [made, ended] = lines((await client('crunch', 'x')).stdout);
    expect(made).toMatchObject({ task: expect.stringMatching(/^task_/) });
    expect(ended).toEqual({ error: false, text: 'crunched x' });
  });

  it('of a server are nobody else’s', async () => {
    const mine = modernCaller(`${gateway.url}/mcp/tasks`, agent.token);
    const theirs = modernCaller(`${gateway.url}/mcp/tasks`, other.token);
    try {
      const made = await mine.ask('tools/call', { name: 'crunch', arguments: { n: 'y' }, ...TASKS });
      const { taskId, resultType } = made?.result ?? {};
      expect(resultType).toBe('task');
      const get = (caller: typeof mine) => caller.ask('tasks/get', { taskId, ...TASKS });
      expect((await get(theirs))?.error).toMatchObject({ code: -32602 });
      await expect.poll(async () => (await get(mine))?.result?.status, POLL).toBe('completed');
      expect(JSON.stringify((await get(mine))?.result)).toContain('crunched y');
    } finally {
      await mine.close();
      await theirs.close();
    }
  });

  it('of the gateway are held calls: the same client gets the answer when a person has approved', async () => {
    const running = client('note', 'z');
    running.catch(() => undefined);
    const open = async (): Promise<string[]> => {
      const response = await fetch(`${gateway.adminUrl}/api/v1/approvals?state=open`, {
        headers: { authorization: `Bearer ${rita.token}` },
      });
      return ((await response.json()) as { approvals: { id: string }[] }).approvals.map(({ id }) => id);
    };
    await expect.poll(open, POLL).toHaveLength(1);
    const [ticket = ''] = await open();
    expect(await rita.decide(gateway.adminUrl, ticket)).toBe(200);
    const [made, ended] = lines((await running).stdout);
    expect(made).toMatchObject({ task: expect.stringMatching(/^task_held_/), status: 'working' });
    expect(ended).toEqual({ error: false, text: 'noted z' });
  });

  it('leave a sound log that holds every step of them', async () => {
    expect(await gateway.stop()).toBe(0);
    const core = await place.open();
    try {
      expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0 });
      const calls = await loggedCalls(core, place.config.organization);
      for (const method of ['tools/call', 'tasks/get'])
        expect(calls.filter((call) => call.method === method).length, method).toBeGreaterThan(2);
    } finally {
      await core.store.lifecycle.close();
    }
  });
});
