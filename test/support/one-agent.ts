// One agent that may use everything of one played server, and what it hears while a call of its runs.
import type { StoredObject } from '../../src/object/kinds.ts';
import type { Inspector } from '../../src/pipeline/flight.ts';
import { type Harness, harness } from './pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from './seed.ts';

export const reader = tokenObject('reader', 'reader');

/** `objects`: beside the agent `reader`, its token, the server and the policy that allows all. */
export function oneAgent(server: string, objects: readonly StoredObject[], inspectors: Inspector[]): Promise<Harness> {
  return harness({
    objects: [
      agentObject('reader'),
      reader.object,
      httpServer(server, 'http://127.0.0.1:9/mcp'),
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      ...objects,
    ],
    inspectors,
  });
}

/** An agent's end of a call: hears everything, declines every question. */
export function listener() {
  const heard: unknown[] = [];
  const peer = {
    notify: (_method: string, said: unknown): undefined => void heard.push(said),
    request: async (_method: string, asked: unknown) => {
      heard.push(asked);
      return { result: { action: 'decline' } };
    },
  };
  return { heard, peer };
}
