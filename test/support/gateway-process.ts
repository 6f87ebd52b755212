// Starts the built gateway as a child process on free loopback ports, for tests and the conformance run. It has its own data
// directory, removed with it unless the caller brought one.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildOutput, jsonReady, startChild } from './child.ts';

export interface GatewayOptions {
  /** Further arguments of `serve`, for example ['--profile', 'conformance', '--upstream', 'fixture=http://…']. */
  args?: readonly string[];
  /** Added to the environment of this process without its own SALLYPORT_ variables: what a developer has set must not decide a test. */
  env?: NodeJS.ProcessEnv;
  /** Kept after the end. Without it a fresh directory is made and removed. */
  dataDir?: string;
  /** Another program with the same command line; the built gateway unless given. */
  entry?: string;
}

export interface GatewayProcess {
  /** Origin of the agent side, for example http://127.0.0.1:41235; a server named x is at `${mcpUrl}/mcp/x`. */
  readonly mcpUrl: string;
  /** Origin of the operator side. */
  readonly adminUrl: string;
  readonly pid: number;
  readonly dataDir: string;
  /** SIGTERM and wait. Resolves with the exit code, or null when a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGKILL and wait. */
  kill(): Promise<void>;
  output(): ChildOutput;
}

function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')));
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Throws, with what the process printed, if the gateway does not get ready. */
export async function startGateway(options: GatewayOptions = {}): Promise<GatewayProcess> {
  const entry = options.entry ?? join(root, 'dist', 'main.js');
  if (!existsSync(entry)) throw new Error(`${entry} does not exist; build it first: npm run build`);
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sallyport-test-')));
  const discard = async () => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  const listen = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--data', dataDir, '--json-ready'];
  try {
    const child = await startChild({
      command: process.execPath,
      args: [entry, 'serve', ...listen, ...(options.args ?? [])],
      env: { ...inheritedEnvironment(), ...options.env },
      cwd: root,
      ready: (line) => jsonReady(line, ['mcp', 'admin'] as const),
    });
    return {
      mcpUrl: child.ready.mcp,
      adminUrl: child.ready.admin,
      pid: child.pid,
      dataDir,
      stop: async () => {
        const code = await child.stop();
        await discard();
        return code;
      },
      kill: async () => {
        await child.kill();
        await discard();
      },
      output: child.output,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
