// The official Go SDK on both sides, unmodified: its client in both eras, against a server written with it (over stdio and HTTP) and one written with
// another SDK, through a gateway process, over both stores. Skipped, and says so, where Go or its modules cannot be had.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startChild } from '../support/child.ts';
import { goPeer } from '../support/go.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { policyObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';
import { server, startThirdParties, type ThirdParties } from '../support/third-party.ts';

const SETUP_MS = 120_000;
const found = await goPeer();
if ('missing' in found) console.warn(`skipped: the Go SDK cannot be had here (${found.missing})`);
const program = 'program' in found ? found.program : '';
const VERSIONS = ['2025-11-25', '2026-07-28'];
const TRANSPORTS = ['go-stdio', 'go-http'];
const WALKS = VERSIONS.flatMap((version) => TRANSPORTS.map((transport) => [version, transport] as const));

describe.skipIf(program === '').each(STORES)('the Go SDK over %s', (kind) => {
  let place: Place;
  let third: ThirdParties;
  let gateway: HostedGateway;
  /** One for each walk: what one walk offers, the next must not find there. */
  const servers: Child<{ url: string }>[] = [];

  beforeAll(async () => {
    place = await freshPlace(kind);
    third = await startThirdParties(place.dataDir);
    await place.seed(
      ...third.objects,
      policyObject('go', [
        { name: 'tools', match: { server: ['go-*'], tool: ['add*', 'steps', 'visit', 'offer', 'touch'] }, effect: 'allow' },
        { name: 'motto', match: { server: ['go-*'], resource: ['go://*'] }, effect: 'allow' },
      ]),
    );
    for (const version of VERSIONS) {
      const child = await startChild({ command: program, args: ['server', 'http'], ready: (line) => ({ url: line }) });
      servers.push(child);
      await place.seed(
        server(`go-http-${version}`, { transport: 'http', url: child.ready.url }),
        server(`go-stdio-${version}`, { transport: 'stdio', command: program, args: ['server', 'stdio'] }),
      );
    }
    gateway = await startHosted(place);
  }, SETUP_MS);
  afterAll(async () => {
    await gateway?.kill();
    for (const child of servers) await child.kill();
    await third?.stop();
    await place?.remove();
  });

  it.each(WALKS)('walks in %s with %s', async (version, transport) => {
    const args = ['client', version, `${gateway.url}/mcp/everything-http`, `${gateway.url}/mcp/${transport}-${version}`, third.token];
    const { stdout } = await promisify(execFile)(program, args, { timeout: 180_000 });
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(seen).toMatchObject({
      version,
      echo: 'Echo: hello',
      refused: [true, expect.stringContaining('The environment holds secrets.')],
      resource: expect.stringContaining('Resource 1'),
      prompt: expect.stringContaining('Ulm'),
      own: ['add', 'offer', 'steps', 'touch', 'visit'],
      sum: '5',
      dropped: [true, expect.stringContaining('drop')],
      progress: [1, 2, 3],
      visit: 'visit: accept',
      pages: ['url https://example.com/sign-in'],
      motto: 'Clear is better than clever.',
      updated: ['go://motto'],
      // The forbidden tool that was added is not even heard of.
      changes: [0, 1],
      grown: ['add', 'add_more', 'offer', 'steps', 'touch', 'visit'],
    });
    expect(seen.tools).toContain('echo');
    expect(seen.tools).not.toContain('get-env');
  });

  it('leaves a sound log that holds every call', async () => {
    expect(await gateway.stop()).toBe(0);
    const core = await place.open();
    try {
      expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0 });
      const calls = (await loggedCalls(core, place.config.organization)).filter(({ isVoid }) => !isVoid);
      const count = (tool: string, effect: string) => calls.filter((call) => call.tool === tool && call.effect === effect).length;
      for (const tool of ['echo', 'add', 'steps', 'touch']) expect(count(tool, 'allow'), tool).toBe(WALKS.length);
      expect(count('offer', 'allow')).toBe(WALKS.length * 2);
      for (const tool of ['get-env', 'drop']) expect(count(tool, 'deny'), tool).toBe(WALKS.length);
      expect(calls.filter(({ method, effect }) => method === 'elicitation/create' && effect === 'allow').length).toBe(WALKS.length);
    } finally {
      await core.store.lifecycle.close();
    }
  });
});
