// What the use cases of objects need, taken from the core. No logic of its own.

import type { ObjectContext } from '../object/apply.ts';
import type { ObjectChange } from '../object/plan.ts';
import { secretSealer } from '../vault/vault.ts';
import type { Core } from './core.ts';

export function objectContext(core: Core): ObjectContext {
  const { store, clock, vault, log } = core;
  return {
    store: store.objects,
    clock,
    sealer: (org) => secretSealer(vault, org),
    entry: (org, author, timeMs, changes) =>
      log.entry(org, {
        type: 'object',
        fields: { timeMs, author, changes: changes.filter((change) => change.change !== 'unchanged').map(entryOf) },
      }),
  };
}

function entryOf({ kind, name, change, afterHash }: ObjectChange): {
  kind: string;
  name: string;
  action: 'write' | 'delete';
  digest?: string;
} {
  if (change === 'deleted' || afterHash === undefined) return { kind, name, action: 'delete' };
  return { kind, name, action: 'write', digest: afterHash };
}
