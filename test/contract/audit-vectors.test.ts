// docs/audit-vectors.json: written from the code with fixed inputs, and checked here with another canonicaliser and plain SHA-256,
// so that the document, the code and the vectors cannot drift apart.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { entryLine, GENESIS, linkEntry } from '../../src/audit/chain.ts';
import { NoteSigner, originOf, signCheckpoint } from '../../src/audit/checkpoint.ts';
import { decisionContent, gapContent, objectContent, outcomeContent, signinContent, systemContent } from '../../src/audit/entry.ts';
import { commit } from '../../src/audit/log.ts';
import { BLOCK_LEAVES, CompactTree, inclusionProof, leafHash, rangeRoot, type TreeSource } from '../../src/audit/merkle.ts';
import { assertionProblem, challengeOf } from '../../src/audit/passkey.ts';
import type { Head } from '../../src/audit/port.ts';
import { PROOF_FORMAT, type Proof, verifyProof } from '../../src/audit/proof.ts';
import { verifyLog } from '../../src/audit/verify.ts';
import { approvedContents, decision, linesOf, ticket, vote } from '../support/approved-log.ts';
import { BEN, benVotes, CYD, passkeyContents } from '../support/passkey-log.ts';

const FILE = join(import.meta.dirname, '../../docs/audit-vectors.json');
const timeMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const commitment = commit('{"path":"/notes/été.txt"}', { bytes: (count) => Uint8Array.from({ length: count }, (_, i) => i) });
const decided = {
  timeMs,
  call: 'call_01',
  principal: { agent: 'reader', class: 'batch', token: 'reader-1' },
  surface: 'server/files',
  method: 'tools/call',
  server: 'files',
  tool: 'read "file"\n☃',
  definition: 'd'.repeat(64),
  arguments: commitment.commitment,
  effect: 'allow',
  rule: 'main/reads',
  code: 'allowed',
  judged: 1,
  credential: 'service',
  client: { era: 'modern', version: '2026-07-28' },
  origin: 'agent',
} as const;
const digest = createHash('sha256')
  .update('{"kind":"freeze","metadata":{"name":"stop"},"spec":{"reason":"drill","scope":{"everyone":true}}}')
  .digest('hex');

/** Content and the revision the entry stands at. */
const CONTENTS: readonly [string, number][] = [
  [systemContent({ event: 'start', timeMs, instance: 'gw_1', version: '0.1.0', exclusive: true }), 0],
  [objectContent({ timeMs, author: 'olga', changes: [{ kind: 'agent', name: 'reader', action: 'write', digest: 'a'.repeat(64) }] }), 1],
  [decisionContent(decided), 1],
  [outcomeContent({ timeMs: timeMs + 12, call: 'call_01', decision: 3, status: 'ok', result: 'b'.repeat(64), latencyMs: 12.345 }), 1],
  [objectContent({ timeMs, author: 'olga', action: 'freeze', changes: [{ kind: 'freeze', name: 'stop', action: 'write', digest }] }), 2],
  [decisionContent({ ...decided, call: 'call_02' }), 2],
  [
    decisionContent({
      ...decided,
      call: 'call_02',
      judged: 2,
      effect: 'deny',
      rule: 'builtin/freeze',
      code: 'frozen',
      reason: 'frozen: drill',
    }),
    2,
  ],
  [signinContent({ timeMs, user: 'olga', method: 'operator-token', result: 'ok', role: 'operator' }), 2],
  [objectContent({ timeMs, author: 'olga', changes: [{ kind: 'freeze', name: 'stop', action: 'delete' }] }), 3],
  [decisionContent({ ...decided, call: 'call_03', judged: 3 }), 3],
  [gapContent([{ call: 'call_03', decision: 10 }], timeMs, 'the gateway stopped before the outcome was recorded', 'gw_2')[0] ?? '', 3],
];

function entriesOf(contents: readonly (readonly [string, number])[]) {
  let head: Head = GENESIS;
  return contents.map(([content, revision]) => {
    const entry = linkEntry('acme', head, revision, content);
    head = { seq: entry.seq, hash: entry.hash, revision };
    return entry;
  });
}

const entries = entriesOf(CONTENTS);
const lines = entries.map(entryLine);
/** Tree, checkpoint and proof of the entries above, with a key of a fixed seed. */
function evidence() {
  const leaves = entries.map(({ hash }) => leafHash(hash));
  const source: TreeSource = {
    leaf: (index) => leaves[index] as Uint8Array,
    block: (index) => rangeRoot(source, index * BLOCK_LEAVES, (index + 1) * BLOCK_LEAVES),
  };
  const tree = new CompactTree();
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const roots = [hex(tree.root())];
  for (const leaf of leaves) {
    tree.push(leaf);
    roots.push(hex(tree.root()));
  }
  const signer = new NoteSigner('sallyport/acme', new Uint8Array(32).fill(7));
  const size = entries.length;
  const note = signCheckpoint({ origin: originOf('acme', entries[0]?.hash ?? ''), size, root: tree.root() }, [signer]);
  const proof: Proof = {
    ...{ format: PROOF_FORMAT, version: 1, call: 'call_01', checkpoint: note, keys: [signer.verifierKey] },
    entries: [3, 4].map((seq) => ({ line: lines[seq - 1] ?? '', path: inclusionProof(source, seq - 1, size).map(hex) })),
    documents: [],
    definitions: [],
  };
  const proofText = JSON.stringify(proof);
  expect(verifyProof(proofText, [signer.verifierKey])).toMatchObject({ state: 'sound', entries: [3, 4] });
  return { seed: '07'.repeat(32), key: signer.verifierKey, leaves: leaves.map(hex), roots, note, proof: proofText };
}

/** The text that is hashed, the challenge, and an assertion over it. */
function passkeyVector() {
  const said = { ticket: ticket.id, digest: ticket.digest, by: 'ben', user: 'bob', verdict: 'approve' } as const;
  const text = canonicalize({ v: 1, for: 'sallyport-approval', ...said, nonce: BEN.nonce }) ?? '';
  const challenge = challengeOf(said, BEN.nonce);
  expect(createHash('sha256').update(text).digest('base64url')).toBe(challenge);
  expect(assertionProblem(said, BEN)).toBeUndefined();
  return { text, challenge, evidence: BEN };
}

const approved = approvedContents();
const withPasskeys = passkeyContents();
const others: readonly [string, string[]][] = [
  ['sound, with an approved call', linesOf(approved)],
  ['a call that ran under a grant that another used up', linesOf(approved.with(6, decision('call_other')))],
  ['an approval by who asked', linesOf(approved.with(4, vote('granted', 'cyd', { user: 'ada' })))],
  ['an approval of something else', linesOf(approved.with(3, vote('approved', 'ben', { digest: '0'.repeat(64) })))],
  ['sound, with an approval by passkey', linesOf(withPasskeys, 1)],
  ['an approval without the passkey that it takes', linesOf(withPasskeys.with(3, vote('approved', 'ben', { user: 'bob' })), 1)],
  ["an approval by another user's passkey", linesOf(withPasskeys.with(3, benVotes(CYD)), 1)],
  ['an assertion under another nonce', linesOf(withPasskeys.with(3, benVotes({ ...BEN, nonce: 'c'.repeat(32) })), 1)],
];

const broken: readonly [string, string[]][] = [
  ['one character of a content changed', lines.with(2, (lines[2] ?? '').replace('"main/reads"', '"main/reaDs"'))],
  ['an entry removed', lines.toSpliced(3, 1)],
  ['two entries exchanged', lines.toSpliced(2, 2, lines[3] ?? '', lines[2] ?? '')],
  ['an entry repeated', lines.toSpliced(2, 0, lines[2] ?? '')],
  ['another text for the same values', lines.with(0, (lines[0] ?? '').replace('{"content"', '{ "content"'))],
  [
    'an outcome under a void decision',
    entriesOf([...CONTENTS.slice(0, 6), [outcomeContent({ timeMs, call: 'call_02', decision: 6, status: 'ok', latencyMs: 1 }), 2]]).map(
      entryLine,
    ),
  ],
  [
    'an outcome without a decision',
    entriesOf([[outcomeContent({ timeMs, call: 'call_09', decision: 1, status: 'ok', latencyMs: 1 }), 0]]).map(entryLine),
  ],
  ['a revision raised by a decision', entriesOf([[decisionContent(decided), 1]]).map(entryLine)],
  ['a revision that goes down', entriesOf([...CONTENTS.slice(0, 2), [decisionContent({ ...decided, judged: 0 }), 0]]).map(entryLine)],
];

const OTHER_STATES = ['sound', 'broken', 'broken', 'broken', 'sound', 'broken', 'broken', 'broken'];

describe('audit vectors', () => {
  it('are what the code writes', async () => {
    const logs = [];
    for (const [what, text] of [['sound', lines] as const, ...broken, ...others]) {
      const { state, firstBad } = await verifyLog(text);
      logs.push({ what, state, ...(firstBad && { rule: firstBad.rule, line: firstBad.line }), lines: text });
    }
    const { salted } = commitment;
    const salt = salted.subarray(0, 16);
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const vectors = {
      commitment: { salt: hex(salt), value: '{"path":"/notes/été.txt"}', salted: hex(salted), commitment: commitment.commitment },
      entries: entries.map(({ content, header, hash }) => ({ content, header, hash })),
      logs,
      evidence: evidence(),
      passkey: passkeyVector(),
    };
    expect(logs.map(({ state }) => state)).toEqual(['sound', ...broken.map(() => 'broken'), ...OTHER_STATES]);
    await expect(`${JSON.stringify(vectors, null, 2)}\n`).toMatchFileSnapshot(FILE);
  });

  it('hold for another canonicaliser and plain SHA-256', () => {
    const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
    const vectors = JSON.parse(readFileSync(FILE, 'utf8'));
    expect(sha256(Buffer.from(vectors.commitment.salted, 'hex'))).toBe(vectors.commitment.commitment);
    let prev = '0'.repeat(64);
    for (const [index, { content, header, hash }] of vectors.entries.entries()) {
      expect(canonicalize(JSON.parse(content))).toBe(content);
      expect(canonicalize(JSON.parse(header))).toBe(header);
      expect(JSON.parse(header)).toMatchObject({ content: sha256(content), org: 'acme', prev, seq: index + 1, v: 1 });
      expect(sha256(header)).toBe(hash);
      expect(vectors.logs[0].lines[index]).toBe(canonicalize({ content: JSON.parse(content), hash, header: JSON.parse(header) }));
      prev = hash;
    }
  });
});

describe('docs/audit-format.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/audit-format.md'), 'utf8');

  it('explains every rule, and quotes an entry as it is', () => {
    const rules = readFileSync(join(import.meta.dirname, '../../src/audit/rules.ts'), 'utf8').match(/(?<=^ {2}\| ')[a-z-]+(?=')/gm) ?? [];
    expect(rules.length).toBeGreaterThan(15);
    for (const rule of rules) expect(text).toContain(`| \`${rule}\` |`);
    expect(text).toContain(lines[0]);
    expect(text).toContain(entries[1]?.header);
  });

  it('names every member a decision and an outcome can have', () => {
    for (const content of [
      decisionContent({
        ...decided,
        user: 'u',
        prompt: 'p',
        resource: 'r',
        reason: 'x',
        parent: 'c',
        instance: 'i',
        single: true,
      } as never),
      entries[3]?.content ?? '',
    ]) {
      for (const member of Object.keys(JSON.parse(content))) expect(text).toContain(`\`${member}\``);
    }
  });
});
