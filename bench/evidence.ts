// What the evidence costs: appends with and without a tree kept beside them, verification against what hashing and parsing the same bytes costs,
// size and time of proofs at ten million entries. `npm run bench:evidence [-- --entries N --generated N --json]`. Generated entries, bounded time.
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { entryLine } from '../src/audit/chain.ts';
import { parseCheckpoint } from '../src/audit/checkpoint.ts';
import { Checkpointer } from '../src/audit/checkpointer.ts';
import { decisionContent, outcomeContent } from '../src/audit/entry.ts';
import { AuditLog } from '../src/audit/log.ts';
import { inclusionHolds, leafHash } from '../src/audit/merkle.ts';
import type { CheckpointStore, KeptCheckpoint, KeptSigningKey, LogStore } from '../src/audit/port.ts';
import { type VerifyOptions, verifyBytes } from '../src/audit/verify.ts';
import { systemClock } from '../src/lib/clock.ts';
import { sha256Hex } from '../src/lib/digest.ts';
import { systemRandom } from '../src/lib/id.ts';
import { openSqliteStore } from '../src/store/sqlite/store.ts';

const ORG = 'bench';
const BATCH_ENTRIES = 500;
const CHUNK_BYTES = 1024 * 1024;
const ROUNDS = 5;
const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    generated: { type: 'string', default: '10000000' },
    json: { type: 'boolean', default: false },
  },
});
const entries = Math.ceil(Number(values.entries) / BATCH_ENTRIES) * BATCH_ENTRIES;
const generated = Number(values.generated);
const results: Record<string, number | string> = {};
const sealer = { seal: (_org: string, bytes: Uint8Array) => bytes, open: (_org: string, bytes: Uint8Array) => bytes };
const plainSeal = { seal: (_org: string, text: string) => text, open: (_org: string, text: string) => text };

function tell(name: string, value: number | string, unit = ''): void {
  results[name] = value;
  if (!values.json)
    console.log(`${name.padEnd(52)} ${String(typeof value === 'number' ? Math.round(value * 100) / 100 : value).padStart(14)} ${unit}`);
}

/** Wall clock, and the time of one core: on a machine that others use, the second says what the work costs. */
async function timed(work: () => Promise<unknown> | unknown): Promise<{ wallMs: number; cpuMs: number }> {
  const [startMs, before] = [systemClock.monotonicMs(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: systemClock.monotonicMs() - startMs, cpuMs: (user + system) / 1000 };
}

function contents(from: number): string[] {
  return Array.from({ length: BATCH_ENTRIES / 2 }, (_, n) => {
    const call = `call_${String(from + 2 * n).padStart(26, '0')}`;
    const decision = decisionContent({
      ...{
        timeMs: from,
        call,
        principal: { agent: 'reader', token: 'reader-1', user: 'ada' },
        surface: 'server/files',
        method: 'tools/call',
      },
      ...{ server: 'files', tool: 'read_file', definition: 'd'.repeat(64), arguments: 'a'.repeat(64), effect: 'allow', rule: 'main/reads' },
      ...{ code: 'allowed', judged: 0, credential: 'service', client: { era: 'modern', version: '2026-07-28' }, origin: 'agent' },
      ...{ instance: 'gw_01kb0000000000000000000000', intent: 'read', category: 'files', snapshot: 'c'.repeat(64) },
    });
    return [decision, outcomeContent({ timeMs: from, call, decision: from + 2 * n, status: 'ok', result: 'b'.repeat(64), latencyMs: 1.5 })];
  }).flat();
}

/** Durable appends in groups of 500; `everyGroups`: a checkpoint after so many, as a busy gateway makes them at an interval. */
async function append(everyGroups: number | undefined): Promise<{ lines: string[]; notes: string[] }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-bench-evidence-'));
  const store = await openSqliteStore({ dataDir });
  try {
    await store.objects.createOrganization(ORG);
    const audit = new AuditLog({ store: store.log, sealer });
    const create = () =>
      new Checkpointer({ log: store.log, audit, store: store.checkpoints, clock: systemClock, random: systemRandom, ...plainSeal });
    const checkpointer = create();
    if (everyGroups) await checkpointer.keys(ORG);
    const shift = everyGroups ? 1 : 0;
    let beside = Promise.resolve<unknown>(undefined);
    const { wallMs } = await timed(async () => {
      for (let from = 1, group = 1; from <= entries; from += BATCH_ENTRIES, group++) {
        const drafts = contents(from + shift).map((content) => ({ content, callId: undefined, payloads: [] }));
        await store.log.append(ORG, drafts);
        if (everyGroups && group % everyGroups === 0) beside = beside.then(() => checkpointer.make(ORG));
      }
    });
    await beside;
    tell(everyGroups ? 'append with a tree beside it' : 'append', (entries / wallMs) * 1000, 'entries/s, groups of 500, durable');
    const made = await checkpointer.make(ORG);
    if (everyGroups) {
      const restart = await timed(() => create().inclusion(ORG, [1], made?.size ?? 1));
      tell('inclusion proof after a restart', restart.wallMs, 'ms');
    }
    const lines: string[] = [];
    for await (const entry of store.log.read({ org: ORG })) lines.push(entryLine(entry));
    return { lines, notes: made ? [made.note] : [] };
  } finally {
    await store.lifecycle.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function verification(lines: readonly string[], notes: readonly string[]): Promise<void> {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, n) =>
    bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES),
  );
  tell('bytes of an entry', bytes.length / lines.length);
  const best = async (work: () => Promise<unknown> | unknown): Promise<{ wallMs: number; cpuMs: number }> => {
    let found = await timed(work);
    for (let round = 1; round < ROUNDS; round++) {
      const next = await timed(work);
      found = { wallMs: Math.min(found.wallMs, next.wallMs), cpuMs: Math.min(found.cpuMs, next.cpuMs) };
    }
    return found;
  };
  const check = (options: VerifyOptions) => async () => {
    const { state } = await verifyBytes(chunks, options);
    if (state !== 'sound') throw new Error(`the log is ${state}`);
  };
  const plain = await best(check({}));
  const treed = await best(check({ tree: { notes, keys: [] } }));
  const floor = await best(() => {
    for (const line of lines) {
      hash('sha256', line, 'hex');
      JSON.parse(line);
    }
  });
  for (const [name, { wallMs, cpuMs }] of Object.entries({
    verify: plain,
    'verify with a checkpoint': treed,
    'sha256 + JSON.parse of the lines': floor,
  })) {
    tell(`${name}, wall clock`, (lines.length / wallMs) * 1000, 'entries/s');
    tell(`${name}, one core`, (lines.length / cpuMs) * 1000, 'entries/s of CPU time');
  }
  tell('verify in the time of sha256 + JSON.parse', plain.cpuMs / floor.cpuMs, 'times');
}

/** A log whose entries are made when they are read: what a proof costs does not depend on what stands in them. */
function generatedLog(count: number): LogStore {
  return {
    append: () => Promise.reject(new Error('it only reads')),
    head: async () => ({ seq: count, hash: sha256Hex(String(count)), revision: 0 }),
    async *read({ fromSeq = 1, toSeq = count }) {
      for (let seq = fromSeq; seq <= toSeq; seq++) yield { seq, hash: sha256Hex(String(seq)), header: '', content: '' };
    },
    payload: async () => undefined,
  };
}

function memoryStore(): CheckpointStore {
  const [kept, keys]: [KeptCheckpoint[], KeptSigningKey[]] = [[], []];
  const blocks = new Map<number, Uint8Array>();
  return {
    checkpoints: async (_org, limit) => kept.toReversed().slice(0, limit),
    saveCheckpoint: async (_org, made) => kept.push(made) > 0,
    replaceNote: async () => false,
    signingKeys: async () => [...keys],
    addSigningKey: async (_org, _known, made) => keys.push(made) > 0,
    treeBlocks: async (_org, from, limit) => {
      const found: Uint8Array[] = [];
      for (let at = from; at < from + limit && blocks.has(at); at++) found.push(blocks.get(at) as Uint8Array);
      return Buffer.concat(found);
    },
    saveTreeBlocks: async (_org, from, roots) => {
      for (let at = 0; at < roots.length; at += 32) blocks.set(from + at / 32, roots.subarray(at, at + 32));
    },
  };
}

async function proofs(): Promise<void> {
  const audit = { record: async () => ({}) as never };
  const checkpointer = new Checkpointer({
    ...{ log: generatedLog(generated), audit, store: memoryStore(), clock: systemClock, random: systemRandom },
    ...plainSeal,
  });
  let made: KeptCheckpoint | undefined;
  const tree = await timed(async () => {
    made = await checkpointer.make(ORG);
  });
  tell(`tree of ${generated} generated entries`, (generated / tree.wallMs) * 1000, 'entries/s');
  const seq = Math.ceil(generated / 3);
  let path: Uint8Array[] = [];
  const inclusion = await timed(async () => {
    [path = []] = await checkpointer.inclusion(ORG, [seq], generated);
  });
  tell(`inclusion proof at ${generated}`, inclusion.wallMs, 'ms');
  tell(`inclusion proof at ${generated}, size`, path.length * 32, `bytes (${path.length} hashes)`);
  let hashes = 0;
  const consistency = await timed(async () => {
    hashes = (await checkpointer.consistency(ORG, seq, generated)).length;
  });
  tell(`consistency proof at ${generated}`, consistency.wallMs, 'ms');
  tell(`consistency proof at ${generated}, size`, hashes * 32, `bytes (${hashes} hashes)`);
  const root = parseCheckpoint(made?.note ?? '')?.root ?? new Uint8Array();
  let isGood = false;
  const checked = await timed(() => {
    isGood = inclusionHolds(leafHash(sha256Hex(String(seq))), seq - 1, generated, path, root);
  });
  tell('check of the inclusion proof', isGood ? checked.wallMs : 'BAD', 'ms');
}

const without = await append(undefined);
const withTree = await append(10);
tell('append with a tree, of append without', Number(results['append with a tree beside it']) / Number(results.append), 'times');
await verification(without.lines, without.notes);
await proofs();
if (withTree.notes.length === 0) throw new Error('no checkpoint was made');
if (values.json) console.log(JSON.stringify(results, null, 2));
