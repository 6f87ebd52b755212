// The proof of one call: its entries, the documents in force, a checkpoint and the paths that join them. Checked from the file alone.
// Without a call it is the proof of some entries, whatever they are about.
// A proof shows what happened; that nothing else happened shows only the whole log.
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { parseCheckpoint, parseVerifierKey, type SignedCheckpoint, signedBy } from './checkpoint.ts';
import { type ParsedLine, parseLine } from './line.ts';
import { HASH_BYTES, inclusionHolds, leafHash, MAX_PROOF_HASHES } from './merkle.ts';

export const PROOF_FORMAT = 'sallyport-proof';
/** Most entries and documents of a proof. */
export const MAX_PROOF_ENTRIES = 64;
export const MAX_PROOF_UNITS = 64 * 1024 * 1024;

export interface Proof {
  format: typeof PROOF_FORMAT;
  version: 1;
  /** Absent: it proves entries, not a call. */
  call?: string;
  /** The signed note. */
  checkpoint: string;
  /** Verifier keys of the log, oldest first. Convenience: a reader trusts those it has from elsewhere. */
  keys: string[];
  /** Lines as in an export, and their paths (RFC 9162 §2.1.3) as hexadecimal hashes. */
  entries: { line: string; path: string[] }[];
  /** Canonical texts of object documents, each with the number of the entry that put it in force. */
  documents: { kind: string; name: string; entry: number; text: string }[];
  /** Canonical texts of definitions of tools, prompts, resources. */
  definitions: { hash: string; text: string }[];
}

export interface ProofVerdict {
  state: 'sound' | 'broken' | 'cannot_tell';
  call: string | undefined;
  /** Entries the checkpoint covers. */
  size: number | undefined;
  origin: string | undefined;
  /** Numbers of the entries that were proved. */
  entries: number[];
  documents: string[];
  signedBy: string | undefined;
  reason?: string;
}

/** `keys`: verifier keys that are trusted. Without one everything but the signer is checked, and the verdict is `cannot_tell` at best. */
export function verifyProof(text: string, keys: readonly string[]): ProofVerdict {
  const facts: ProofVerdict = {
    state: 'broken',
    call: undefined,
    size: undefined,
    origin: undefined,
    entries: [],
    documents: [],
    signedBy: undefined,
  };
  const proof = readProof(text);
  if (!proof) return { ...facts, reason: 'it is not a proof of version 1' };
  const checkpoint = parseCheckpoint(proof.checkpoint);
  if (!checkpoint) return { ...facts, call: proof.call, reason: 'its checkpoint is no signed checkpoint' };
  Object.assign(facts, { call: proof.call, size: checkpoint.size, origin: checkpoint.origin });
  const read = readEntries(proof, checkpoint);
  if (typeof read === 'string') return { ...facts, reason: read };
  facts.entries = read.map(({ header }) => header.seq);
  const wrong = (proof.call === undefined ? noEntry(read) : wrongCall(proof.call, read)) ?? wrongDocument(proof, read);
  if (wrong !== undefined) return { ...facts, reason: wrong };
  facts.documents = proof.documents.map(({ kind, name }) => `${kind}/${name}`);
  const trusted = (keys.length > 0 ? keys : proof.keys).map(parseVerifierKey).filter((key) => key !== undefined);
  const signer = signedBy(checkpoint, trusted);
  if (!signer) return { ...facts, reason: 'the checkpoint has no good signature by a key that is trusted' };
  facts.signedBy = signer.text;
  if (keys.length === 0)
    return {
      ...facts,
      state: 'cannot_tell',
      reason: `everything fits together, but whose key this is cannot be told: give --key ${signer.text}`,
    };
  return { ...facts, state: 'sound' };
}

function readEntries({ entries }: Proof, { size, root, origin }: SignedCheckpoint): ParsedLine[] | string {
  const read: ParsedLine[] = [];
  for (const { line, path } of entries) {
    const parsed = parseLine(line);
    if ('rule' in parsed) return `entry ${read.length + 1} of the proof breaks the rule "${parsed.rule}": expected ${parsed.expected}`;
    const { seq, org } = parsed.header;
    if (!origin.startsWith(`sallyport/${org}/`)) return `entry ${seq} belongs to ${org}, the checkpoint to ${origin}`;
    const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
    if (path.length > MAX_PROOF_HASHES || hashes.some((hash, at) => hash.length !== HASH_BYTES || hash.toString('hex') !== path[at]))
      return `the path of entry ${seq} is no list of hashes`;
    if (!inclusionHolds(leafHash(parsed.hash), seq - 1, size, hashes, root)) return `entry ${seq} is not in the tree of the checkpoint`;
    read.push(parsed);
  }
  return read;
}

/** Every decision and outcome is about the call, one decision is there, and an outcome names one that authorised it. */
function wrongCall(call: string, entries: readonly ParsedLine[]): string | undefined {
  const allowed = new Set<number>();
  let decisions = 0;
  for (const { header, content } of entries) {
    if (content.type !== 'decision' && content.type !== 'outcome') continue;
    if (content.call !== call) return `entry ${header.seq} is about another call`;
    if (content.type === 'decision') {
      decisions++;
      if (content.judged === header.revision && content.effect === 'allow') allowed.add(header.seq);
    } else if (!allowed.has(Number(content.decision))) return `the outcome at entry ${header.seq} has no decision here that authorises it`;
  }
  return decisions > 0 ? undefined : `there is no decision about call ${call}`;
}

function noEntry(entries: readonly ParsedLine[]): string | undefined {
  return entries.length > 0 ? undefined : 'there is no entry in it';
}

function wrongDocument({ documents, definitions }: Proof, entries: readonly ParsedLine[]): string | undefined {
  for (const { kind, name, entry, text } of documents) {
    const content = entries.find(({ header }) => header.seq === entry)?.content;
    const changes = content?.type === 'object' && Array.isArray(content.changes) ? content.changes : [];
    const digest = sha256Hex(text);
    const isNamed = changes.some((one) => isObject(one) && one.kind === kind && one.name === name && one.digest === digest);
    if (!isNamed) return `entry ${entry} does not put this text of ${kind}/${name} in force`;
  }
  for (const { hash, text } of definitions) {
    const isNamed = entries.some(({ content }) => content.type === 'decision' && content.definition === hash);
    if (sha256Hex(text) !== hash || !isNamed) return `no decision names the definition ${hash}, or its text is another one`;
  }
  return undefined;
}

function readProof(text: string): Proof | undefined {
  const value = text.length > MAX_PROOF_UNITS ? undefined : parse(text);
  if (!isObject(value) || value.format !== PROOF_FORMAT || value.version !== 1) return undefined;
  const { call, checkpoint, keys, entries, documents, definitions } = value;
  const isRight =
    (call === undefined || typeof call === 'string') &&
    typeof checkpoint === 'string' &&
    isList(keys, (key) => typeof key === 'string') &&
    isList(entries, (one) => hasTexts(one, 'line') && isList(one.path, (hash) => typeof hash === 'string')) &&
    isList(documents, (one) => hasTexts(one, 'kind', 'name', 'text') && typeof one.entry === 'number') &&
    isList(definitions, (one) => hasTexts(one, 'hash', 'text'));
  return isRight ? (value as unknown as Proof) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isList(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= MAX_PROOF_ENTRIES && value.every(holds);
}

function hasTexts(value: unknown, ...names: string[]): value is JsonObject {
  return isObject(value) && names.every((name) => typeof value[name] === 'string');
}
