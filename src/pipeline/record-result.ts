// Row: the second receipt. No answer leaves the gateway before its outcome is durable.
// A call that ended otherwise (cancelled, killed, failed) gets its outcome entry here too.
import type { OutcomeStatus } from '../audit/entry.ts';
import type { CallReply } from '../call.ts';
import type { Denial, Flight, Row, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { recordIncident } from './incident.ts';
import { durably, findingRefs, isSingle, keepable } from './record-decision.ts';

export const recordResult: Row = {
  name: 'record-result',
  run(flight): Verdict | Promise<Verdict> {
    const { call, reply } = flight;
    if (!reply) throw new Error('a call without an answer reached record-result');
    if (isSingle(call)) return PASS;
    // Lists are long and asked for often, and what they show is pinned: that one was given out is recorded, its text is not.
    return append(flight, statusOf(reply, flight), call.kind === 'list' ? undefined : resultText(reply));
  },
};

export async function recordUnfinished(flight: Flight, denial: Denial): Promise<void> {
  if (isSingle(flight.call)) return;
  const stopped = denial.code === 'cancelled' || denial.code === 'frozen';
  await append(flight, stopped ? 'cancelled' : flight.answered ? 'withheld' : 'upstream_failed', undefined);
  // An agent that answers a question with a canary touched it as well.
  if (flight.touched) await recordIncident(flight);
}

function append(flight: Flight, status: OutcomeStatus, text: string | undefined): Promise<Verdict> {
  const { call, ports } = flight;
  const receipt = call.receipt;
  if (!receipt) throw new Error('an outcome without a decision');
  const fields = {
    timeMs: ports.clock.nowMs(),
    call: call.id,
    decision: receipt.seq,
    status,
    latencyMs: ports.clock.monotonicMs() - call.startedMs,
    findings: findingRefs(call.findings, 'result'),
  };
  return durably(flight, receipt.org, { type: 'outcome', fields, result: keepable(flight, text, 'result') }, ({ org, seq }): Verdict => {
    ports.histories.passOver(org, seq);
    return PASS;
  });
}

function resultText(reply: CallReply): string | undefined {
  if (reply.type === 'result') return reply.resultText ?? JSON.stringify(reply.result);
  return reply.type === 'error' ? JSON.stringify(reply.error) : undefined;
}

function statusOf(reply: CallReply, flight: Flight): OutcomeStatus {
  if (reply.type === 'accepted') return 'ok';
  if (reply.type === 'error') return flight.upstreamFailed ? 'upstream_failed' : 'rpc_error';
  if (reply.result.resultType === 'input_required') return 'input_required';
  return reply.result.isError === true ? 'tool_error' : 'ok';
}
