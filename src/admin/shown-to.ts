// An object as a given operator may see it: secrets never, and the plain values in headers and environment of a server or a forward only to who may
// write them.
import type { ServerSpec, StoredObject } from '../object/kinds.ts';
import { redactObject } from '../object/redact.ts';
import { mayAct, type Operator } from './operator.ts';

export const HIDDEN_MARK = '(hidden)';

/** What a viewer or reviewer gets cannot be applied again by them, so a mark in place of a value does no harm. */
export function shownTo(operator: Operator, object: StoredObject): StoredObject {
  if (mayAct(operator.role, 'operator')) return redactObject(object);
  if (object.kind === 'forward') return forwardShown(object as StoredObject<'forward'>);
  if (object.kind !== 'server') return redactObject(object);
  const spec = object.spec as ServerSpec;
  return { ...object, spec: { ...spec, ...hidden('env', spec.env), ...hidden('headers', spec.headers) } };
}

function forwardShown(object: StoredObject<'forward'>): StoredObject {
  const { target } = object.spec;
  if (!('headers' in target) || target.headers === undefined) return object;
  return { ...object, spec: { ...object.spec, target: { ...target, headers: hiddenValues(target.headers) } } };
}

function hidden<K extends 'env' | 'headers'>(key: K, values: ServerSpec[K]): Partial<ServerSpec> {
  return values === undefined ? {} : { [key]: hiddenValues(values) };
}

function hiddenValues<T extends object>(values: Record<string, string | T>): Record<string, string | T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? HIDDEN_MARK : value]));
}
