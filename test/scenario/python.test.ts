// The official Python SDK on both sides, unmodified: its client in both eras, against a server written with it and one written with another
// SDK, through a gateway process. Skipped, and says so, where Python or its packages cannot be had.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { pythonWithSdk } from '../support/python.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';
import { server, startThirdParties, type ThirdParties } from '../support/third-party.ts';

const SETUP_MS = 240_000;
const file = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url));
const found = await pythonWithSdk();
if ('missing' in found) console.warn(`skipped: the Python SDK cannot be had here (${found.missing})`);
const python = 'python' in found ? found.python : '';

describe.skipIf(python === '').each(STORES)('the Python SDK over %s', (kind) => {
  let place: Place;
  let third: ThirdParties;
  let gateway: HostedGateway;

  beforeAll(async () => {
    place = await freshPlace(kind);
    third = await startThirdParties(place.dataDir);
    await place.seed(...third.objects, server('python', { transport: 'stdio', command: python, args: [file('python-server.py')] }));
    gateway = await startHosted(place);
  }, SETUP_MS);
  afterAll(async () => {
    await gateway?.kill();
    await third?.stop();
    await place?.remove();
  });

  it.each(['legacy', 'auto'])('walks, client mode %s', async (mode) => {
    const args = [file('python-client.py'), mode, `${gateway.url}/mcp/everything-http`, `${gateway.url}/mcp/python`, third.token];
    const { stdout } = await promisify(execFile)(python, args, { timeout: 180_000 });
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(seen).toMatchObject({
      progress: [1, 2, 3],
      echo: 'Echo: hello',
      refused: [true, expect.stringContaining('The environment holds secrets.')],
      resource: expect.stringContaining('Resource 1'),
      prompt: expect.stringContaining('Ulm'),
      page: ['url', 'https://example.com/sign-in'],
      visited: expect.stringContaining('User completed'),
      updated: 'demo://resource/dynamic/text/1',
      own_tools: ['add', 'steps'],
      sum: '5',
      own_refused: [true, expect.stringContaining('drop')],
      own_progress: [1, 2, 3],
    });
    expect(seen.tools).toContain('echo');
    expect(seen.tools).not.toContain('get-env');
  });

  it('leaves a sound log that holds every call', async () => {
    expect(await gateway.stop()).toBe(0);
    const core = await place.open();
    try {
      expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0 });
      const calls = (await loggedCalls(core, place.config.organization)).filter(({ method, isVoid }) => method === 'tools/call' && !isVoid);
      const count = (tool: string, effect: string) => calls.filter((call) => call.tool === tool && call.effect === effect).length;
      for (const tool of ['echo', 'trigger-long-running-operation', 'add', 'steps']) expect(count(tool, 'allow'), tool).toBe(2);
      for (const tool of ['get-env', 'drop']) expect(count(tool, 'deny'), tool).toBe(2);
    } finally {
      await core.store.lifecycle.close();
    }
  });
});
