// Gathers the proof of one call: its entries, the policy that decided and the definition in force, as they were, under one checkpoint.
// Reads only. Holds no argument and no result: the entries have their commitments.
import { entryLine } from '../audit/chain.ts';
import { documentDigest } from '../audit/entry.ts';
import type { StoredEntry } from '../audit/port.ts';
import { MAX_PROOF_ENTRIES, PROOF_FORMAT, type Proof } from '../audit/proof.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { AdminContext } from './context.ts';

/** Versions of a policy that are looked through for the one in force. */
export const MAX_VERSIONS = 1000;

type Document = Proof['documents'][number];

/** undefined when the log has no decision of this call. */
export async function proveCall(context: AdminContext, call: string): Promise<Proof | undefined> {
  const { org, logStore, checkpointer } = context;
  const entries = new Map<number, StoredEntry>();
  for await (const entry of logStore.read({ org, callId: call, limit: MAX_PROOF_ENTRIES / 2 })) entries.set(entry.seq, entry);
  const contents = [...entries.values()].map(({ content }) => JSON.parse(content) as JsonObject);
  const decisions = contents.filter(({ type }) => type === 'decision');
  if (decisions.length === 0) return undefined;
  await addApprovals(context, decisions, entries);
  const documents: Document[] = [];
  const add = (found: Found): void => {
    const isKnown = documents.some(
      ({ kind, name, entry }) => kind === found?.document.kind && name === found.document.name && entry === found.entry.seq,
    );
    if (!found || isKnown || entries.size >= MAX_PROOF_ENTRIES) return;
    entries.set(found.entry.seq, found.entry);
    documents.push(found.document);
  };
  for (const decision of decisions) for (const found of [await policyOf(context, decision), await grantOf(context, decision)]) add(found);
  for (const entry of [...entries.values()])
    for (const found of [await passkeyOf(context, entry), await demandOf(context, entry)]) add(found);
  const definitions = await definitionsOf(context, decisions);
  const seqs = [...entries.keys()].sort((a, b) => a - b);
  const last = seqs.at(-1) ?? 0;
  const [latest] = await checkpointer.latest(org);
  const checkpoint = latest && latest.size >= last ? latest : await checkpointer.make(org);
  if (!checkpoint) return undefined;
  const paths = await checkpointer.inclusion(org, seqs, checkpoint.size);
  return {
    format: PROOF_FORMAT,
    version: 1,
    call,
    checkpoint: checkpoint.note,
    keys: await checkpointer.keys(org),
    entries: seqs.map((seq, at) => ({
      line: entryLine(entries.get(seq) as StoredEntry),
      path: (paths[at] ?? []).map((hash) => Buffer.from(hash).toString('hex')),
    })),
    documents,
    definitions,
  };
}

/** Kinds of object whose rules are named after the kind: `role/name/number`. */
const RULE_KINDS: ReadonlySet<string> = new Set(['role', 'risk', 'dlp', 'injection', 'flow']);

/** What happened to the tickets that these decisions name: asked for, voted on, granted, used up. Entries of a ticket are filed under the call that asked. */
async function addApprovals(
  { org, logStore, approvals }: AdminContext,
  decisions: readonly JsonObject[],
  entries: Map<number, StoredEntry>,
) {
  const tickets = new Set(decisions.map(({ approval }) => approval).filter((id) => typeof id === 'string'));
  for (const id of tickets) {
    const ticket = await approvals.find(org, id);
    if (!ticket) continue;
    for await (const entry of logStore.read({ org, callId: ticket.callId })) {
      const content: unknown = JSON.parse(entry.content);
      const isStep = isObject(content) && content.event === 'approval' && content.ticket === id;
      // Looks at the arguments may be many, and bind nothing.
      if (isStep && content.what !== 'read' && entries.size < MAX_PROOF_ENTRIES) entries.set(entry.seq, entry);
    }
  }
  // What the call's own entries hold of tickets that none of its decisions names.
  for (const [seq, { content }] of entries) {
    const { event, ticket, what }: JsonObject = JSON.parse(content);
    if (event === 'approval' && (what === 'read' || !tickets.has(String(ticket)))) entries.delete(seq);
  }
}

type Found = { document: Document; entry: StoredEntry } | undefined;

/** The policy, or the role (`role/name/number`), of the rule that decided. */
async function policyOf(context: AdminContext, { rule, judged }: JsonObject): Promise<Found> {
  const [first = '', second = ''] = String(rule).split('/');
  if (first === 'builtin') return undefined;
  const [kind, name] = RULE_KINDS.has(first) ? [first, second] : ['policy', first];
  return documentOf(context, kind, name, Number(judged));
}

/** The standing grant that a decision names. */
async function grantOf(context: AdminContext, { approval, judged }: JsonObject): Promise<Found> {
  const [first, name] = String(approval).split('/');
  return first === 'grant' && name !== undefined ? documentOf(context, first, name, Number(judged)) : undefined;
}

/** The passkey that a vote was confirmed with, as it was registered then. */
async function passkeyOf(context: AdminContext, { content, header }: StoredEntry): Promise<Found> {
  const { passkey }: JsonObject = JSON.parse(content);
  const { revision }: JsonObject = JSON.parse(header);
  return isObject(passkey) && typeof passkey.name === 'string' ? documentOf(context, 'passkey', passkey.name, Number(revision)) : undefined;
}

/** What the organization asked of approvals when this one was asked for. */
async function demandOf(context: AdminContext, { content }: StoredEntry): Promise<Found> {
  const { event, what, held }: JsonObject = JSON.parse(content);
  const found =
    event === 'approval' && what === 'requested' ? await documentOf(context, 'organization', context.org, Number(held)) : undefined;
  return found?.document.text.includes('"approvers"') ? found : undefined;
}

/** An object as it was at this revision, with the entry that put it in force. */
async function documentOf(context: AdminContext, kind: string, name: string, revision: number): Promise<Found> {
  const versions = await context.versions(kind, name, MAX_VERSIONS);
  const inForce = versions.find((version) => version.revision <= revision);
  if (!inForce?.document) return undefined;
  const entry = await entryOfRevision(context, inForce.revision);
  const text = canonicalJson({ ...inForce.document, revision: undefined });
  const content: unknown = entry && JSON.parse(entry.content);
  const changes = isObject(content) && Array.isArray(content.changes) ? content.changes : [];
  const digest = documentDigest(inForce.document);
  if (!entry || !changes.some((one) => isObject(one) && one.kind === kind && one.name === name && one.digest === digest)) return undefined;
  return { document: { kind, name, entry: entry.seq, text }, entry };
}

/** The object entry that made this control revision: revisions never fall along the log, so it is found by halving. */
async function entryOfRevision({ org, logStore }: AdminContext, revision: number): Promise<StoredEntry | undefined> {
  const read = async (seq: number): Promise<{ entry: StoredEntry; revision: number } | undefined> => {
    for await (const entry of logStore.read({ org, fromSeq: seq, toSeq: seq })) {
      const header: unknown = JSON.parse(entry.header);
      return { entry, revision: isObject(header) ? Number(header.revision) : 0 };
    }
    return undefined;
  };
  let [low, high] = [1, (await logStore.head(org)).seq];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (((await read(middle))?.revision ?? 0) >= revision) high = middle;
    else low = middle + 1;
  }
  const found = await read(low);
  return found?.revision === revision ? found.entry : undefined;
}

async function definitionsOf({ definitions }: AdminContext, decisions: readonly JsonObject[]): Promise<Proof['definitions']> {
  const hashes = new Set(decisions.map(({ definition }) => definition).filter((hash) => typeof hash === 'string'));
  const found: Proof['definitions'] = [];
  for (const hash of hashes) {
    const text = await definitions.text(hash);
    if (text !== undefined) found.push({ hash, text });
  }
  return found;
}
