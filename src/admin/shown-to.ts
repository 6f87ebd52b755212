// An object as a given operator may see it: secrets never, and the plain values in a server's headers and environment only to who may write them.
import type { ServerSpec, StoredObject } from '../object/kinds.ts';
import { redactObject } from '../object/redact.ts';
import { mayAct, type Operator } from './operator.ts';

export const HIDDEN_MARK = '(hidden)';

/** What a viewer or reviewer gets cannot be applied again by them, so a mark in place of a value does no harm. */
export function shownTo(operator: Operator, object: StoredObject): StoredObject {
  if (object.kind !== 'server' || mayAct(operator.role, 'operator')) return redactObject(object);
  const spec = object.spec as ServerSpec;
  return { ...object, spec: { ...spec, ...hidden('env', spec.env), ...hidden('headers', spec.headers) } };
}

function hidden<K extends 'env' | 'headers'>(key: K, values: ServerSpec[K]): Partial<ServerSpec> {
  if (values === undefined) return {};
  return {
    [key]: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? HIDDEN_MARK : value])),
  };
}
