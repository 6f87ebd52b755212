// An evidence pack: statements with their entries, proofs of these entries under one checkpoint, and proofs of some calls, as files that stand alone.
// Pure. Never holds an argument or a result.
import type { Proof } from '../audit/proof.ts';
import type { Section } from './facts.ts';
import type { FrameworkName } from './framework.ts';
import { packPage } from './page.ts';

export interface PackedEntry {
  seq: number;
  /** As in an export. */
  line: string;
  /** The file with its proof. */
  file: string;
}

export interface EvidencePack {
  format: 'sallyport-evidence';
  version: 1;
  framework: FrameworkName;
  title: string;
  about: string;
  organization: string;
  from: string;
  to: string;
  madeAt: string;
  /** Statements that are gaps. */
  gaps: number;
  sections: Section[];
  checkpoint: { size: number; note: string };
  /** Verifier keys of the log, oldest first. */
  keys: string[];
  entries: PackedEntry[];
  calls: { call: string; what: string; file: string }[];
}

export interface PackFile {
  /** Relative path: lower-case letters, digits, dash, dot, at most one folder. */
  name: string;
  text: string;
}

/** Names a file of a pack can have. */
export const PACK_FILE_NAME = /^(?:[a-z0-9-]{1,64}\/)?[a-z0-9-]{1,64}\.(?:html|json|txt)$/;

export function packFiles(pack: EvidencePack, proofs: readonly { file: string; proof: Proof }[]): PackFile[] {
  return [
    { name: 'index.html', text: packPage(pack) },
    { name: 'pack.json', text: `${JSON.stringify(pack, null, 2)}\n` },
    { name: 'checkpoint.txt', text: pack.checkpoint.note },
    ...proofs.map(({ file, proof }) => ({ name: file, text: `${JSON.stringify(proof, null, 1)}\n` })),
  ];
}

/** Every gap once, however many sections name it. */
export function countGaps(sections: readonly Section[]): number {
  return new Set(sections.flatMap(({ statements }) => statements.filter(({ kind }) => kind === 'gap'))).size;
}
