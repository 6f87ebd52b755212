// An object that a route puts together, checked as one from a file is: what its kind refuses is never stored.
import type { Json } from '../lib/json.ts';
import { formatObjectError, type ObjectDraft, parseObjectValue } from '../object/parse.ts';
import { failure } from './route.ts';

export function readDraft(document: { kind: string; metadata: { name: string }; spec: object; revision: number }): ObjectDraft | Response {
  const label = `${document.kind}/${document.metadata.name}`;
  const { objects, errors } = parseObjectValue(document as unknown as Json, label);
  const [first] = objects;
  if (first && errors.length === 0) return first.object;
  const lines = errors.map(formatObjectError);
  return failure(400, 'invalid_objects', lines[0] ?? `${label} is no valid object.`, lines);
}
