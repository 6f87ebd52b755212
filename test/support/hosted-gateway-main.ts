// The gateway as a process that a test can kill, measure and change: the whole product from its sources, told what to do over IPC.
// Ends with its parent. Any unhandled rejection ends it with a code of its own; it never hides one.
import { startGateway } from '../../src/app.ts';
import { entryLine } from '../../src/audit/chain.ts';
import { loadConfig } from '../../src/config.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import type { HostedMeasure, HostedRequest, HostedSettings } from './hosted-gateway.ts';
import { killAt } from './kill-point.ts';
import { seed } from './seed.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as HostedSettings;
const { config, problems } = loadConfig({
  env: {},
  flags: { ...settings.flags, dataDir: settings.dataDir, 'agent.port': '0', 'admin.port': '0', databaseUrl: settings.databaseUrl },
});
if (!config) throw new Error(problems?.join('; '));
if (settings.killAt) killAt(settings.killAt);
const gateway = await startGateway(config);

process.on('disconnect', () => process.exit(0));
process.on('message', (request: HostedRequest) => {
  void answer(request).then(
    (value) => process.send?.({ id: request.id, value }),
    (error: unknown) => process.send?.({ id: request.id, error: String(error) }),
  );
});
process.send?.({ ready: gateway.mcpUrl, admin: gateway.adminUrl });

async function answer(request: HostedRequest): Promise<unknown> {
  if (request.do === 'write') return seed(gateway, gateway.config.organization, request.objects as StoredObject[]);
  if (request.do === 'measure') return measure();
  if (request.do === 'metrics') return gateway.metrics.render();
  if (request.do === 'lines') return linesFrom(request.fromSeq);
  await gateway.close();
  setImmediate(() => process.exit(0));
  return undefined;
}

async function linesFrom(fromSeq: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const entry of gateway.store.log.read({ org: gateway.config.organization, fromSeq })) lines.push(entryLine(entry));
  return lines;
}

/** What is held once everything that can be collected was. */
async function measure(): Promise<HostedMeasure> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const { heapUsed, external } = process.memoryUsage();
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    resources,
    calls: gateway.agentServer.activeCalls(),
    sessions: gateway.agentServer.activeSessions(),
    inFlight: gateway.inFlight.size,
    upstreams: gateway.upstreams.status().map(({ server, connections, inFlight }) => ({ server, connections, inFlight })),
  };
}
