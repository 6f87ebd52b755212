// `node scripts/may-write.ts FOLDER`, before the compiler: says in one sentence that FOLDER cannot be written, and ends with 1. The compiler
// says it once for each of its files. Changes nothing.
import { accessSync, constants, existsSync, globSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The first of the folder and all in it that this user may not write; of a folder that is not there yet, the one it would be made in. */
export function firstUnwritable(folder: string): string | undefined {
  if (!existsSync(folder)) return [dirname(folder)].find((path) => !isWritable(join(path, '/')));
  return [folder, ...globSync('**', { cwd: folder }).map((name) => join(folder, name))].find((path) => !isWritable(path));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const path = firstUnwritable(resolve(process.argv[2] ?? 'dist'));
  if (path !== undefined) {
    console.error(
      `Nothing was compiled: ${userInfo().username} may not write ${path}. Compile as its owner (npm run build), then start what was compiled: node dist/main.js start`,
    );
    process.exitCode = 1;
  }
}
