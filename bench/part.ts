// Figures of a benchmark that stands in a file of its own, as `npm run bench` takes them in: run in a process of its own, for its one JSON object.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Names of figures start with that of the part. Its exit code says whether its own bounds hold; here only the figures count. Rejects when it is not over by then. */
export async function figuresOf(part: string, options: readonly string[], maxMs: number): Promise<Record<string, number>> {
  const file = fileURLToPath(new URL(`./${part}.ts`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, file, '--json', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: maxMs,
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  if (!text.trimEnd().endsWith('}')) throw new Error(`${part}: not over within ${maxMs / 1000} s, or failed`);
  const figures = JSON.parse(text) as Record<string, number>;
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name.startsWith(`${part}.`) ? name : `${part}.${name}`, value]),
  );
}
