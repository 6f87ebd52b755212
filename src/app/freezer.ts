// Freezes an agent in the name of the gateway, the way an operator would: an object with its entry, which every gateway follows. Lifting it is an
// operator's business.
import type { Config } from '../config.ts';
import { applyChanges } from '../object/apply.ts';
import type { LiveControl } from '../pipeline/control-source.ts';
import type { Ports } from '../pipeline/flight.ts';
import type { Core } from './core.ts';
import { objectContext } from './object-context.ts';

const AUTHOR = 'gateway';
const MAX_NAME = 63;

export function freezer(core: Core & { config?: Config }, control: Pick<LiveControl, 'atLeast'>): Ports['freezer'] {
  const context = objectContext(core);
  return {
    freezeAgent: async (org, agent, reason) => {
      const name = `touched-${agent}`.slice(0, MAX_NAME).replace(/[^a-z0-9]+$/, '');
      const object = { kind: 'freeze' as const, metadata: { name }, spec: { scope: { agent }, reason } };
      const result = await applyChanges(context, org, (view) => ({ put: view.get('freeze', name) ? [] : [object] }), {
        author: AUTHOR,
        action: 'freeze',
      });
      if (result.type !== 'applied') throw new Error(`freeze/${name}: ${JSON.stringify(result).slice(0, 500)}`);
      await control.atLeast(org, result.revision);
    },
  };
}
