// The one place that runs a call, and the set of those that run: a shutdown waits for them or ends them.
// Never lets a failure of the pipeline become an exception towards the client.
import type { Call, CallOutcome } from '../call.ts';
import { Roster } from '../lib/roster.ts';
import type { AgentLogger, PipelinePort } from './agent-context.ts';

export class RunningCalls {
  readonly #pipeline: PipelinePort;
  readonly #logger: AgentLogger;
  readonly #running = new Roster<Call>();
  readonly #waiting: (() => void)[] = [];

  constructor(pipeline: PipelinePort, logger: AgentLogger) {
    this.#pipeline = pipeline;
    this.#logger = logger;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Never rejects. */
  run(call: Call): Promise<CallOutcome> {
    const seat = this.#running.enter(call);
    return this.#pipeline.run(call).then(
      (outcome) => {
        this.#left(seat, call);
        return outcome;
      },
      (error: unknown) => {
        this.#logger.error({ call: call.id, err: error }, 'the pipeline failed');
        this.#left(seat, call);
        return internalFailure(call.id);
      },
    );
  }

  abortAll(reason: CallEnded): void {
    for (const call of this.#running) call.abort(reason);
  }

  /** Ends what would not end by itself. */
  abortStanding(reason: CallEnded): void {
    for (const call of this.#running) if (call.method === 'subscriptions/listen') call.abort(reason);
  }

  /** Resolves when nothing runs, or after `timeoutMs`. */
  whenIdle(timeoutMs: number): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #left(seat: number, call: Call): void {
    this.#running.leave(seat, call);
    if (this.#running.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Why a call's signal was aborted by the agent side. The reason of every `call.signal` is one of these. */
export class CallEnded extends Error {
  readonly code: 'agent_cancelled' | 'agent_gone' | 'session_ended' | 'shutdown';

  constructor(code: CallEnded['code']) {
    super(`call ended: ${code}`);
    this.name = 'AbortError';
    this.code = code;
  }
}

function internalFailure(callId: string): CallOutcome {
  return {
    type: 'denied',
    code: 'internal',
    message:
      'The gateway failed while it handled this call. Nothing can be said about its effect; the operator finds it under the call id.',
    rule: undefined,
    callId,
    hint: undefined,
  };
}
