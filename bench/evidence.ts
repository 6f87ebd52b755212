// What the evidence costs: appends with and without a tree kept beside them, verification against what hashing and parsing the same bytes costs,
// size and time of proofs at ten million entries. `npm run bench:evidence [-- --entries N --generated N --json]`. Generated entries, bounded time; twenty
// agents and twelve tools in no order, so that no line is only a repetition. A part of `npm run bench` too.
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
import { getOn } from './part.ts';
import { knownWords } from './words.ts';

const ORG = 'bench';
const BATCH_ENTRIES = 500;
const START_MS = Date.UTC(2026, 0, 1);
const CHUNK_BYTES = 1024 * 1024;
const ROUNDS = 5;
const NAME_CHARS = 34;
knownWords('bench:evidence', ['--entries=…', '--generated=…', '--json']);
const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    generated: { type: 'string', default: '10000000' },
    json: { type: 'boolean', default: false },
  },
});
const entries = Math.ceil(Number(values.entries) / BATCH_ENTRIES) * BATCH_ENTRIES;
const generated = Number(values.generated);
const results: Record<string, number> = {};
const sealer = {
  seal: (_org: string, bytes: Uint8Array) => bytes,
  sealInSteps: function* (_org: string, bytes: Uint8Array) {
    yield;
    return bytes;
  },
  open: (_org: string, bytes: Uint8Array) => bytes,
};
const plainSeal = { seal: (_org: string, text: string) => text, open: (_org: string, text: string) => text };

function tell(name: string, value: number, unit: string): void {
  results[name] = Math.round(value * 1_000) / 1_000;
  if (!values.json) console.log(`${name.padEnd(NAME_CHARS)} ${String(Math.round(value * 100) / 100).padStart(14)} ${unit}`);
}

/** Wall clock, and the time of one core: on a machine that others use, the second says what the work costs. */
async function timed(work: () => Promise<unknown> | unknown): Promise<{ wallMs: number; cpuMs: number }> {
  const [startMs, before] = [systemClock.monotonicMs(), process.cpuUsage()];
  await work();
  getOn();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: systemClock.monotonicMs() - startMs, cpuMs: (user + system) / 1000 };
}

const SERVERS = ['files', 'github', 'slack', 'postgres'] as const;
const TOOLS = [
  'read',
  'write',
  'list',
  'search',
  'create_issue',
  'close_issue',
  'query',
  'send_message',
  'fetch',
  'delete',
  'stat',
  'move',
] as const;
const RULES = ['main/reads', 'main/writes', 'team/everything'] as const;
const STATUSES = ['ok', 'ok', 'ok', 'ok', 'tool_error'] as const;

/** Decision and outcome of calls: the same for the same number, and no two alike. */
function contents(from: number): string[] {
  getOn();
  return Array.from({ length: BATCH_ENTRIES / 2 }, (_, n) => {
    const seq = from + 2 * n;
    const digest = sha256Hex(`call ${seq}`);
    const pick = <T>(list: readonly T[], at: number): T => list[Number.parseInt(digest.slice(at, at + 4), 16) % list.length] as T;
    const [server, tool, agent] = [pick(SERVERS, 0), pick(TOOLS, 4), pick([...Array(20).keys()], 8)];
    const call = `call_${digest.slice(0, 26)}`;
    const timeMs = START_MS + 7 * seq;
    const decision = decisionContent({
      ...{ timeMs, call, principal: { agent: `agent-${agent}`, token: `agent-${agent}-1`, user: pick(['ada', 'grace', 'linus'], 12) } },
      ...{ surface: `server/${server}`, method: 'tools/call', server, tool, definition: sha256Hex(tool), arguments: sha256Hex(digest) },
      ...{ effect: 'allow', rule: pick(RULES, 16), code: 'allowed', judged: 0, credential: 'service', origin: 'agent' },
      ...{ client: { era: pick(['modern', 'legacy'], 20), version: '2026-07-28' }, instance: 'gw_01kb0000000000000000000000' },
      ...{ intent: pick(['read', 'write'], 24), category: server, snapshot: sha256Hex(server) },
    });
    const latencyMs = Number.parseInt(digest.slice(28, 32), 16) / 1_000;
    const outcome = { timeMs: timeMs + 20, call, decision: seq, status: pick(STATUSES, 32), result: sha256Hex(`result ${seq}`), latencyMs };
    return [decision, outcomeContent(outcome)];
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
    tell(everyGroups ? 'appendWithTreePerSecond' : 'appendPerSecond', (entries / wallMs) * 1000, 'entries/s, groups of 500, durable');
    const made = await checkpointer.make(ORG);
    if (everyGroups) {
      const restart = await timed(() => create().inclusion(ORG, [1], made?.size ?? 1));
      tell('inclusionAfterRestartMs', restart.wallMs, 'ms');
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
  tell('entryBytes', bytes.length / lines.length, 'bytes of a line');
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
  const bare = await best(() => {
    for (const line of lines) hash('sha256', line, 'hex');
  });
  for (const [name, { wallMs, cpuMs }] of Object.entries({ verify: plain, verifyWithCheckpoint: treed, parse: floor, sha256: bare })) {
    tell(`${name}PerSecond`, (lines.length / wallMs) * 1000, 'entries/s, wall clock');
    tell(`${name}PerCpuSecond`, (lines.length / cpuMs) * 1000, 'entries/s of CPU time: one core');
  }
  tell('verifyOfParse', plain.cpuMs / floor.cpuMs, 'times the CPU of sha256 + JSON.parse of the same lines');
  tell('verifyOfSha256', plain.cpuMs / bare.cpuMs, 'times the CPU of sha256 of the same lines');
}

/** A log whose entries are made when they are read: what a proof costs does not depend on what stands in them. */
function generatedLog(count: number): LogStore {
  return {
    append: () => Promise.reject(new Error('it only reads')),
    head: async () => ({ seq: count, hash: sha256Hex(String(count)), revision: 0 }),
    async *read({ fromSeq = 1, toSeq = count }) {
      for (let seq = fromSeq; seq <= toSeq; seq++) {
        if (seq % BATCH_ENTRIES === 0) getOn();
        yield { seq, hash: sha256Hex(String(seq)), header: '', content: '' };
      }
    },
    payload: async () => undefined,
  };
}

/** The other half: the hashes of that log, and what a checkpointer keeps. */
function memoryStore(count: number): CheckpointStore {
  const [kept, keys]: [KeptCheckpoint[], KeptSigningKey[]] = [[], []];
  const blocks = new Map<number, Uint8Array>();
  return {
    checkpoints: async (_org, limit) => kept.toReversed().slice(0, limit),
    saveCheckpoint: async (_org, made) => kept.push(made) > 0,
    replaceNote: async () => false,
    signingKeys: async () => [...keys],
    addSigningKey: async (_org, _known, made) => keys.push(made) > 0,
    entryHashes: async (_org, from, limit) => {
      getOn();
      return Array.from({ length: Math.max(0, Math.min(limit, count - from + 1)) }, (_, n) => sha256Hex(String(from + n))).join('');
    },
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
    ...{ log: generatedLog(generated), audit, store: memoryStore(generated), clock: systemClock, random: systemRandom },
    ...plainSeal,
  });
  let made: KeptCheckpoint | undefined;
  const tree = await timed(async () => {
    made = await checkpointer.make(ORG);
  });
  tell('treePerSecond', (generated / tree.wallMs) * 1000, `entries/s, a tree of ${generated} generated entries`);
  const seq = Math.ceil(generated / 3);
  let path: Uint8Array[] = [];
  const inclusion = await timed(async () => {
    [path = []] = await checkpointer.inclusion(ORG, [seq], generated);
  });
  tell('inclusionMs', inclusion.wallMs, `ms, inclusion proof in ${generated}`);
  tell('inclusionBytes', path.length * 32, `bytes (${path.length} hashes)`);
  let hashes = 0;
  const consistency = await timed(async () => {
    hashes = (await checkpointer.consistency(ORG, seq, generated)).length;
  });
  tell('consistencyMs', consistency.wallMs, `ms, consistency proof in ${generated}`);
  tell('consistencyBytes', hashes * 32, `bytes (${hashes} hashes)`);
  const root = parseCheckpoint(made?.note ?? '')?.root ?? new Uint8Array();
  let isGood = false;
  const checked = await timed(() => {
    isGood = inclusionHolds(leafHash(sha256Hex(String(seq))), seq - 1, generated, path, root);
  });
  if (!isGood) throw new Error('the inclusion proof does not hold');
  tell('inclusionCheckMs', checked.wallMs, 'ms, check of the inclusion proof');
}

const without = await append(undefined);
const withTree = await append(10);
tell('appendWithTreeOfAppend', Number(results.appendWithTreePerSecond) / Number(results.appendPerSecond), 'times');
await verification(without.lines, without.notes);
await proofs();
if (withTree.notes.length === 0) throw new Error('no checkpoint was made');
if (values.json) console.log(JSON.stringify(results, null, 2));
