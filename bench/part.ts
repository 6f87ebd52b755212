// Figures of a benchmark that stands in a file of its own, as `npm run bench` takes them in: run in a process of its own, for its one JSON object.
// A part that says that it gets on (`getOn`) is given time for as long as it does: how much it has to do and how busy the machine is decide nothing.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Names of figures start with that of the part. Its exit code says whether its own bounds hold; here only the figures count. Rejects when it is not over
 * so long after it last got on; one that never says so has this time in all.
 */
export async function figuresOf(part: string, options: readonly string[], maxMs: number): Promise<Record<string, number>> {
  const file = fileURLToPath(new URL(`./${part}.ts`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, file, '--json', ...options], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const patience = setTimeout(() => child.kill(), maxMs);
  child.on('message', () => void patience.refresh());
  try {
    let text = '';
    for await (const chunk of child.stdout ?? []) text += String(chunk);
    if (!text.trimEnd().endsWith('}')) throw new Error(`${part}: not over within ${maxMs / 1000} s of when it last got on, or failed`);
    const figures = JSON.parse(text) as Record<string, number>;
    return Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name.startsWith(`${part}.`) ? name : `${part}.${name}`, value]),
    );
  } finally {
    clearTimeout(patience);
  }
}

const SAY_EVERY_MS = 1_000;
let saidMs = Number.NEGATIVE_INFINITY;

/** Called by a part with each piece of work that is done. */
export function getOn(): void {
  const nowMs = performance.now();
  if (nowMs - saidMs < SAY_EVERY_MS) return;
  saidMs = nowMs;
  process.send?.('got on');
}
