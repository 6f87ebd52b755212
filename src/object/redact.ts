// The form in which objects leave the gateway: secrets lose their envelope. Everything that prints or sends an object goes through here.
import type { Kind, StoredObject } from './kinds.ts';
import { SEALED_MARK } from './secret-draft.ts';

/** The object with a secret's envelope replaced by a mark; any other kind as it is. */
export function redactObject<K extends Kind>(object: StoredObject<K>): StoredObject<K> {
  if (object.kind !== 'secret') return object;
  return { ...object, spec: { ...object.spec, sealed: SEALED_MARK } as StoredObject<K>['spec'] };
}
