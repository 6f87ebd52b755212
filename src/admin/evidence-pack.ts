// Makes an evidence pack for a period: counts the entries, takes the objects in force at its end, proves the entries it names and some calls.
// Reads only, but for the checkpoint that the proofs lead to. Holds no argument and no result.
import { entryLine } from '../audit/chain.ts';
import type { KeptCheckpoint, StoredEntry } from '../audit/port.ts';
import { MAX_PROOF_ENTRIES, PROOF_FORMAT, type Proof } from '../audit/proof.ts';
import type { EvidenceFacts, Section } from '../evidence/facts.ts';
import { type FrameworkName, sectionsOf } from '../evidence/framework.ts';
import { countGaps, type EvidencePack, type PackedEntry, type PackFile, packFiles } from '../evidence/pack.ts';
import { EvidenceTally } from '../evidence/tally.ts';
import { buildView, type ControlView } from '../object/snapshot.ts';
import type { AdminContext } from './context.ts';
import { proveCall } from './prove-call.ts';
import { CLOCK_SKEW_MS, firstSince } from './replayed-log.ts';

export interface PackRequest {
  framework: FrameworkName;
  /** RFC 3339; `from` belongs to the period, `to` does not. */
  from: string;
  to: string;
}

type File = { file: string; proof: Proof };

/** undefined for an empty log. */
export async function evidencePack(context: AdminContext, request: PackRequest): Promise<PackFile[] | undefined> {
  const { framework, from, to } = request;
  const fromMs = Date.parse(from);
  const fromSeq = await firstSince(context, fromMs);
  const tally = await tallyOf(context, fromSeq, fromMs, Date.parse(to));
  const checkpoint = await context.checkpointer.make(context.org);
  if (!checkpoint) return undefined;
  const keys = await context.checkpointer.keys(context.org);
  const facts: EvidenceFacts = {
    ...{ from, to, tally },
    view: await viewThen(context, tally, fromSeq),
    oldestTime: await oldestTime(context),
    checkpoint: { size: checkpoint.size, time: new Date(checkpoint.madeMs).toISOString(), key: keys.at(-1) ?? '' },
    settings: context.settings.evidence,
  };
  const { title, about, sections } = sectionsOf(framework, facts);
  const named = await entryProofs(context, sections, checkpoint, keys);
  const calls = await callProofs(context, tally);
  const pack: EvidencePack = {
    ...{ format: 'sallyport-evidence', version: 1, framework, title, about, organization: context.org, from, to },
    madeAt: new Date(context.clock.nowMs()).toISOString(),
    gaps: countGaps(sections),
    sections,
    checkpoint: { size: checkpoint.size, note: checkpoint.note },
    keys,
    entries: named.entries,
    calls: calls.map(({ call, what, file }) => ({ call, what, file })),
  };
  return packFiles(pack, [...named.files, ...calls]);
}

async function tallyOf({ logStore, org }: AdminContext, fromSeq: number, fromMs: number, toMs: number): Promise<EvidenceTally> {
  const tally = new EvidenceTally();
  for await (const entry of logStore.read({ org, fromSeq })) {
    const timeMs = timeOf(entry);
    if (timeMs >= toMs + CLOCK_SKEW_MS) break;
    if (timeMs >= fromMs && timeMs < toMs) tally.take(entry);
  }
  return tally;
}

function timeOf({ content }: StoredEntry): number {
  return Date.parse((JSON.parse(content) as { time: string }).time);
}

/** Objects as of the last entry of the period, or before it when it has none. */
async function viewThen({ org, objects, logStore }: AdminContext, tally: EvidenceTally, fromSeq: number): Promise<ControlView> {
  let revision = tally.lastRevision;
  if (tally.all.count === 0) {
    for await (const { header } of logStore.read({ org, toSeq: fromSeq - 1, reverse: true, limit: 1 }))
      revision = (JSON.parse(header) as { revision: number }).revision;
  }
  return buildView(await objects.store.loadAt(org, revision));
}

async function oldestTime({ logStore, org }: AdminContext): Promise<string | undefined> {
  for await (const { content } of logStore.read({ org, limit: 1 })) return (JSON.parse(content) as { time: string }).time;
  return undefined;
}

async function entryProofs(
  context: AdminContext,
  sections: readonly Section[],
  { size, note }: KeptCheckpoint,
  keys: string[],
): Promise<{ entries: PackedEntry[]; files: File[] }> {
  const { org, logStore, checkpointer } = context;
  const wanted = new Set(sections.flatMap(({ statements }) => statements.flatMap((one) => one.entries)));
  const seqs = [...wanted].filter((seq) => seq <= size).sort((a, b) => a - b);
  const entries: PackedEntry[] = [];
  const files: File[] = [];
  for (let at = 0; at < seqs.length; at += MAX_PROOF_ENTRIES) {
    const part = seqs.slice(at, at + MAX_PROOF_ENTRIES);
    const file = `proofs/entries-${files.length + 1}.json`;
    const paths = await checkpointer.inclusion(org, part, size);
    const proved: Proof['entries'] = [];
    for (const [place, seq] of part.entries()) {
      for await (const entry of logStore.read({ org, fromSeq: seq, toSeq: seq })) {
        const line = entryLine(entry);
        proved.push({ line, path: (paths[place] ?? []).map((hash) => Buffer.from(hash).toString('hex')) });
        entries.push({ seq, line, file });
      }
    }
    files.push({
      file,
      proof: { format: PROOF_FORMAT, version: 1, checkpoint: note, keys, entries: proved, documents: [], definitions: [] },
    });
  }
  return { entries, files };
}

const WHAT = { allow: 'allowed', deny: 'refused', approved: 'allowed after an approval' } as const;

async function callProofs(context: AdminContext, { samples }: EvidenceTally): Promise<(File & { call: string; what: string })[]> {
  const proved: (File & { call: string; what: string })[] = [];
  for (const kind of ['approved', 'allow', 'deny'] as const) {
    for (const call of samples[kind]) {
      const proof = await proveCall(context, call);
      if (proof) proved.push({ call, what: WHAT[kind], file: `proofs/call-${proved.length + 1}.json`, proof });
    }
  }
  return proved;
}
