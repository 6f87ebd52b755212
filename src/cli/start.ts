// `sallyport start`: the quick start. Sets up two sample servers, an agent and a policy in the data directory, then serves.
// A second start keeps everything. Nothing here is part of the path of a call: what it makes are ordinary objects.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { objectContext } from '../app/object-context.ts';
import { type Gateway, startGateway } from '../app.ts';
import type { Config } from '../config.ts';
import { GatewayError } from '../lib/error.ts';
import { ensureOperator, OPERATOR_TOKEN_FILE } from './operator-file.ts';
import { untilStopped } from './serve.ts';
import { ensureQuickstart, type QuickstartParts, type QuickstartState } from './start-objects.ts';
import { type SampleServer, startSample } from './start-sample.ts';
import { jsonText, type StartReport, startText } from './start-text.ts';

export interface StartOptions {
  config: Config;
  json: boolean;
  /** May the text use bold type? */
  color: boolean;
  /** PATH for the sample server. */
  path: string | undefined;
  out: (text: string) => void;
}

/** Resolves with the exit code when the gateway has stopped. Throws GatewayError `port_in_use`, `quickstart_missing`, `sample_server_failed`. */
export async function start(options: StartOptions): Promise<number> {
  const { config } = options;
  const places = findPlaces(config);
  const sample = await startSample({ script: places.sampleScript, preload: places.preload, path: options.path });
  let gateway: Gateway | undefined;
  try {
    gateway = await startGateway(config).catch((error: unknown) => {
      throw asPortInUse(error) ?? error;
    });
    copySandbox(places);
    await ensureOperator(gateway, config.organization, resolve(config.dataDir));
    const state = await ensureQuickstart(objectContext(gateway), config.organization, partsOf(places, sample));
    await gateway.control.atLeast(config.organization, state.revision);
    options.out(options.json ? jsonText(reportOf(gateway, state)) : startText(reportOf(gateway, state), { color: options.color }));
  } catch (error) {
    await Promise.allSettled([gateway?.close(), sample.stop()]);
    throw error;
  }
  return untilStopped(withSample(gateway, sample));
}

interface Places {
  preload: string;
  sampleScript: string;
  filesScript: string;
  policy: string;
  sandbox: string;
  folder: string;
}

/** The quick start lives in a checkout: its sample servers are development dependencies. */
function findPlaces(config: Config): Places {
  const root = resolve(import.meta.dirname, '..', '..');
  const packages = join(root, 'node_modules', '@modelcontextprotocol');
  const examples = join(root, 'examples', 'quickstart');
  const places: Places = {
    preload: join(examples, 'loopback-only.mjs'),
    sampleScript: join(packages, 'server-everything', 'dist', 'index.js'),
    filesScript: join(packages, 'server-filesystem', 'dist', 'index.js'),
    policy: join(examples, 'policy.yaml'),
    sandbox: join(examples, 'sandbox'),
    folder: resolve(config.dataDir, 'sandbox'),
  };
  const { folder: _, ...needed } = places;
  const missing = Object.values(needed).find((path) => !existsSync(path));
  if (missing === undefined) return places;
  const next = 'Run `npm ci` in a checkout of Sallyport, or use `sallyport init` and `sallyport serve` with servers of your own.';
  throw new GatewayError('quickstart_missing', `The quick start needs ${missing}, which is not there. ${next}`);
}

function partsOf(places: Places, sample: SampleServer): QuickstartParts {
  return {
    sampleUrl: sample.url,
    files: { command: process.execPath, script: places.filesScript, folder: places.folder },
    policy: { name: 'examples/quickstart/policy.yaml', text: readFileSync(places.policy, 'utf8') },
  };
}

/** A copy of its own, so that the checkout stays as it is. */
function copySandbox(places: Places): void {
  if (!existsSync(places.folder)) cpSync(places.sandbox, places.folder, { recursive: true });
}

function reportOf(gateway: Gateway, state: QuickstartState): StartReport {
  const { config, mcpUrl, adminUrl, control } = gateway;
  const servers = control.current(config.organization)?.view.servers() ?? [];
  return {
    mcpUrl,
    adminUrl,
    dataDir: resolve(config.dataDir),
    operatorTokenFile: join(resolve(config.dataDir), OPERATOR_TOKEN_FILE),
    servers: servers.filter(({ spec }) => !spec.disabled).map(({ metadata }) => metadata.name),
    token: state.token,
  };
}

/** The gateway first: it lets calls end that the sample server still has to answer. */
function withSample(gateway: Gateway, sample: SampleServer): Gateway {
  void sample.exited.then(({ expected }) => {
    if (!expected) gateway.logger.error({}, 'the sample server "everything" ended; start again to have it back');
  });
  return {
    ...gateway,
    close: async () => {
      await gateway.close().finally(() => sample.stop());
    },
  };
}

function asPortInUse(error: unknown): GatewayError | undefined {
  const { code, port } = (error ?? {}) as { code?: unknown; port?: unknown };
  if (code !== 'EADDRINUSE') return undefined;
  const next = 'Is Sallyport already running? Stop it, or choose other ports: npm start -- --agent-port 7960 --admin-port 7961';
  return new GatewayError('port_in_use', `Port ${String(port)} is in use. ${next}`, { cause: error });
}
