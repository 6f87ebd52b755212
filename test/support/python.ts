// Python packages, the official SDK unless others are named, in an environment of their own under the system's temporary directory, made once and kept for the next run.
// Never installs anything elsewhere; where there is no Python, no pip or no network it says so and the caller skips.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const PYTHON_SDK = 'mcp==2.3.0';
/** FastMCP with its implementation of the tasks extension (2026-07-28). */
export const PYTHON_TASKS = 'fastmcp[tasks]==4.1.4';
const INSTALL_TIMEOUT_MS = 100_000;
const run = promisify(execFile);

/** Path of an interpreter that can import the packages, or why there is none. */
export async function pythonWithSdk(
  wanted = PYTHON_SDK,
  modules = 'mcp.client.client, mcp.server',
): Promise<{ python: string } | { missing: string }> {
  const kept = join(tmpdir(), `sallyport-python-${wanted.replaceAll(/[^a-z0-9.]+/g, '-')}`);
  const python = (folder: string) => join(folder, 'bin', 'python');
  if (existsSync(python(kept)) && (await imports(python(kept), modules))) return { python: python(kept) };
  const fresh = mkdtempSync(join(tmpdir(), 'sallyport-python-'));
  try {
    await run('python3', ['-m', 'venv', kept], { timeout: INSTALL_TIMEOUT_MS });
    await run(python(kept), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wanted], {
      timeout: INSTALL_TIMEOUT_MS,
    });
    return { python: python(kept) };
  } catch (error) {
    // A half-made environment must not be taken for a whole one.
    if (existsSync(kept)) renameSync(kept, join(fresh, 'broken'));
    return { missing: String(error).split('\n')[0]?.slice(0, 300) ?? 'unknown' };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function imports(python: string, modules: string): Promise<boolean> {
  try {
    await run(python, ['-c', `import ${modules}`], { timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}
