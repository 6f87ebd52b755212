// Objects as YAML text, one document each, in a stable order. The text parses back to the same objects.
import { stringify } from 'yaml';
import { kindNames, type StoredObject } from './kinds.ts';
import { redactObject } from './redact.ts';

/** One document without separator; `revision` is written only when asked for. */
export function objectText(object: StoredObject, options: { revision?: boolean } = {}): string {
  const { kind, metadata, spec, revision } = object;
  const ordered = { kind, metadata, spec, ...(options.revision && revision !== undefined ? { revision } : {}) };
  return stringify(ordered, { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Multi-document YAML of all given objects, by kind then name.
 * Secrets appear as `(sealed)` unless `withSecrets`, which writes the envelopes (useless without the same keys).
 */
export function exportObjects(objects: Iterable<StoredObject>, options: { withSecrets?: boolean; revision?: boolean } = {}): string {
  const sorted = [...objects].sort(byKindAndName);
  const texts = sorted.map((object) => objectText(options.withSecrets ? object : redactObject(object), options));
  return texts.join('---\n');
}

export function byKindAndName(a: StoredObject, b: StoredObject): number {
  return kindNames.indexOf(a.kind) - kindNames.indexOf(b.kind) || (a.metadata.name < b.metadata.name ? -1 : 1);
}
