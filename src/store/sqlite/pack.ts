// Groups of appends on their way to the writer thread: one block of bytes instead of many small objects, because cloning objects between threads
// costs more than writing them; and texts as the bytes they are stored as. Says the same as the jobs it was made from (pack.test.ts).
import type { EntryDraft, PayloadDraft } from '../../audit/port.ts';
import type { RowAppend, RowDraft, RowPayload, WriteJob, WriteReply } from './job.ts';

export type AppendJob = Extract<WriteJob, { type: 'append' }>;

export interface PackedAppends {
  /** Names of the organizations, each once. */
  orgs: string[];
  /**
   * `words` numbers of 32 bits, then bytes. Numbers: per job organization and drafts; per draft bytes of the content, bytes of the call id,
   * payloads; per payload role and bytes. Bytes: per draft content and call id in UTF-8; per payload commitment and what is sealed. Owned by
   * the receiver.
   */
  bytes: ArrayBuffer;
  words: number;
}

const ROLES: readonly PayloadDraft['role'][] = ['arguments', 'result', 'object'];
const WORD_BYTES = 4;
const COMMITMENT_BYTES = 32;
/** UTF-8 bytes of one UTF-16 code unit at most. */
const MAX_UNIT_BYTES = 3;

/** undefined when the group holds anything but appends. */
export function packAppends(jobs: readonly WriteJob[]): PackedAppends | undefined {
  const size = sizeOf(jobs);
  if (!size) return undefined;
  const bytes = Buffer.allocUnsafeSlow(size.words * WORD_BYTES + size.bytes);
  const words = new Uint32Array(bytes.buffer, 0, size.words);
  const orgs: string[] = [];
  let word = 0;
  let at = size.words * WORD_BYTES;
  for (const { org, drafts } of jobs as readonly AppendJob[]) {
    let place = orgs.indexOf(org);
    if (place < 0) place = orgs.push(org) - 1;
    words[word++] = place;
    words[word++] = drafts.length;
    for (const { callId, content, payloads } of drafts) {
      const contentBytes = bytes.write(content, at, 'utf8');
      at += contentBytes;
      const callBytes = callId === undefined ? 0 : bytes.write(callId, at, 'latin1');
      at += callBytes;
      words[word++] = contentBytes;
      words[word++] = callBytes;
      words[word++] = payloads.length;
      for (const { role, commitment, sealed } of payloads) {
        words[word++] = ROLES.indexOf(role);
        words[word++] = sealed.byteLength;
        at += bytes.write(commitment, at, 'hex');
        bytes.set(sealed, at);
        at += sealed.byteLength;
      }
    }
  }
  return { orgs, bytes: bytes.buffer, words: size.words };
}

function sizeOf(jobs: readonly WriteJob[]): { words: number; bytes: number } | undefined {
  let words = 0;
  let bytes = 0;
  for (const job of jobs) {
    if (job.type !== 'append') return undefined;
    words += 2 + 3 * job.drafts.length;
    for (const { content, callId, payloads } of job.drafts) {
      words += 2 * payloads.length;
      bytes += MAX_UNIT_BYTES * content.length + (callId?.length ?? 0) + COMMITMENT_BYTES * payloads.length;
      for (const { sealed } of payloads) bytes += sealed.byteLength;
    }
  }
  return { words, bytes };
}

export function unpackAppends({ orgs, bytes, words }: PackedAppends): RowAppend[] {
  const numbers = new Uint32Array(bytes, 0, words);
  const jobs: RowAppend[] = [];
  let word = 0;
  let at = words * WORD_BYTES;
  const take = (length: number): Uint8Array => {
    at += length;
    return new Uint8Array(bytes, at - length, length);
  };
  const next = (): number => numbers[word++] as number;
  const draftOf = (): RowDraft => {
    const contentBytes = next();
    const callBytes = next();
    const count = next();
    const content = take(contentBytes);
    const call = callBytes === 0 ? null : take(callBytes);
    const payloads: RowPayload[] = [];
    for (let n = 0; n < count; n++) {
      const role = ROLES[next()] as PayloadDraft['role'];
      const length = next();
      payloads.push({ role, commitment: take(COMMITMENT_BYTES), sealed: take(length) });
    }
    return { content, call, payloads };
  };
  while (word < words) {
    const org = orgs[next()] as string;
    const drafts: RowDraft[] = [];
    for (let left = next(); left > 0; left--) drafts.push(draftOf());
    jobs.push({ type: 'append', org, drafts });
  }
  return jobs;
}

/** A draft as the writer takes it, without packing. */
export function rowOf({ content, callId, payloads }: EntryDraft): RowDraft {
  return {
    content,
    call: callId ?? null,
    payloads: payloads.map(({ role, commitment, sealed }) => ({ role, commitment: Buffer.from(commitment, 'hex'), sealed })),
  };
}

/** Answers to a group of appends as one text; undefined when one of them is a failure. */
export function packReceipts(replies: readonly WriteReply[]): string | undefined {
  let text = '';
  for (const reply of replies) {
    if (!('value' in reply) || reply.value.type !== 'appended') return undefined;
    text += `${reply.value.firstSeq}\t${reply.value.revision}\t${reply.value.hashes.join(',')}\n`;
  }
  return text;
}

export function unpackReceipts(text: string): WriteReply[] {
  const replies: WriteReply[] = [];
  for (let at = 0; at < text.length; ) {
    const first = text.indexOf('\t', at);
    const second = text.indexOf('\t', first + 1);
    const end = text.indexOf('\n', second);
    const hashes = text.slice(second + 1, end).split(',');
    replies.push({
      value: { type: 'appended', firstSeq: Number(text.slice(at, first)), revision: Number(text.slice(first + 1, second)), hashes },
    });
    at = end + 1;
  }
  return replies;
}
