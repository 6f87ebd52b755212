// The executable under a Node that is too old: it says so, and loads nothing that such a Node could not.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('an older Node is told what is needed, instead of failing at what it lacks', () => {
  const older = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  const run = (...flags: string[]) =>
    spawnSync(process.execPath, [...flags, join(import.meta.dirname, 'main.ts'), '--version'], { encoding: 'utf8' });
  const { status, stdout, stderr } = run('--import', older);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^sallyport: Sallyport needs Node 24 or newer; this is 20\.20\.2 \(.+\)\. .*\n$/);
  expect(run().status).toBe(0);
});
