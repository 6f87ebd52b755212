// Runs approval-steps-main.ts to its end, whether it comes there or kills itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StepsSettings } from './approval-steps-main.ts';

const main = fileURLToPath(new URL('./approval-steps-main.ts', import.meta.url));

/** `writes` undefined: it was killed. */
export async function runSteps(settings: StepsSettings): Promise<{ writes: number | undefined }> {
  const child = spawn(process.execPath, [main, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return { writes: undefined };
  if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
  return { writes: (JSON.parse(stdout) as { writes: number }).writes };
}
