// The official suite (@modelcontextprotocol/conformance, pinned in package.json) as a subprocess: where it is, what a revision
// requires, how it is run, and the checks it left behind. Judging them is not done here.

import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export type Revision = '2025-11-25' | '2026-07-28';
export type Role = 'server' | 'client';

export interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

export interface ScenarioResult {
  scenario: string;
  checks: Check[];
}

export interface SuiteRun {
  exitCode: number;
  output: string;
}

const folder = fileURLToPath(new URL('../../node_modules/@modelcontextprotocol/conformance/', import.meta.url));
const binaries = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every scenario the requirement set runs for a role, scored or not. */
export function scenariosOf(revision: Revision, role: Role): string[] {
  const set = parse(readFileSync(join(folder, 'requirements', `${revision}.yaml`), 'utf8')) as {
    server: string[];
    client: string[];
    not_scored: Array<{ scenario: string; leg: string }>;
  };
  return [...set[role], ...set.not_scored.filter((entry) => entry.leg === role).map((entry) => entry.scenario)];
}

/** Runs the suite in a process group of its own, which the signal kills as a whole: the suite starts commands of ours. */
export function runSuite(args: readonly string[], options: { env?: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<SuiteRun> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env, PATH: `${binaries}:${process.env.PATH ?? ''}` };
    const child = spawn(process.execPath, [join(folder, 'dist', 'index.js'), ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const stop = () => killGroup(child.pid);
    options.signal.addEventListener('abort', stop, { once: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      options.signal.removeEventListener('abort', stop);
      resolve({ exitCode: code ?? 1, output });
    });
    if (options.signal.aborted) stop();
  });
}

/** The checks of every scenario under a results folder. `names` tells which folder belongs to which scenario. */
export function readResults(outputDir: string, role: Role, names: readonly string[]): ScenarioResult[] {
  const files = globSync('**/checks.json', { cwd: outputDir });
  return files.map((file) => {
    const checks = JSON.parse(readFileSync(join(outputDir, file), 'utf8')) as Check[];
    return { scenario: scenarioOf(dirname(file), role, names), checks };
  });
}

/** The suite names a folder `[server-]<scenario>-<time>`; scenario names may hold slashes. */
function scenarioOf(path: string, role: Role, names: readonly string[]): string {
  const stem = path.replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/, '').replaceAll('\\', '/');
  const bare = role === 'server' && stem.startsWith('server-') ? stem.slice('server-'.length) : stem;
  return names.includes(bare) ? bare : names.includes(stem) ? stem : basename(bare);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
