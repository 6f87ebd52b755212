// Shares of agents: counted while calls run, however many other agents come and go meanwhile; who has no call left is forgotten in the end.
import { expect, it } from 'vitest';
import type { Principal } from '../call.ts';
import { InFlight, type InFlightCall, MAX_IDLE_AGENTS } from './inflight.ts';

function callOf(agent: string, org = 'home'): InFlightCall {
  const principal: Principal = {
    ...{ org, agent, agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
    ...{ user: undefined, token: undefined, inScope: () => true },
  };
  return { principal, server: undefined, abort: () => {} };
}

it('remembers at most MAX_IDLE_AGENTS agents without a call, and never forgets a running one', () => {
  const inFlight = new InFlight(4);
  inFlight.register(callOf('busy'));
  const second = inFlight.register(callOf('busy'));
  for (let i = 0; i < MAX_IDLE_AGENTS; i++) inFlight.register(callOf(`agent-${i}`))();
  expect(inFlight.knownAgents).toBe(MAX_IDLE_AGENTS + 1);
  inFlight.register(callOf('one more'))();
  expect(inFlight.knownAgents).toBe(2);
  expect(() => inFlight.register(callOf('busy'))).toThrow('already runs 2 calls');
  inFlight.register(callOf('busy', 'elsewhere'))();
  second();
  second();
  inFlight.register(callOf('busy'));
  expect(() => inFlight.register(callOf('busy'))).toThrow('already runs 2 calls');
});
