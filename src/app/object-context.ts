// What the use cases of objects need, taken from the core. No logic of its own.

import type { FreezeRef } from '../audit/entry.ts';
import type { Config } from '../config.ts';
import type { ObjectContext } from '../object/apply.ts';
import type { FreezeSpec } from '../object/kinds.ts';
import type { ObjectChange } from '../object/plan.ts';
import { secretSealer } from '../vault/vault.ts';
import type { Core } from './core.ts';

export function objectContext(core: Core & { config?: Config }): ObjectContext {
  const { store, clock, vault, log } = core;
  return {
    store: store.objects,
    clock,
    sealer: (org) => secretSealer(vault, org),
    liftApprovals: core.config?.freeze.liftApprovals ?? 1,
    entry: (org, author, timeMs, changes, action) => {
      const real = changes.filter((change) => change.change !== 'unchanged');
      const freezes = real.flatMap(freezeOf);
      return log.entry(org, {
        type: 'object',
        fields: { timeMs, author, action, changes: real.map(entryOf), ...(freezes.length === 0 ? {} : { freezes }) },
      });
    },
  };
}

function freezeOf({ kind, name, after }: ObjectChange): FreezeRef[] {
  if (kind !== 'freeze' || !after) return [];
  const { scope, reason, until, drill } = after.spec as FreezeSpec;
  return [{ name, scope, reason, until, drill }];
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
