// A copy of the working tree as fresh as a clone, for tests of what a newcomer types. Whoever makes one removes it.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** What a clone of the working tree would hold, with the dependencies of this one. */
export async function freshCopy(): Promise<string> {
  const target = await mkdtemp(join(tmpdir(), 'sallyport-copy-'));
  const { stdout } = await run('git', ['-C', root, 'ls-files', '-co', '--exclude-standard', '-z'], { maxBuffer: 64 * 1024 * 1024 });
  for (const path of stdout.split('\0').filter((name) => name !== '' && !name.startsWith('results/'))) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await cp(join(root, path), join(target, path)).catch((error: NodeJS.ErrnoException) => {
      // Deleted in the working tree, still in the index.
      if (error.code !== 'ENOENT') throw error;
    });
  }
  await symlink(join(root, 'node_modules'), join(target, 'node_modules'));
  return target;
}

/** The environment of the machine without what a developer has set for a gateway, and with these two ports for one. */
export async function newcomer(): Promise<NodeJS.ProcessEnv & { SALLYPORT_AGENT_PORT: string; SALLYPORT_ADMIN_PORT: string }> {
  const [agentPort, adminPort] = await freePorts(2);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_') && name !== 'DATABASE_URL');
  return {
    ...Object.fromEntries(inherited),
    SALLYPORT_AGENT_PORT: String(agentPort),
    SALLYPORT_ADMIN_PORT: String(adminPort),
    NO_COLOR: '1',
  };
}

/** Command lines of processes that still work on this copy. */
export async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-eo', 'args'], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\n').filter((line) => line.includes(folder));
}

/** Ports that were free a moment ago: the commands must agree on them without being told. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
