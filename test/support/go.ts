// Builds the program of test/support/go (the official Go SDK, both sides) into the system's temporary directory, once for each state of its sources.
// Where there is no Go, or its modules cannot be had, it says so and the caller skips. Never writes into the sources.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCES = fileURLToPath(new URL('./go', import.meta.url));
const BUILD_TIMEOUT_MS = 180_000;
const run = promisify(execFile);

/** Path of the program, or why there is none. */
export async function goPeer(): Promise<{ program: string } | { missing: string }> {
  const folder = join(tmpdir(), 'sallyport-go');
  const program = join(folder, `peer-${digestOfSources()}`);
  if (existsSync(program)) return { program };
  const fresh = `${program}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    // The module files are as they are: what they do not name is not fetched, and the toolchain is the one on the machine.
    const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' };
    await run('go', ['build', '-trimpath', '-o', fresh, '.'], { cwd: SOURCES, env, timeout: BUILD_TIMEOUT_MS });
    renameSync(fresh, program);
    return { program };
  } catch (error) {
    return { missing: String(error).split('\n').slice(0, 3).join(' ').slice(0, 300) };
  }
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(SOURCES).sort())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}
