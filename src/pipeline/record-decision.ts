// Row: durable append of the decision → receipt and the control revision at that place of the log.
// INVARIANT: an allowed call goes on only when that revision is the one it was judged under; otherwise it is judged again from the top
// (test/property/joining-rule.test.ts). Denials are recorded here as well, whichever row refused.
import type { FindingRef } from '../audit/entry.ts';
import type { AuditDraft } from '../audit/log.ts';
import type { Receipt } from '../audit/port.ts';
import type { Call, Decision, Finding } from '../call.ts';
import type { Denial, Flight, Row, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { recordIncident } from './incident.ts';
import { rememberCall } from './score.ts';
import { watchBeside } from './shadow.ts';
import { toldName } from './told-name.ts';

/**
 * Leaves one entry: there is no answer to wait for, or no server is asked. INVARIANT: every other allowed request ends with an outcome or a gap, whatever
 * became of its answer (test/scenario/every-outcome.test.ts).
 */
export function isSingle({ kind, local }: Call): boolean {
  return kind === 'notification' || (local !== undefined && (kind === 'list' || kind === 'meta'));
}

export const recordDecision: Row = {
  name: 'record-decision',
  run(flight) {
    const { call } = flight;
    const { decision, principal } = call;
    if (!decision || !principal || decision.effect !== 'allow') throw new Error('an undecided call reached record-decision');
    return append(flight, decision, (receipt): Verdict => {
      if (receipt.revision !== decision.revision) return { verdict: 'again', revision: receipt.revision };
      call.receipt = receipt;
      rememberCall(flight, receipt.seq, 'allow');
      tell(flight, decision);
      if (flight.control.policies.shadow) watchBeside(flight, decision);
      return PASS;
    });
  },
};

/** Records a refusal. Anonymous attempts are thinned out so that a stranger cannot fill the log. */
export async function recordDenial(flight: Flight, denial: Denial): Promise<Receipt | undefined> {
  const { call, ports, control } = flight;
  if (denial.code === 'unauthenticated' && !ports.strangers.admit(ports.clock.nowMs())) return undefined;
  if (denial.limit !== undefined && !recordsSingly(flight, denial.limit)) return undefined;
  const made = call.decision?.effect === 'allow' ? undefined : call.decision;
  const effect = denial.code === 'approval_required' ? 'hold' : 'deny';
  const decision: Decision = {
    effect,
    obligations: made?.obligations,
    rule: made?.rule ?? denial.rule ?? `builtin/${denial.code}`,
    code: denial.code,
    reason: denial.message,
    trace: [],
    revision: control.revision,
  };
  const receipt = await append(flight, decision, itself);
  if (receipt.revision !== control.revision) return receipt;
  rememberCall(flight, receipt.seq, effect);
  if (control.policies.shadow) watchBeside(flight, call.decision);
  if (made) tell(flight, made);
  await recordIncident(flight);
  return receipt;
}

/** Calls that come too often are recorded one by one at first, then as a number (limit/flood.ts). */
function recordsSingly({ call, ports, control }: Flight, limit: string): boolean {
  const { agent = '', token } = call.principal ?? {};
  return ports.floods.admit({ org: control.org, agent, token, limit }, ports.clock.nowMs());
}

/** The level a rule asked for, in the process log. */
function tell(flight: Flight, { obligations, effect, rule }: Decision): void {
  const { call, ports } = flight;
  const level = obligations?.log ?? (call.risk?.band === 'log' ? 'warn' : undefined);
  if (level === undefined) return;
  const { principal, target } = call;
  const fields = {
    call: call.id,
    effect,
    rule,
    agent: principal?.agent,
    user: principal?.user,
    server: target?.server,
    capability: toldName(flight, effect),
    ...(level === 'critical' ? { critical: true } : {}),
    ...(obligations?.notify ? { notify: obligations.notify } : {}),
  };
  ports.logger[level === 'critical' ? 'error' : level](fields, 'a rule or a risk profile asked for this call to be told');
}

function append<T>(flight: Flight, decision: Decision, then: (receipt: Receipt) => T): Promise<T> {
  return durably(flight, flight.call.principal?.org ?? flight.control.org, draftOf(flight, decision), then);
}

function itself(receipt: Receipt): Receipt {
  return receipt;
}

/** Appends, measures, and keeps the health of the log visible. Resolves with what `then` makes of the receipt: one promise less for every call. */
export function durably<T>(flight: Flight, org: string, draft: AuditDraft, then: (receipt: Receipt) => T): Promise<T> {
  const { log, metrics, clock } = flight.ports;
  const began = clock.monotonicMs();
  return log.recordThen(
    org,
    draft,
    (receipt) => {
      metrics.append(clock.monotonicMs() - began);
      metrics.logHealthy(true);
      return then(receipt);
    },
    (error) => {
      metrics.logHealthy(false);
      throw error;
    },
  );
}

function draftOf(flight: Flight, decision: Decision): AuditDraft {
  const { call, ports } = flight;
  const { target, principal, surface, client } = call;
  const capability = target?.capability;
  const named = toldName(flight, decision.effect);
  const given = keepable(flight, flight.received.text, 'arguments');
  const kept = given && flight.sensitiveArguments ? { ...given, keep: false } : given;
  return {
    type: 'decision',
    fields: {
      timeMs: ports.clock.nowMs(),
      call: call.id,
      principal: principal && { agent: principal.agent, class: principal.agentClass, token: principal.token, user: principal.user },
      surface: surface.type === 'all' ? 'all' : `server/${surface.server}`,
      method: call.method,
      server: target?.server,
      tool: capability?.kind === 'tool' ? named : undefined,
      prompt: capability?.kind === 'prompt' ? named : undefined,
      resource: capability?.kind === 'resource' ? named : undefined,
      definition: target?.definition?.hash,
      effect: decision.effect,
      rule: decision.rule,
      code: decision.code,
      reason: decision.effect === 'allow' ? undefined : decision.reason,
      judged: decision.revision,
      credential: decision.effect === 'allow' && target && hasCredential(target.spec) ? 'service' : 'none',
      client: { era: client.era, version: client.protocolVersion },
      origin: call.origin,
      parent: call.parent?.id,
      instance: ports.settings.instance,
      single: decision.effect === 'allow' && isSingle(call) ? true : undefined,
      intent: call.intent?.intent,
      category: call.intent?.category,
      findings: findingRefs(call.findings, 'arguments'),
      risk: call.risk && { score: call.risk.score, parts: call.risk.scores },
      snapshot: target?.snapshot,
      approval: decision.effect === 'hold' || flight.used ? flight.ticket : undefined,
      source: flight.control.policies.needsSource ? call.remoteAddress : undefined,
      log: decision.obligations?.log,
      notify: decision.obligations?.notify,
    },
    arguments: kept,
  };
}

/** As they stand in an entry: of the result in the outcome, all others in the decision. */
export function findingRefs(findings: readonly Finding[], of: 'arguments' | 'result'): FindingRef[] | undefined {
  if (findings.length === 0) return undefined;
  return findings
    .filter(({ where }) => (where === 'result') === (of === 'result'))
    .map(({ type, count, path, action }) => ({ type, count, path, action }));
}

/** The text to commit to; kept in full only as the settings say. */
export function keepable(
  flight: Flight,
  text: string | undefined,
  role: 'arguments' | 'result',
): { text: string; keep: boolean } | undefined {
  if (text === undefined) return undefined;
  const { payloads, maxPayloadUnits } = flight.ports.settings;
  const wanted = payloads === 'all' || payloads === role;
  return { text, keep: wanted && text.length <= maxPayloadUnits };
}

function hasCredential(spec: { headers?: unknown; env?: unknown }): boolean {
  return spec.headers !== undefined || spec.env !== undefined;
}
