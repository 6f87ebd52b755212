// The only control flow of the pipeline: for each row that applies, check the signal, time it, run it, act on its verdict.
// A throw is a recorded denial. Nothing is forwarded without a receipt; nothing is answered without the second one.
import type { Call, CallOutcome, Denied, Finding } from '../call.ts';
import { stoppedBy } from '../kill/stopped.ts';
import { GatewayError } from '../lib/error.ts';
import type { Denial, Flight, Ports, Row, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { keepEnding } from './kept-answer.ts';
import { recordDenial } from './record-decision.ts';
import { recordUnfinished } from './record-result.ts';
import { restartLimits, settleLimits } from './settle-limits.ts';
import { rowsOf } from './table.ts';

/** How often one call is judged again because the rules moved under it, before it is refused. */
export const MAX_JUDGEMENTS = 16;

const NO_FINDINGS: readonly Finding[] = Object.freeze([]);

export interface Pipeline {
  /** Never rejects: every failure is an outcome. */
  run(call: Call): Promise<CallOutcome>;
}

export function createPipeline(ports: Ports): Pipeline {
  const pipeline: Pipeline = { run: (call) => runCall(call, ports, pipeline) };
  return pipeline;
}

function runCall(call: Call, ports: Ports, pipeline: Pipeline): Promise<CallOutcome> {
  const flight = takeOff(call, ports, pipeline);
  ports.metrics.callStarted(call.kind);
  return judgeAndForward(flight).then(
    (first) => {
      // Most calls have nothing left to wait for.
      const settled = 'movedTo' in first || flight.used ? undefined : settleLimits(flight, first);
      if ('movedTo' in first || flight.used || settled) return settle(flight, first, settled);
      land(flight, first);
      return first;
    },
    (error: unknown) => {
      land(flight, undefined);
      throw error;
    },
  );
}

/** `settled`: the limits are being settled already. */
async function settle(flight: Flight, first: CallOutcome | Moved, settled: Promise<void> | undefined): Promise<CallOutcome> {
  let outcome: CallOutcome | undefined;
  try {
    const last = 'movedTo' in first ? await judgeAgain(flight, first) : first;
    await (settled ?? settleLimits(flight, last));
    if (flight.used?.grant === undefined && flight.used) await keepEnding(flight, last);
    outcome = last;
    return last;
  } finally {
    land(flight, outcome);
  }
}

/** The end of every call. `outcome`: unless it ended in a bug. */
function land(flight: Flight, outcome: CallOutcome | undefined): void {
  const { call, control, ports } = flight;
  if (outcome) {
    const tookMs = ports.clock.monotonicMs() - call.startedMs;
    ports.metrics.callEnded(call.kind, call.method, outcomeLabel(outcome), tookMs, control.org);
  }
  flight.used?.release?.();
  flight.release?.();
  if (flight.whenAnswered) setImmediate(runAll, flight.whenAnswered);
  void flight.hold?.leavePlaces();
}

/** The rules moved while the call was judged for the first time. */
async function judgeAgain(flight: Flight, first: Moved): Promise<CallOutcome> {
  let { movedTo } = first;
  for (let judgement = 2; judgement <= MAX_JUDGEMENTS; judgement++) {
    try {
      flight.control = await flight.ports.control.atLeast(flight.control.org, movedTo);
    } catch (error) {
      return storeFailed(flight, error);
    }
    restart(flight);
    try {
      if (flight.hold) await restartLimits(flight);
    } catch (error) {
      return storeFailed(flight, error);
    }
    const end = await judgeAndForward(flight);
    if (!('movedTo' in end)) return end;
    movedTo = end.movedTo;
  }
  return denied(flight.call, stale(flight));
}

/** The rules moved to this revision before the decision was durable. */
interface Moved {
  movedTo: number;
}

/** One passage through the table. */
async function judgeAndForward(flight: Flight): Promise<CallOutcome | Moved> {
  const rows = rowsOf(flight.call.kind);
  const { clock, metrics } = flight.ports;
  let beganMs = clock.monotonicMs();
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as Row;
    if (row.idle?.(flight)) continue;
    let verdict: Verdict;
    try {
      const stepped = step(row, flight);
      // Most rows have nothing to wait for, and waiting for nothing costs.
      verdict = stepped instanceof Promise ? await stepped : stepped;
    } catch (error) {
      return crash(row, flight, error);
    }
    const endedMs = clock.monotonicMs();
    metrics.stage(row.name, endedMs - beganMs);
    beganMs = endedMs;
    if (verdict === PASS) continue;
    if (verdict.verdict === 'deny') return refuse(flight, verdict.denial);
    if (verdict.verdict === 'again') return { movedTo: verdict.revision };
    flight.reply = verdict.reply;
    // Answered: nothing between here and the record of the result concerns it.
    while (rows[index + 1] && rows[index + 1]?.name !== 'record-result') index++;
  }
  return flight.reply ?? denied(flight.call, internal(flight.call));
}

function restart(flight: Flight): void {
  const { call, received } = flight;
  call.params = received.params;
  call.paramsText = received.text;
  flight.denial = undefined;
  flight.heldBy = undefined;
  flight.heldAnswer = undefined;
  flight.released = undefined;
  flight.touched = undefined;
  flight.sensitiveArguments = false;
  flight.validateRevealed = false;
  flight.isQuarantined = false;
  flight.reply = undefined;
  call.principal = undefined;
  call.target = undefined;
  call.intent = undefined;
  call.findings = NO_FINDINGS;
  call.risk = undefined;
  call.facts = undefined;
  call.decision = undefined;
  call.receipt = undefined;
}

function step(row: Row, flight: Flight): Verdict | Promise<Verdict> {
  if (flight.signal.aborted && row.name !== 'record-result') throw flight.signal.reason;
  return row.run(flight);
}

/** A denial reached before the decision was recorded is recorded here; one after it ends the call with an outcome entry. */
async function refuse(flight: Flight, denial: Denial): Promise<CallOutcome | Moved> {
  flight.denial = denial;
  try {
    if (flight.call.receipt) await recordUnfinished(flight, denial);
    else {
      // A refusal under rules that moved meanwhile is judged again like an allowance: the newest rules bind both ways.
      const receipt = await recordDenial(flight, denial);
      if (receipt && receipt.org === flight.control.org && receipt.revision !== flight.control.revision)
        return { movedTo: receipt.revision };
    }
  } catch (error) {
    return storeFailed(flight, error);
  }
  return denied(flight.call, denial);
}

async function crash(row: Row, flight: Flight, error: unknown): Promise<CallOutcome | Moved> {
  if (error instanceof GatewayError && STORE_FAILURES.has(error.code)) return storeFailed(flight, error);
  if (flight.signal.aborted) {
    const denial = killed(flight);
    return refuse(flight, denial);
  }
  flight.ports.logger.error({ call: flight.call.id, stage: row.name, err: describe(error) }, 'a stage failed; the call is refused');
  return refuse(flight, internal(flight.call));
}

/** What the store throws when it cannot be reached: nothing can be recorded, and the rules in force cannot be known. */
const STORE_FAILURES: ReadonlySet<string> = new Set(['log_unavailable', 'store_unavailable', 'control_unavailable']);

function storeFailed(flight: Flight, error: unknown): CallOutcome {
  flight.ports.logger.error({ call: flight.call.id, err: describe(error) }, 'the store cannot be reached; the call is refused');
  const message = flight.call.receipt
    ? 'The outcome of this call could not be recorded, so its result is withheld. Ask your operator to check the gateway log store, then find out whether the call took effect before repeating it.'
    : 'The gateway cannot write its log, so nothing is forwarded. Try again later; if it persists, tell your operator.';
  return denied(flight.call, { code: 'log_unavailable', message, rule: undefined, hint: undefined });
}

function killed(flight: Flight): Denial {
  const stopped = stoppedBy(flight.signal.reason);
  if (stopped) return stopped;
  return { code: 'cancelled', message: 'The call was cancelled before it finished.', rule: undefined, hint: undefined };
}

function stale(flight: Flight): Denial {
  return {
    code: 'internal',
    message: `The rules changed ${MAX_JUDGEMENTS} times while call ${flight.call.id} was judged. Try again.`,
    rule: undefined,
    hint: undefined,
  };
}

function internal(call: Call): Denial {
  return {
    code: 'internal',
    message: `The gateway failed on this call and refused it. Tell your operator the call id ${call.id}.`,
    rule: undefined,
    hint: undefined,
  };
}

export function denied(call: Call, denial: Denial): Denied {
  return {
    type: 'denied',
    code: denial.code,
    message: denial.message,
    rule: denial.rule,
    callId: call.id,
    hint: denial.hint,
    rpc: denial.rpc,
    retryAfterMs: denial.retryAfterMs,
    approval: denial.approval,
    answer: denial.answer,
  };
}

function runAll(tasks: readonly (() => void)[]): void {
  for (const task of tasks) task();
}

function takeOff(call: Call, ports: Ports, pipeline: Pipeline): Flight {
  return {
    call,
    ports,
    control: ports.control.any(),
    signal: call.signal,
    abort: (reason) => call.abort(reason),
    received: { params: call.params, text: call.paramsText },
    amounts: undefined,
    heldBy: undefined,
    heldAnswer: undefined,
    released: undefined,
    ticket: undefined,
    used: undefined,
    waitUntilMs: undefined,
    round: undefined,
    heldTask: undefined,
    touched: undefined,
    sensitiveArguments: false,
    validateRevealed: false,
    isQuarantined: false,
    lease: undefined,
    reply: undefined,
    denial: undefined,
    run: (inner) => pipeline.run(inner),
    sealedTaskId: undefined,
    upstreamFailed: false,
    watch: undefined,
    whenAnswered: undefined,
    hold: undefined,
    claimed: undefined,
    forwarded: false,
    answered: false,
    neverSent: false,
    release: undefined,
    parts: undefined,
  };
}

function outcomeLabel(outcome: CallOutcome): string {
  if (outcome.type === 'denied') return `denied_${outcome.code}`;
  if (outcome.type === 'result') return outcome.result.isError === true ? 'tool_error' : 'ok';
  return outcome.type === 'error' ? 'rpc_error' : 'ok';
}

function describe(error: unknown): unknown {
  if (error instanceof GatewayError) return { code: error.code, message: error.message, detail: error.detail, stack: error.stack };
  return error instanceof Error ? { message: error.message, stack: error.stack } : String(error);
}
