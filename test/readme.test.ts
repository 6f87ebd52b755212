// The commands of README.md, docs/policy.md and CONTRIBUTING.md, run as written in a copy that is as fresh as a clone. The word behind the language of a
// block says how: start (run until it is ready), gateway (run against the started one), a file name (written), check, serve, install, work.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const START_TIMEOUT_MS = 120_000;
const BLOCK_TIMEOUT_MS = 90_000;
const WAYS = ['start', 'gateway', 'check', 'serve', 'install', 'work'];

interface Block {
  document: string;
  language: string;
  way: string;
  text: string;
}

const blocks = (await Promise.all(['README.md', 'docs/policy.md', 'CONTRIBUTING.md'].map(readBlocks))).flat();
const inOrder = blocks.filter(({ document, way }) => document !== 'CONTRIBUTING.md' && (way === 'gateway' || way.includes('.')));

let copy: string;
let environment: NodeJS.ProcessEnv;
let gateway: Started;

beforeAll(async () => {
  copy = await freshCopy();
  const [agentPort, adminPort] = await freePorts(2);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_') && name !== 'DATABASE_URL');
  environment = {
    ...Object.fromEntries(inherited),
    SALLYPORT_AGENT_PORT: String(agentPort),
    SALLYPORT_ADMIN_PORT: String(adminPort),
    NO_COLOR: '1',
  };
  gateway = await startQuickStart();
}, START_TIMEOUT_MS);

afterAll(async () => {
  await gateway?.interrupt();
  await rm(copy, { recursive: true, force: true });
});

it('every command block says how it is tested', () => {
  const untold = blocks.filter(({ language, way }) => ['sh', 'bash', 'console', ''].includes(language) && !WAYS.includes(way));
  expect(untold.map(({ text }) => text)).toEqual([]);
  expect(inOrder.length).toBeGreaterThan(5);
});

it('the blocks that are not run here name scripts and commands that exist', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const texts = blocks.filter(({ way }) => WAYS.includes(way)).map(({ text }) => text);
  const named = texts.join('\n').matchAll(/^npm (?:run (?:-s )?)?([a-z]+)/gm);
  const unknown = [...named].map((match) => match[1] ?? '').filter((name) => name !== 'ci' && scripts[name] === undefined);
  expect(unknown).toEqual([]);
});

it('npm ci accepts the lock file', async () => {
  const { stdout } = await run('npm', ['ci', '--dry-run', '--offline', '--ignore-scripts'], { cwd: copy, env: environment });
  expect(stdout).not.toContain('npm error');
});

describe('against the gateway that npm start left running', () => {
  for (const block of inOrder) {
    it(block.text.split('\n')[0] ?? '', { timeout: BLOCK_TIMEOUT_MS }, async () => {
      if (block.way === 'gateway') await shell(block.text);
      else await writeFile(join(copy, block.way), block.text);
    });
  }
});

describe('npm start', () => {
  it('prints endpoints, the token once, and configuration for every client', () => {
    const text = gateway.stdout();
    for (const word of ['/mcp/filesystem', '/mcp/everything', 'Claude Code', 'Cursor', 'VS Code', 'Codex', 'npm run try'])
      expect(text).toContain(word);
    expect(new Set(text.match(/sp_[A-Za-z0-9_-]{49}/g)).size).toBe(1);
  });

  it('says what to do when it runs already', { timeout: START_TIMEOUT_MS }, async () => {
    const second = run('npm', ['run', '-s', 'sallyport', '--', 'start'], { cwd: copy, env: environment });
    await expect(second).rejects.toMatchObject({ stderr: expect.stringMatching(/in use.*(Stop|Is Sallyport)/s) });
  });

  it('ends with Ctrl-C, children included, and goes on with the same data', { timeout: START_TIMEOUT_MS }, async () => {
    await gateway.interrupt();
    expect(await processesOf(copy)).toEqual([]);
    gateway = await startQuickStart();
    expect(gateway.stdout()).toContain('was shown at the first start');
    await shell('npm run -s sallyport -- get policy support');
  });

  it('leaves the checkout as it was', async () => {
    expect((await run('git', ['-C', root, 'check-ignore', '.sallyport/', 'dist/'])).stdout).toBe('.sallyport/\ndist/\n');
    for (const name of ['welcome.txt', 'notes/plan.md']) {
      const path = join('examples/quickstart/sandbox', name);
      expect(await readFile(join(copy, path), 'utf8')).toBe(await readFile(join(root, path), 'utf8'));
    }
  });
});

async function readBlocks(document: string): Promise<Block[]> {
  const text = await readFile(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\S*)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, language = '', way = '', body = '']) => ({
    document,
    language,
    way,
    text: body,
  }));
}

/** What a clone of the working tree would hold, with the dependencies of this one. */
async function freshCopy(): Promise<string> {
  const target = await mkdtemp(join(tmpdir(), 'sallyport-readme-'));
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

interface Started {
  stdout(): string;
  /** Ctrl-C: the signal goes to the whole foreground group, as a terminal sends it. Resolves when npm is gone. */
  interrupt(): Promise<void>;
}

async function startQuickStart(): Promise<Started> {
  const child = spawn('npm', ['start'], { cwd: copy, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const closed = once(child, 'close');
  await new Promise<void>((ready, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (stdout.includes('Stop with Ctrl-C')) ready();
    });
    void closed.then(() => reject(new Error(`npm start ended\n${stdout}\n${stderr}`)));
  });
  return {
    stdout: () => stdout,
    interrupt: async () => {
      if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGINT');
      await closed;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, signal);
}

async function shell(text: string): Promise<void> {
  await run('bash', ['-euo', 'pipefail', '-c', text], { cwd: copy, env: environment, timeout: BLOCK_TIMEOUT_MS }).catch(
    (error: { stdout?: string; stderr?: string }) => {
      throw new Error(`${text}\n${error.stdout ?? ''}\n${error.stderr ?? String(error)}`);
    },
  );
}

/** Command lines of processes that still work on this copy. */
async function processesOf(folder: string): Promise<string[]> {
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
