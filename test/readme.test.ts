// The commands of README.md, docs/policy.md, docs/approvals.md, docs/notifications.md, docs/operating.md and CONTRIBUTING.md, run as written in a copy that is as fresh as a clone. The word behind the language of a
// block says how: start (run until it is ready), gateway (run against the started one), a file name (written), check, serve, install, work.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshCopy, newcomer, processesOf } from './support/fresh-copy.ts';

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

const blocks = (
  await Promise.all(
    ['README.md', 'docs/policy.md', 'docs/approvals.md', 'docs/notifications.md', 'docs/operating.md', 'CONTRIBUTING.md'].map(readBlocks),
  )
).flat();
const inOrder = blocks.filter(({ document, way }) => document !== 'CONTRIBUTING.md' && (way === 'gateway' || way.includes('.')));

let copy: string;
let environment: NodeJS.ProcessEnv;
let gateway: Started;

beforeAll(async () => {
  copy = await freshCopy();
  environment = await newcomer();
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

interface Started {
  stdout(): string;
  /** Ctrl-C: the signal goes to the whole foreground group, as a terminal sends it. Resolves when npm is gone. */
  interrupt(): Promise<void>;
}

async function startQuickStart(): Promise<Started> {
  const child = spawn('npm', ['start'], {
    cwd: copy,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
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
