// What the evidence costs: appends with their tree, verification with and without checkpoints, size and time of a proof. `npm run bench:evidence`.
// Generated entries in a store of its own under the temporary directory; the number of entries is the first argument (default 50,000).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryLine } from '../src/audit/chain.ts';
import { parseCheckpoint } from '../src/audit/checkpoint.ts';
import { Checkpointer } from '../src/audit/checkpointer.ts';
import { decisionContent, outcomeContent, systemContent } from '../src/audit/entry.ts';
import { AuditLog } from '../src/audit/log.ts';
import { inclusionHolds, leafHash } from '../src/audit/merkle.ts';
import { verifyLog } from '../src/audit/verify.ts';
import { systemClock } from '../src/lib/clock.ts';
import { systemRandom } from '../src/lib/id.ts';
import { openSqliteStore } from '../src/store/sqlite/store.ts';

const ORG = 'bench';
const BATCH_ENTRIES = 500;
const entries = Math.ceil(Number(process.argv[2] ?? 50_000) / BATCH_ENTRIES) * BATCH_ENTRIES;
const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-bench-evidence-'));
const store = await openSqliteStore({ dataDir });
await store.objects.createOrganization(ORG);
const sealer = { seal: (_org: string, bytes: Uint8Array) => bytes, open: (_org: string, bytes: Uint8Array) => bytes };
const create = () =>
  new Checkpointer({
    ...{ log: store.log, audit: new AuditLog({ store: store.log, sealer }), store: store.checkpoints },
    ...{ clock: systemClock, random: systemRandom, seal: (_org: string, text: string) => text, open: (_org: string, text: string) => text },
  });

async function timed<T>(what: string, count: number, work: () => Promise<T>): Promise<T> {
  const startMs = systemClock.monotonicMs();
  const value = await work();
  const tookMs = systemClock.monotonicMs() - startMs;
  console.log(`${what.padEnd(48)} ${tookMs.toFixed(1).padStart(10)} ms  ${Math.round((count / tookMs) * 1000)}/s`);
  return value;
}

function contents(from: number): string[] {
  return Array.from({ length: BATCH_ENTRIES / 2 }, (_, n) => {
    const call = `call_${from + 2 * n}`;
    const decision = decisionContent({
      ...{ timeMs: from, call, principal: { agent: 'reader', token: 'reader-1' }, surface: 'server/files', method: 'tools/call' },
      ...{ server: 'files', tool: 'read_file', definition: 'd'.repeat(64), arguments: 'a'.repeat(64), effect: 'allow', rule: 'main/reads' },
      ...{ code: 'allowed', judged: 0, credential: 'service', client: { era: 'modern', version: '2026-07-28' }, origin: 'agent' },
    });
    return [decision, outcomeContent({ timeMs: from, call, decision: from + 2 * n, status: 'ok', result: 'b'.repeat(64), latencyMs: 1.5 })];
  }).flat();
}

try {
  await timed('append (batches of 500, durable)', entries, async () => {
    for (let from = 1; from <= entries; from += BATCH_ENTRIES)
      await store.log.append(
        ORG,
        contents(from).map((content) => ({ content, callId: undefined, payloads: [] })),
      );
  });
  const checkpointer = create();
  const made = await timed('first checkpoint: the whole tree', entries, () => checkpointer.make(ORG));
  const stop = systemContent({ event: 'stop', timeMs: 0, instance: 'gw' });
  await store.log.append(ORG, [{ content: stop, callId: undefined, payloads: [] }]);
  await timed('restart: tree from its blocks', entries, () => create().make(ORG));
  const seq = Math.floor(entries / 3);
  const [path = []] = await timed('inclusion proof', 1, () => checkpointer.inclusion(ORG, [seq], made?.size ?? 0));
  const lines: string[] = [];
  for await (const entry of store.log.read({ org: ORG })) lines.push(entryLine(entry));
  const root = parseCheckpoint(made?.note ?? '')?.root ?? new Uint8Array();
  const { hash } = JSON.parse(lines[seq - 1] ?? '{}') as { hash: string };
  const isGood = inclusionHolds(leafHash(hash), seq - 1, made?.size ?? 0, path, root);
  console.log(`proof of entry ${seq}: ${path.length} hashes, ${path.length * 32} bytes, ${isGood ? 'good' : 'BAD'}`);
  const plain = await timed('verify', lines.length, () => verifyLog(lines));
  const treed = await timed('verify with a checkpoint', lines.length, () =>
    verifyLog(lines, { tree: { notes: [made?.note ?? ''], keys: [] } }),
  );
  console.log(`verdicts: ${plain.state}, ${treed.state}`);
} finally {
  await store.lifecycle.close();
  rmSync(dataDir, { recursive: true, force: true });
}
