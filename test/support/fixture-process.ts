// Starts the upstream fixture as a process of its own, so that it shares neither event loop nor memory with who measures it.

import { fileURLToPath } from 'node:url';
import { type Child, jsonReady, startChild } from './child.ts';
import type { FixtureOptions } from './fixture/fixture.ts';

const main = fileURLToPath(new URL('./fixture/main.ts', import.meta.url));

export function startFixtureProcess(options: FixtureOptions = {}): Promise<Child<{ url: string }>> {
  return startChild({
    command: process.execPath,
    args: [main, '--port', String(options.port ?? 0), '--era', options.era ?? 'both', '--transport', options.transport ?? 'http'],
    ready: (line) => jsonReady(line, ['url']),
  });
}
