// Walks over what is sealed beside a log, in the order of the log, and says of each value whose call it belongs to. Reads only, in bounded memory.
import type { LogStore, StoredEntry } from '../audit/port.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import { type CallFacts, factsOfDecision, factsOfTicket, findingTypes } from './facts.ts';
import type { RetentionStore, SealedValue } from './port.ts';

/** Values looked at together. */
const PAGE_VALUES = 200;
/** Decisions remembered for the outcomes that come after them. */
const REMEMBERED_DECISIONS = 20_000;

export interface WalkPorts {
  log: Pick<LogStore, 'read'>;
  store: RetentionStore;
}

/** A value beside an entry. */
export interface SealedOfCall {
  kind: 'value';
  value: SealedValue;
  role: 'arguments' | 'result';
  facts: CallFacts;
  /** Types found in the arguments; of a result, in the result too. */
  findings: readonly string[];
}

/** Sealed arguments of a ticket. */
export interface SealedArguments {
  kind: 'ticket';
  id: string;
  live: boolean;
  facts: CallFacts;
}

/** Values beside entries: whatever belongs to no decision (any more) is passed over, and kept. */
export async function* walkValues({ log, store }: WalkPorts, org: string): AsyncGenerator<SealedOfCall, void, undefined> {
  const decisions = new Lru<number, CallFacts>(REMEMBERED_DECISIONS);
  let afterId = 0;
  while (true) {
    const page = await store.sealedValues(org, afterId, PAGE_VALUES);
    for await (const [value, entry] of withEntries(log, org, page)) {
      const content = contentOf(entry);
      if (content.type === 'decision') {
        const facts = factsOfDecision(content);
        decisions.set(entry.seq, facts);
        yield { kind: 'value', value, role: 'arguments', facts, findings: facts.findings };
      } else if (content.type === 'outcome') {
        const facts = decisions.get(Number(content.decision)) ?? (await decisionAt(log, org, Number(content.decision)));
        if (facts) yield { kind: 'value', value, role: 'result', facts, findings: [...facts.findings, ...findingTypes(content)] };
      }
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE_VALUES) return;
    afterId = last.id;
  }
}

export async function* walkTickets({ store }: WalkPorts, org: string): AsyncGenerator<SealedArguments, void, undefined> {
  let after = '';
  while (true) {
    const page = await store.sealedTickets(org, after, PAGE_VALUES);
    for (const { id, live, text } of page) yield { kind: 'ticket', id, live, facts: factsOfTicket(text) };
    const last = page.at(-1);
    if (!last || page.length < PAGE_VALUES) return;
    after = last.id;
  }
}

/** Each value with its entry: in one reading where they stand close together, else one by one. */
async function* withEntries(
  log: Pick<LogStore, 'read'>,
  org: string,
  page: readonly SealedValue[],
): AsyncGenerator<[SealedValue, StoredEntry], void, undefined> {
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return;
  const bySeq = Map.groupBy(page, ({ seq }) => seq);
  const isDense = last.seq - first.seq <= 4 * page.length;
  const ranges = isDense ? [[first.seq, last.seq] as const] : [...bySeq.keys()].map((seq) => [seq, seq] as const);
  for (const [fromSeq, toSeq] of ranges) {
    for await (const entry of log.read({ org, fromSeq, toSeq })) {
      for (const value of bySeq.get(entry.seq) ?? []) yield [value, entry];
    }
  }
}

async function decisionAt(log: Pick<LogStore, 'read'>, org: string, seq: number): Promise<CallFacts | undefined> {
  for await (const entry of log.read({ org, fromSeq: seq, toSeq: seq })) {
    const content = contentOf(entry);
    if (content.type === 'decision') return factsOfDecision(content);
  }
  return undefined;
}

/**
 * Do calls that this speaks of still run? Their results come later. Reads back to `sinceMs`, before which no running call was decided.
 */
export async function someAreOpen(
  log: Pick<LogStore, 'read'>,
  org: string,
  sinceMs: number,
  isMeant: (facts: CallFacts) => boolean,
): Promise<boolean> {
  const closed = new Set<number>();
  for await (const entry of log.read({ org, reverse: true })) {
    const content = contentOf(entry);
    if (Date.parse(String(content.time)) < sinceMs) return false;
    if (content.type === 'outcome') closed.add(Number(content.decision));
    else if (content.event === 'gap' && Array.isArray(content.calls)) {
      for (const lost of content.calls) if (isObject(lost)) closed.add(Number(lost.decision));
    } else if (content.type === 'decision' && content.effect === 'allow' && content.single !== true) {
      const isVoid = (JSON.parse(entry.header) as { revision?: unknown }).revision !== content.judged;
      if (!isVoid && !closed.has(entry.seq) && isMeant(factsOfDecision(content))) return true;
    }
  }
  return false;
}

function contentOf({ content }: StoredEntry): JsonObject {
  const value: unknown = JSON.parse(content);
  return isObject(value) ? value : {};
}
