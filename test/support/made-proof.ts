// The proof of a call over a log that a test made: every entry of it, under a checkpoint by a key of a fixed seed.
import { NoteSigner, originOf, signCheckpoint } from '../../src/audit/checkpoint.ts';
import { parseLine } from '../../src/audit/line.ts';
import { CompactTree, inclusionProof, leafHash, rangeRoot, type TreeSource } from '../../src/audit/merkle.ts';
import { PROOF_FORMAT, type Proof } from '../../src/audit/proof.ts';
import { ORG } from './approved-log.ts';

export function madeProof(lines: readonly string[], call: string, documents: Proof['documents'] = []): { text: string; key: string } {
  const hashes = lines.map((line) => {
    const parsed = parseLine(line);
    if ('rule' in parsed) throw new Error(`${parsed.rule}: ${parsed.expected}`);
    return parsed.hash;
  });
  const leaves = hashes.map(leafHash);
  const source: TreeSource = {
    leaf: (index) => leaves[index] as Uint8Array,
    block: (index) => rangeRoot(source, index * 256, (index + 1) * 256),
  };
  const tree = new CompactTree();
  for (const leaf of leaves) tree.push(leaf);
  const signer = new NoteSigner(`sallyport/${ORG}`, new Uint8Array(32).fill(7));
  const size = lines.length;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const checkpoint = signCheckpoint({ origin: originOf(ORG, hashes[0] ?? ''), size, root: tree.root() }, [signer]);
  const entries = lines.map((line, index) => ({ line, path: inclusionProof(source, index, size).map(hex) }));
  const proof: Proof = {
    format: PROOF_FORMAT,
    version: 1,
    call,
    checkpoint,
    keys: [signer.verifierKey],
    entries,
    documents,
    definitions: [],
  };
  return { text: JSON.stringify(proof), key: signer.verifierKey };
}
