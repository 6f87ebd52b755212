// What a verification is to trust, from the command line: checkpoints kept elsewhere, verifier keys, witnesses, time-stamp authorities.
// Reads small files only; what is in them is for the verifier to judge.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnchorTrust, parseWitnessKey } from '../../audit/anchor-check.ts';
import { parseVerifierKey } from '../../audit/checkpoint.ts';
import { MAX_PROOF_UNITS } from '../../audit/proof.ts';
import { readCertificates } from '../../audit/time-stamp.ts';
import { MAX_CHECKPOINTS, type TreeExpectation } from '../../audit/tree-check.ts';
import type { Run } from '../command.ts';
import { usageError } from '../failure.ts';

/** Checkpoints and keys named on the command line; undefined when there are none. */
export async function readTree(run: Run): Promise<TreeExpectation | undefined> {
  const checkpoint = run.options.text('checkpoint');
  const paths = [...(checkpoint === undefined ? [] : [checkpoint]), ...run.options.list('anchor')];
  const keys = readKeys(run);
  const anchors = await readAnchors(run);
  if (paths.length === 0 && (keys.length > 0 || anchors))
    throw usageError('--key, --witness and --tsa-ca need --checkpoint or --anchor, which holds what was signed, or --proof.');
  if (paths.length === 0) return undefined;
  const notes: string[] = [];
  for (const path of paths) for (const file of await filesOf(path)) notes.push(...notesOf(await readSmall(file)));
  return { notes, keys, anchors };
}

export function readKeys(run: Run): readonly string[] {
  const keys = run.options.list('key');
  const wrong = keys.find((key) => !parseVerifierKey(key));
  if (wrong !== undefined) throw usageError(`${JSON.stringify(wrong.slice(0, 200))} is no verifier key; \`sallyport log key\` prints one.`);
  return keys;
}

/** Witnesses and authorities; undefined when none is named. */
export async function readAnchors(run: Run): Promise<AnchorTrust | undefined> {
  const witnesses = run.options.list('witness').map((text) => {
    const key = parseWitnessKey(text);
    if (!key) throw usageError(`${JSON.stringify(text.slice(0, 200))} is no verifier key of a witness (name+id+key, of type 4).`);
    return key;
  });
  const authorities: AnchorTrust['authorities'][number][] = [];
  for (const path of run.options.list('tsaCa')) {
    const certificates = readCertificates(await readSmall(path));
    if (!certificates) throw usageError(`${path} holds no certificate in PEM form that can be read.`);
    authorities.push(...certificates);
  }
  return witnesses.length + authorities.length === 0 ? undefined : { witnesses, authorities };
}

/** A file, or the files of a folder: what was fetched of a bucket. */
async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return [path];
  const names = await readdir(path);
  if (names.length > MAX_CHECKPOINTS) throw usageError(`${path} holds more than ${MAX_CHECKPOINTS} files.`);
  return names.sort().map((name) => join(path, name));
}

/** One note, or a line of JSON with a note for each checkpoint. */
function notesOf(text: string): string[] {
  if (!text.startsWith('{')) return [text];
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(noteOf);
}

/** What is no note is told so by the verifier. */
function noteOf(line: string): string {
  try {
    return String((JSON.parse(line) as { note?: unknown }).note);
  } catch {
    return line;
  }
}

export async function readSmall(path: string): Promise<string> {
  const { size } = await stat(path).catch(() => {
    throw usageError(`There is no file ${path}.`);
  });
  if (size > MAX_PROOF_UNITS) throw usageError(`${path} is larger than ${MAX_PROOF_UNITS} bytes.`);
  return readFile(path, 'utf8');
}
