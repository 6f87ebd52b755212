// The gateway of the benchmark in a process of its own: one echo server, one agent with a token, as many other objects and as much to look at as
// asked for.
// Prints the endpoint and the token; the log is durable for every call, as in production.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { newOperatorToken } from '../src/admin/operator.ts';
import { openCore, startGateway } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import type { StoredObject } from '../src/object/kinds.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../test/support/seed.ts';
import { type Governance, governanceObjects } from './governance.ts';
import { measureTurns } from './loop-turns.ts';

interface Options {
  upstream: string;
  dataDir: string;
  databaseUrl?: string;
  agents: number;
  /** Rules for other servers. */
  rules: number;
  governance?: Governance;
  /** How often there is a checkpoint; the default is so seldom that a short run sees none. */
  checkpointIntervalMs?: number;
  /** Another gateway has written the objects already. */
  keep?: boolean;
}

const options = JSON.parse(process.argv[2] ?? '{}') as Options;
const { config, problems } = loadConfig({
  env: {},
  flags: {
    dataDir: options.dataDir,
    'agent.port': '0',
    'admin.port': '0',
    logLevel: 'warn',
    ...(options.checkpointIntervalMs ? { 'audit.checkpointIntervalMs': String(options.checkpointIntervalMs) } : {}),
    ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}),
  },
});
if (!config) throw new Error(problems?.join('; '));

const core = await openCore(config, { create: true });
const { token, object } = tokenObject('bench', 'bench');
const others = Array.from({ length: options.agents }, (_, i) => agentObject(`other-${i}`));
const foreign = Array.from({ length: options.rules }, (_, i) => ({
  name: `foreign-${i}`,
  match: { server: [`elsewhere-${i}`], tool: ['*'] },
  effect: 'allow' as const,
}));
const { token: operator, hash, hint } = newOperatorToken();
const ops: StoredObject<'operator'> = {
  kind: 'operator',
  metadata: { name: 'ops' },
  spec: { role: 'admin', hash, hint, createdAt: '2026-01-01T00:00:00Z' },
};
const objects = [
  ops,
  agentObject('bench'),
  object,
  httpServer('echo', options.upstream),
  ...others,
  policyObject('foreign', foreign, 1),
  ...governanceObjects(options.governance ?? 'none'),
];
if (!options.keep) await seed(core, config.organization, objects);
await core.store.lifecycle.close();

const gateway = await startGateway(config);
console.log(JSON.stringify({ url: `${gateway.mcpUrl}/mcp/echo`, admin: gateway.adminUrl, token, operator }));
// The longest time since it was last asked that nobody else was served, milliseconds: by the clock, and by what this thread worked (bench/large.ts).
const delay = monitorEventLoopDelay({ resolution: 1 });
let turns = (): number[] => [];
process.on('message', (request) => {
  if (request === 'watch') {
    delay.enable();
    delay.reset();
    turns = measureTurns();
    process.send?.({ watching: true });
  } else if (request === 'longest')
    process.send?.({ delayMs: delay.max / 1e6, workedMs: turns().reduce((most, one) => Math.max(most, one), 0) });
});
const stop = (): void => void gateway.close().then(() => process.exit(0));
process.on('SIGTERM', stop);
process.on('disconnect', stop);
