// The chain: header text, entry hash, and the line an entry takes in an export. Byte-exact; docs/audit-format.md is the normative text.
// Never change what these functions write for version 1: every log ever written depends on it.
import { sha256Hex } from '../lib/digest.ts';
import type { Head, StoredEntry } from './port.ts';

/** `prev` of the first entry of an organization. */
export const GENESIS_HASH = '0'.repeat(64);

/** Head of an empty log. */
export const GENESIS: Readonly<Head> = { seq: 0, hash: GENESIS_HASH, revision: 0 };

export const FORMAT_VERSION = 1;

/** Names an organization may take: they stand in every header, in paths and in URLs. */
export const ORGANIZATION_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Links one content text to the head: the entry that follows `head` at `revision`. The content must be RFC 8785 text already. */
export function linkEntry(org: string, head: Head, revision: number, content: string): StoredEntry {
  return { ...linkContent(org, head, revision, sha256Hex(content)), content };
}

/** The same for a content that is known by its hash. */
export function linkContent(org: string, head: Head, revision: number, contentHash: string): Omit<StoredEntry, 'content'> {
  const seq = head.seq + 1;
  const header = headerText(contentHash, org, head.hash, revision, seq);
  return { seq, hash: sha256Hex(header), header };
}

/** RFC 8785 text of a header. `org` matches ORGANIZATION_NAME, so it needs no escaping. */
export function headerText(contentHash: string, org: string, prev: string, revision: number, seq: number): string {
  return `{"content":"${contentHash}","org":"${org}","prev":"${prev}","revision":${revision},"seq":${seq},"v":${FORMAT_VERSION}}`;
}

/** The line of an entry in a JSONL export, without the newline; itself RFC 8785 text. */
export function entryLine(entry: StoredEntry): string {
  return `{"content":${entry.content},"hash":"${entry.hash}","header":${entry.header}}`;
}
