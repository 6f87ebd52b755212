// A pipeline for tests of the agent side alone: identifies by a fixed table and answers with what the test wrote. Decides and records nothing.
import { tokenHash } from '../../src/auth/token.ts';
import type { Call, CallOutcome, Principal } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';

export type Script = (call: Call) => CallOutcome | Promise<CallOutcome>;

/** Token hash → agent. */
const AGENTS: Readonly<Record<string, string>> = {
  [tokenHash('sp_alice')]: 'alice',
  [tokenHash('sp_alice2')]: 'alice',
  [tokenHash('sp_bob')]: 'bob',
};

export class ScriptedPipeline {
  /** Every call that was run, oldest first. */
  readonly calls: Call[] = [];
  script: Script;

  constructor(script: Script) {
    this.script = script;
  }

  async run(call: Call): Promise<CallOutcome> {
    this.calls.push(call);
    const agent = call.bearerHash === undefined ? undefined : AGENTS[call.bearerHash];
    if (agent === undefined) return refusal(call, 'unauthenticated', 'This token is not known.');
    call.principal = principalOf(agent);
    if (call.local !== undefined) return call.local(call.signal);
    if (call.kind === 'notification') return { type: 'accepted' };
    if (call.method === 'initialize')
      return result({
        protocolVersion: call.client.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'scripted', version: '1' },
      });
    return this.script(call);
  }

  methods(): string[] {
    return this.calls.map((call) => call.method);
  }
}

export function result(value: JsonObject, era: 'legacy' | 'modern' = 'legacy'): CallOutcome {
  return { type: 'result', era, result: value, resultText: undefined };
}

export function refusal(call: Call, code: (CallOutcome & { type: 'denied' })['code'], message: string): CallOutcome {
  return { type: 'denied', code, message, rule: 'test/rule', callId: call.id, hint: undefined };
}

/** Resolves with a refusal as the pipeline does when the call's signal is aborted; until then it waits. */
export function untilAborted(call: Call): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const end = (): void => resolve(refusal(call, 'cancelled', 'The call was cancelled.'));
    if (call.signal.aborted) end();
    else call.signal.addEventListener('abort', end, { once: true });
  });
}

function principalOf(agent: string): Principal {
  return {
    org: 'default',
    agent,
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: undefined,
    inScope: () => true,
  };
}
