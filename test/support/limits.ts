// Limit objects for tests: a spec as a file would have it, with the defaults the schema fills in.
import { kinds, type StoredObject } from '../../src/object/kinds.ts';

export function limitObject(name: string, spec: object): StoredObject<'limit'> {
  return { kind: 'limit', metadata: { name }, spec: kinds.limit.parse(spec) };
}
