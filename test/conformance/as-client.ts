// The command the suite's `client` mode runs: it makes the gateway the client under test. Starts a gateway whose only server
// is the suite's mock, drives an agent through it, and exits as the agent did.

import type { GatewayProcess } from '../support/gateway-process.ts';
import type { AgentEra } from './driver.ts';
import { takeSlot } from './slot.ts';

/** Longer than any single call of the driver; ends us before the suite's own limit leaves us orphaned. */
const DEADLINE_MS = 60_000;
const SERVER_NAME = 'mock';

const mockUrl = process.argv.at(-1) ?? '';
const env = process.env;
const release = env.SALLYPORT_CONFORMANCE_SLOTS
  ? await takeSlot(Number(env.SALLYPORT_CONFORMANCE_SLOTS), () => process.exit(1))
  : () => undefined;
// Only now: the suite starts forty of us at once, and loading the SDK is most of the work.
const { startGateway } = await import('../support/gateway-process.ts');
const { driveScenario } = await import('./driver.ts');
const deadline = setTimeout(() => fail(new Error('The scenario took too long')), DEADLINE_MS);
let gateway: GatewayProcess | undefined;
try {
  await driveScenario({ url: await target(), era: agentEra(), scenario: env.MCP_CONFORMANCE_SCENARIO ?? '', context: context() });
  await gateway?.stop();
} catch (error) {
  await gateway?.stop();
  fail(error);
}
clearTimeout(deadline);
release();
process.exit(0);

async function target(): Promise<string> {
  if (env.SALLYPORT_CONFORMANCE_DIRECT) return mockUrl;
  gateway = await startGateway({
    args: ['--profile', 'conformance', '--upstream', `${SERVER_NAME}=${mockUrl}`],
    ...(env.SALLYPORT_CONFORMANCE_ENTRY ? { entry: env.SALLYPORT_CONFORMANCE_ENTRY } : {}),
  });
  return `${gateway.mcpUrl}/mcp/${SERVER_NAME}`;
}

/** The era of the agent is that of the revision under test unless a cross-era leg says otherwise. */
function agentEra(): AgentEra {
  const chosen = env.SALLYPORT_CONFORMANCE_AGENT;
  if (chosen === 'legacy' || chosen === 'modern') return chosen;
  return env.MCP_CONFORMANCE_PROTOCOL_VERSION === '2026-07-28' ? 'modern' : 'legacy';
}

function context(): Record<string, unknown> {
  return JSON.parse(env.MCP_CONFORMANCE_CONTEXT ?? '{}') as Record<string, unknown>;
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  if (gateway) process.stderr.write(`gateway:\n${gateway.output().stderr.slice(-20_000)}\n`);
  process.exit(1);
}
