// Packing says the same as the jobs it was made from, whatever they hold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RowDraft, WriteReply } from './job.ts';
import { type AppendJob, packAppends, packReceipts, rowOf, unpackAppends, unpackReceipts } from './pack.ts';

/** A row with everything as text. */
function plain({ content, call, payloads }: RowDraft): unknown {
  const text = (value: string | Uint8Array | null): string | null => (value === null ? null : Buffer.from(value).toString('utf8'));
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return [text(content), text(call), payloads.map(({ role, commitment, sealed }) => [role, hexOf(commitment), hexOf(sealed)])];
}

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const draft = fc.record({
  content: fc.tuple(fc.json(), fc.string({ unit: 'binary' })).map(([text, more]) => JSON.stringify({ x: text, more: more.toWellFormed() })),
  callId: fc.option(fc.stringMatching(/^[!-~]{1,40}$/), { nil: undefined }),
  payloads: fc.array(
    fc.record({
      commitment: hex,
      role: fc.constantFrom('arguments' as const, 'result' as const, 'object' as const),
      sealed: fc.uint8Array({ maxLength: 50 }),
    }),
    { maxLength: 3 },
  ),
});
const job: fc.Arbitrary<AppendJob> = fc.record({
  type: fc.constant('append' as const),
  org: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  drafts: fc.array(draft, { minLength: 1, maxLength: 4 }),
});
const reply: fc.Arbitrary<WriteReply> = fc.record({
  value: fc.record({
    type: fc.constant('appended' as const),
    firstSeq: fc.nat(),
    revision: fc.nat(),
    hashes: fc.array(hex, { minLength: 1, maxLength: 4 }),
  }),
});

describe('packed appends', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(job, { maxLength: 6 }), (jobs) => {
        const packed = packAppends(jobs);
        const unpacked = packed && unpackAppends(packed);
        expect(unpacked?.map(({ org, drafts }) => [org, drafts.length])).toEqual(jobs.map(({ org, drafts }) => [org, drafts.length]));
        expect(unpacked?.flatMap(({ drafts }) => drafts.map(plain))).toEqual(jobs.flatMap(({ drafts }) => drafts.map(rowOf).map(plain)));
      }),
    );
  });

  it('are not used for anything else', () => {
    expect(packAppends([{ type: 'health' }])).toBeUndefined();
    expect(packReceipts([{ failure: { code: 'x', message: 'y', detail: undefined } }])).toBeUndefined();
  });

  it('answer the same', () => {
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 6 }), (replies) => {
        expect(unpackReceipts(packReceipts(replies) ?? '')).toEqual(replies);
      }),
    );
  });
});
