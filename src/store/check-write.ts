// What every driver checks before a write reaches a database, and the shape in which documents are stored.
import { ORGANIZATION_NAME } from '../audit/chain.ts';
import type { EntryDraft, Receipt } from '../audit/port.ts';
import { GatewayError } from '../lib/error.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { ObjectWrite } from '../object/port.ts';
import { type OnFailure, refused } from './group-queue.ts';

/** Objects in one write. */
export const MAX_WRITES = 20_000;

/** Throws GatewayError `invalid_organization`. */
export function checkOrganization(org: string): void {
  if (ORGANIZATION_NAME.test(org)) return;
  throw new GatewayError(
    'invalid_organization',
    `"${org.slice(0, 80)}" cannot name an organization: use 1–63 lower-case letters, digits and dashes, with a letter or digit at both ends.`,
  );
}

/** Throws GatewayError `invalid_write` when the writes cannot be one change. */
export function checkWrites(writes: readonly ObjectWrite[]): void {
  if (writes.length > MAX_WRITES)
    throw new GatewayError('invalid_write', `One change may hold ${MAX_WRITES} objects, this one holds ${writes.length}. Split it.`);
  const seen = new Set<string>();
  for (const { kind, name } of writes) {
    const key = `${kind}/${name}`;
    if (seen.has(key)) throw new GatewayError('invalid_write', `${key} appears twice in one change.`);
    seen.add(key);
  }
}

/** GatewayError `invalid_entry` when one of the drafts is such that no driver could store it as it is. */
function invalidDraft(drafts: readonly EntryDraft[]): GatewayError | undefined {
  for (const { content, callId, payloads } of drafts) {
    if (!content.startsWith('{') || content.includes('\n')) return invalidEntry('its content is not RFC 8785 text of an object');
    if (callId !== undefined && !/^[\x21-\x7e]{1,200}$/.test(callId))
      return invalidEntry('its call id is not 1–200 printable ASCII characters');
    for (const { commitment } of payloads)
      if (!/^[0-9a-f]{64}$/.test(commitment)) return invalidEntry('a commitment is not 64 hex characters');
  }
  return undefined;
}

/** What becomes of an append that needs no commit: of nothing at all, or of what no driver could store. */
export function settledAppend<T>(
  drafts: readonly EntryDraft[],
  then: (receipts: readonly Receipt[]) => T,
  failed: OnFailure<T> | undefined,
): Promise<T> | undefined {
  if (drafts.length === 0) return Promise.resolve(then([]));
  const invalid = invalidDraft(drafts);
  return invalid && refused(invalid, failed);
}

/** What appends resolve with unless asked for something else. */
export function asTheyAre<T>(receipts: readonly Receipt[]): T {
  return receipts as T;
}

/** Throws GatewayError `invalid_entry`. */
export function checkDraft(draft: EntryDraft): void {
  const invalid = invalidDraft([draft]);
  if (invalid) throw invalid;
}

function invalidEntry(why: string): GatewayError {
  return new GatewayError('invalid_entry', `An entry cannot be appended: ${why}.`);
}

/** Document text as stored: without `revision`, which the store assigns. */
export function documentText(document: StoredObject): string {
  return JSON.stringify({ ...document, revision: undefined });
}

/** The inverse of `documentText`. */
export function parseDocument(text: string, revision: number): StoredObject {
  return { ...(JSON.parse(text) as StoredObject), revision };
}

/** Roughly what drafts take in memory while they wait. */
export function draftBytes(drafts: readonly EntryDraft[]): number {
  let bytes = 0;
  for (const { content, payloads } of drafts) {
    bytes += content.length;
    for (const { sealed } of payloads) bytes += sealed.byteLength;
  }
  return bytes;
}

/** Sequence numbers joined by commas. */
export function readNumbers(text: string): number[] {
  return text === '' ? [] : text.split(',').map(Number).filter(Number.isSafeInteger);
}
