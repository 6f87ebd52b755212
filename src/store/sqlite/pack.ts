// Groups of appends on their way to the writer thread: one text and one block of bytes instead of many small objects,
// because cloning objects between threads costs more than writing them. Says the same as the jobs it was made from (pack.test.ts).
import type { EntryDraft, PayloadDraft } from '../../audit/port.ts';
import type { WriteJob, WriteReply } from './job.ts';

export type AppendJob = Extract<WriteJob, { type: 'append' }>;

export interface PackedAppends {
  /** Lines: per job `org TAB drafts`, per draft `call TAB payloads` and the content, per payload `role TAB commitment TAB bytes`. */
  text: string;
  /** Sealed payloads, one after the other. Owned by the receiver. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** undefined when the group holds anything but appends. */
export function packAppends(jobs: readonly WriteJob[]): PackedAppends | undefined {
  let total = 0;
  for (const job of jobs) {
    if (job.type !== 'append') return undefined;
    for (const draft of job.drafts) for (const payload of draft.payloads) total += payload.sealed.byteLength;
  }
  const bytes = new Uint8Array(total);
  let text = '';
  let at = 0;
  for (const job of jobs as readonly AppendJob[]) {
    text += `${job.org}\t${job.drafts.length}\n`;
    for (const { callId, content, payloads } of job.drafts) {
      text += `${callId ?? ''}\t${payloads.length}\n${content}\n`;
      for (const { role, commitment, sealed } of payloads) {
        text += `${role}\t${commitment}\t${sealed.byteLength}\n`;
        bytes.set(sealed, at);
        at += sealed.byteLength;
      }
    }
  }
  return { text, bytes };
}

export function unpackAppends({ text, bytes }: PackedAppends): AppendJob[] {
  const lines = text.split('\n');
  const jobs: AppendJob[] = [];
  let line = 0;
  let at = 0;
  const payloadOf = (): PayloadDraft => {
    const [role = '', commitment = '', size = ''] = (lines[line++] ?? '').split('\t');
    const sealed = bytes.subarray(at, at + Number(size));
    at += Number(size);
    return { role: role as PayloadDraft['role'], commitment, sealed };
  };
  const draftOf = (): EntryDraft => {
    const [callId = '', count = ''] = (lines[line++] ?? '').split('\t');
    const content = lines[line++] ?? '';
    return { callId: callId === '' ? undefined : callId, content, payloads: Array.from({ length: Number(count) }, payloadOf) };
  };
  while (line < lines.length - 1) {
    const [org = '', count = ''] = (lines[line++] ?? '').split('\t');
    jobs.push({ type: 'append', org, drafts: Array.from({ length: Number(count) }, draftOf) });
  }
  return jobs;
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
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [firstSeq = '', revision = '', hashes = ''] = line.split('\t');
      return { value: { type: 'appended', firstSeq: Number(firstSeq), revision: Number(revision), hashes: hashes.split(',') } };
    });
}
