// Servers that others wrote, unmodified, registered as their users would register them, and the policy of the scenarios over them.
// Whoever starts them ends them; each listens on loopback only.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StoredObject } from '../../src/object/kinds.ts';
import { agentObject, policyObject, tokenObject } from './seed.ts';

const resolve = createRequire(import.meta.url).resolve;
const EVERYTHING = resolve('@modelcontextprotocol/server-everything/dist/index.js');
const LOOPBACK_ONLY = fileURLToPath(new URL('../../examples/quickstart/loopback-only.mjs', import.meta.url));

export interface ThirdParties {
  objects: StoredObject[];
  token: string;
  stop(): Promise<void>;
}

/** `everything-stdio`, `everything-http`, `everything-sse`, `files`, `memory`, and one agent that may read but not write. */
export async function startThirdParties(dataDir: string): Promise<ThirdParties> {
  const [http, sse] = [await startEverything('streamableHttp'), await startEverything('sse')];
  const sandbox = join(dataDir, 'sandbox');
  mkdirSync(sandbox, { recursive: true });
  writeFileSync(join(sandbox, 'welcome.txt'), 'Welcome aboard.\n');
  const user = tokenObject('reader', 'reader');
  const objects: StoredObject[] = [
    agentObject('reader'),
    user.object,
    server('everything-stdio', { transport: 'stdio', command: process.execPath, args: [EVERYTHING, 'stdio'] }),
    server('everything-http', { transport: 'http', url: `http://127.0.0.1:${http.port}/mcp` }),
    server('everything-sse', { transport: 'sse', url: `http://127.0.0.1:${sse.port}/sse` }),
    server('files', {
      transport: 'stdio',
      command: process.execPath,
      args: [resolve('@modelcontextprotocol/server-filesystem/dist/index.js'), sandbox],
    }),
    server('memory', {
      transport: 'stdio',
      command: process.execPath,
      args: [resolve('@modelcontextprotocol/server-memory/dist/index.js')],
      env: { MEMORY_FILE_PATH: join(dataDir, 'memory.jsonl') },
    }),
    policyObject('third-party', [
      { name: 'no-environment', match: { tool: ['get-env'] }, effect: 'deny', reason: 'The environment holds secrets.' },
      { name: 'everything', match: { server: ['everything-*'] }, effect: 'allow' },
      {
        name: 'read-files',
        match: { server: ['files'], tool: ['read_*', 'list_*', 'get_*', 'search_*', 'directory_tree'] },
        effect: 'allow',
      },
      {
        name: 'remember',
        match: { server: ['memory'], tool: ['create_*', 'add_*', 'read_graph', 'search_nodes', 'open_nodes'] },
        effect: 'allow',
      },
      { name: 'python', match: { server: ['python'], tool: ['add', 'steps'] }, effect: 'allow' },
    ]),
  ];
  return {
    objects,
    token: user.token,
    stop: async () => {
      await http.stop();
      await sse.stop();
    },
  };
}

export function server(
  name: string,
  spec: Partial<StoredObject<'server'>['spec']> & Pick<StoredObject<'server'>['spec'], 'transport'>,
): StoredObject<'server'> {
  const standard = {
    era: 'auto',
    timeoutMs: 60_000,
    idleShutdownMs: 600_000,
    maxConcurrency: 256,
    trust: true,
    allowUnknownMethods: false,
    disabled: false,
  } as const;
  return { kind: 'server', metadata: { name }, spec: { ...standard, ...spec } };
}

async function startEverything(transport: 'streamableHttp' | 'sse'): Promise<{ port: number; stop(): Promise<void> }> {
  const child = fork(EVERYTHING, [transport], {
    execArgv: ['--import', LOOPBACK_ONLY],
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const port = await new Promise<number>((done, fail) => {
    child.once('message', (message) => done((message as { port: number }).port));
    child.once('exit', (code) => fail(new Error(`server-everything ${transport} ended with ${code}`)));
  });
  return { port, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await exit;
}
