// `npm run -s bench:large`: how long the gateway serves nobody else while one message of ten million characters goes through it, with everything
// looked at: the longest stretch of its main thread, by the delay of its event loop. `--json` prints one object. Exit code 1 above the bound.
// A busy machine adds to the delay: the smallest of the rounds counts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Governance } from './governance.ts';
import { type BenchProcess, start } from './process.ts';
import { knownWords } from './words.ts';

knownWords('bench:large', ['--json', '--rounds', '--show', '--governance=…', '--only=…']);

/** Longest stretch, milliseconds. */
const MAX_STRETCH_MS = 20;
const ROUNDS = 5;
const SHAPES = ['text', 'rows', 'found', 'values', 'sent-text', 'sent-rows'] as const;
/** Of a message of an agent, which may have four MiB. */
const SENT_CHARS = 4_000_000;

const asked = process.argv.find((one) => one.startsWith('--governance='))?.slice('--governance='.length) ?? 'all';
const only = process.argv.find((one) => one.startsWith('--only='))?.slice('--only='.length);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-large-'));
const figures: Record<string, number> = {};
const running: BenchProcess[] = [];
try {
  const echo = await start('./echo-server.ts', []);
  running.push(echo);
  const options = { upstream: echo.ready.url, dataDir: folder, agents: 0, rules: 0, governance: asked as Governance };
  const gateway = await start('./gateway.ts', [JSON.stringify(options)]);
  running.push(gateway);
  for (const shape of SHAPES) if (only === undefined || only === shape) figures[`large.${shape}Ms`] = await measure(gateway, shape);
} finally {
  for (const one of running.reverse()) await one.stop();
  rmSync(folder, { recursive: true, force: true });
}
const worst = Math.max(...Object.values(figures));
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${value} (bound ${MAX_STRETCH_MS})`);
process.exitCode = worst > MAX_STRETCH_MS ? 1 : 0;

async function measure(gateway: BenchProcess, shape: (typeof SHAPES)[number]): Promise<number> {
  const body = bodyOf(shape);
  await send(gateway, body);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    await gateway.ask('watch');
    const began = performance.now();
    await send(gateway, body);
    const ms = performance.now() - began;
    const { delayMs = Number.NaN, workedMs = Number.NaN } = await gateway.ask('longest');
    if (process.argv.includes('--rounds')) console.log(shape, Math.round(delayMs), Math.round(workedMs), Math.round(ms));
    best = Math.min(best, delayMs, workedMs);
  }
  return Math.round(best * 10) / 10;
}

function bodyOf(shape: (typeof SHAPES)[number]): string {
  const rows = Array.from({ length: SENT_CHARS / 120 }, (_, row) => ({ id: row, note: `row ${row}, ${'all well '.repeat(8)}` }));
  const args =
    shape === 'sent-text'
      ? { text: 'all is well here, "nothing" to see. '.repeat(SENT_CHARS / 40) }
      : shape === 'sent-rows'
        ? { text: 'rows', rows }
        : { text: 'huge', size: shape };
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'echo',
      arguments: args,
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
    },
  });
}

async function send(gateway: BenchProcess, body: string): Promise<void> {
  const answer = await fetch(gateway.ready.url ?? '', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.ready.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    },
    body,
  });
  const text = await answer.text();
  if (process.argv.includes('--show')) console.log(answer.status, text.length, text.slice(0, 200), text.slice(-200));
}
