// Inspector: DLP in both directions. Looks at the parts of a message (message-part.ts) with the plan for server, tool, agent and direction, and
// does what its rules say. Findings name types, counts and places; a value never leaves this file except in the message itself.
// What cannot be looked at within the budget is refused unless the operator wants it noted only.
import { createHash } from 'node:crypto';
import type { Finding } from '../call.ts';
import { findingName } from '../detect/dlp/finding-name.ts';
import { maskingPlan } from '../detect/dlp/masking-plan.ts';
import type { Direction, DlpModel, DlpPlan } from '../detect/dlp/model.ts';
import type { Scanned } from '../detect/dlp/scanner.ts';
import type { JsonObject } from '../lib/json.ts';
import { atOnce, stepByStep } from '../lib/turn.ts';
import { apply, type DlpPorts, type Seen } from './apply-ruling.ts';
import { ruleHash } from './asking.ts';
import { deny, type Flight, type Inspector, isApprovable, PASS, type Verdict } from './flight.ts';
import { lookAtListed } from './inspect-listed.ts';
import { answerTo, isPrepared, type MessageOf, paramsOf, partsOf, readingOrder, toldPath } from './message-part.ts';
import { refuseLeftover, reveal, revealAnswer } from './reveal-tokens.ts';

export function dlpInspector(ports: DlpPorts): Inspector {
  return {
    name: 'dlp',
    inspectArguments: (flight) => {
      const model = flight.control.dlp;
      if (flight.call.origin === 'gateway' || !flight.call.params) return PASS;
      return model === undefined ? refuseLeftover(flight, ports.seal) : lookAtParams(flight, model, ports);
    },
    inspectResult: (flight) => {
      const { dlp } = flight.control;
      const { origin, kind, decision } = flight.call;
      if (origin === 'gateway') return PASS;
      const redact = decision?.obligations?.redact;
      const seen = dlp === undefined && redact === undefined ? PASS : lookAtReply(flight, dlp, ports);
      if (kind !== 'reverse') return seen;
      const then = (verdict: Verdict): Verdict => (verdict === PASS ? revealAnswer(flight, dlp, ports) : verdict);
      return seen instanceof Promise ? seen.then(then) : then(seen);
    },
    inspectNotification: (flight, server, method, params) => {
      const model = flight.control.dlp;
      const plan = model?.planFor({ server, tool: toolOf(flight), agent: flight.call.principal?.agent ?? '', direction: 'result' });
      if (model === undefined || plan === undefined || params === undefined) return params;
      const done = look(flight, params, paramsOf(method), plan, model, ports);
      return done instanceof Promise ? done.then((seen) => heard(flight, seen)) : heard(flight, done);
    },
    inspectListed: (flight, server, said) => lookAtListed(flight, server, said, { ...ports, look, note }),
  };
}

function toolOf({ call }: Flight): string | undefined {
  return (call.target?.capability ?? call.parent?.target?.capability)?.name;
}

/** A question of a server goes to the agent; its answer goes to the server. Everything else the other way round. */
function directionOf({ call }: Flight, of: 'params' | 'reply'): Direction {
  return (of === 'params') === (call.kind === 'reverse') ? 'result' : 'arguments';
}

function planOf(flight: Flight, model: DlpModel, direction: Direction): DlpPlan | undefined {
  const { call } = flight;
  const server = call.target?.server ?? call.parent?.target?.server;
  if (server === undefined || !call.principal) return undefined;
  return model.planFor({ server, tool: toolOf(flight), agent: call.principal.agent, direction });
}

function lookAtParams(flight: Flight, model: DlpModel, ports: DlpPorts): Verdict | Promise<Verdict> {
  const { call } = flight;
  const direction = directionOf(flight, 'params');
  const plan = planOf(flight, model, direction);
  const then = (seen: Seen): Verdict => {
    const verdict = judge(flight, seen, call.kind === 'reverse' ? 'question' : 'arguments');
    if (verdict !== PASS) return verdict;
    if (seen.message !== undefined && seen.message !== call.params) setParams(flight, seen.message);
    return direction === 'arguments' ? reveal(flight, model, ports) : PASS;
  };
  if (call.target === undefined && !isApprovable(call.kind)) return lookForAll(flight, model, ports, then);
  if (plan === undefined) return direction === 'arguments' ? reveal(flight, model, ports) : PASS;
  const seen = look(flight, call.params as JsonObject, paramsOf(call.method), plan, model, ports);
  return seen instanceof Promise ? seen.then(then) : then(seen);
}

/** What goes to several servers is what may go to each of them. Mostly there is nothing to read in it. */
async function lookForEach(
  flight: Flight,
  model: DlpModel,
  plans: ReadonlySet<DlpPlan>,
  ports: DlpPorts,
  then: (seen: Seen) => Verdict,
): Promise<Verdict> {
  for (const plan of plans) {
    const verdict = then(await look(flight, flight.call.params as JsonObject, paramsOf(flight.call.method), plan, model, ports));
    if (verdict !== PASS) return verdict;
  }
  return PASS;
}

function lookForAll(flight: Flight, model: DlpModel, ports: DlpPorts, then: (seen: Seen) => Verdict): Verdict | Promise<Verdict> {
  const { call, control } = flight;
  const { principal } = call;
  if (!principal || partsOf(call.params as JsonObject, paramsOf(call.method)).length === 0) return PASS;
  const plans = new Set<DlpPlan>();
  for (const { metadata, spec } of control.view.servers()) {
    if (spec.disabled || !control.policies.mayUse(principal, metadata.name)) continue;
    const plan = model.planFor({ server: metadata.name, tool: undefined, agent: principal.agent, direction: 'arguments' });
    if (plan) plans.add(plan);
  }
  return lookForEach(flight, model, plans, ports, then);
}

function setParams(flight: Flight, params: JsonObject): void {
  flight.call.params = params;
  flight.call.paramsText = undefined;
  flight.sensitiveArguments = true;
}

function lookAtReply(flight: Flight, model: DlpModel | undefined, ports: DlpPorts): Verdict | Promise<Verdict> {
  const { reply, call } = flight;
  if (reply === undefined || reply.type === 'accepted') return PASS;
  const direction = directionOf(flight, 'reply');
  const ruled = model && planOf(flight, model, direction);
  const redact = call.decision?.obligations?.redact;
  const plan = redact === undefined || direction !== 'result' ? ruled : maskingPlan(ruled, redact);
  if (plan === undefined) return PASS;
  const message = reply.type === 'result' ? reply.result : (reply.error as unknown as JsonObject);
  const seen = look(flight, message, answerTo(call, reply), plan, model, ports);
  const then = (found: Seen): Verdict => {
    const verdict = judge(flight, found, 'result');
    if (verdict !== PASS || found.message === undefined || found.message === message) return verdict;
    flight.reply =
      reply.type === 'result'
        ? { ...reply, result: found.message, resultText: undefined }
        : { ...reply, error: { ...reply.error, ...found.message } as typeof reply.error };
    return PASS;
  };
  return seen instanceof Promise ? seen.then(then) : then(seen);
}

function look(
  flight: Flight,
  message: JsonObject,
  of: MessageOf,
  plan: DlpPlan,
  model: DlpModel | undefined,
  ports: DlpPorts,
): Seen | Promise<Seen> {
  const parts = partsOf(message, of);
  if (parts.length === 0) return { message, ruled: [], exceeded: undefined };
  const scanned = ports.scanner.scan(
    parts.map(({ text }) => text),
    plan,
    readingOrder(parts),
  );
  const then = (found: Scanned): Seen | Promise<Seen> => {
    const { onExceed } = plan.budget;
    const isPartly = found !== 'exceeded' && 'partly' in found;
    if (found === 'exceeded' || (isPartly && onExceed === 'block'))
      return { message: onExceed === 'log' ? message : undefined, ruled: [], exceeded: onExceed };
    const all = isPartly ? found.partly : found;
    const exceeded = isPartly ? onExceed : undefined;
    if (all.every((matches) => matches.length === 0)) return { message, ruled: [], exceeded };
    const work = apply(flight, message, parts, all, exceeded, plan, model, ports);
    return isPrepared(message, of) ? stepByStep(work) : atOnce(work);
  };
  return scanned instanceof Promise ? scanned.then(then) : then(scanned);
}

/** Findings into the call, and what they mean for it. */
function judge(flight: Flight, seen: Seen, where: Finding['where']): Verdict {
  if (seen.ruled.length === 0 && seen.exceeded === undefined && seen.message !== undefined) return PASS;
  note(flight, seen, where);
  const what = where === 'result' ? 'answer' : where === 'question' ? 'question' : 'arguments';
  if (seen.exceeded === 'block')
    return deny(
      'blocked_content',
      `The ${what} could not be inspected for sensitive data within the limits of this gateway, so the call is refused. Ask for less at once.`,
      'builtin/dlp-budget',
    );
  const all = seen.ruled.flatMap(({ ruled }) => ruled);
  const held = all.find(({ action }) => action === 'hold');
  const finds = held && where === 'result' ? heldFinds(seen) : '';
  const stop = all.find(({ action }) => action === 'block') ?? (held && isReleased(flight, finds, where) ? undefined : held);
  if (stop !== undefined) {
    const finding = findingName(stop.match);
    if (stop.action === 'hold' && where !== 'result' && isApprovable(flight.call.kind)) return holdCall(flight, stop.rule, finding);
    if (stop.action === 'hold' && where === 'result')
      flight.heldAnswer = { rule: `dlp/${stop.rule}`, reason: `The answer holds ${finding}; a person must release it.`, finds };
    return deny(
      'blocked_content',
      `The ${what} hold${where === 'arguments' ? '' : 's'} ${finding}, which may not pass here.`,
      `dlp/${stop.rule}`,
    );
  }
  if (seen.message === undefined)
    return deny(
      'blocked_content',
      'The answer holds sensitive data that cannot be removed without breaking its output schema.',
      'builtin/dlp-schema',
    );
  return PASS;
}

/** A person let exactly these finds go, under the rules as they still are. INVARIANT: none of another place or rule (test/scenario/withheld-answer.test.ts). */
function isReleased({ released, control }: Flight, finds: string, where: Finding['where']): boolean {
  if (released === undefined || where !== 'result' || released.finds !== finds) return false;
  return ruleHash(control.view, released.rule) === released.ruleHash;
}

function heldFinds({ ruled }: Seen): string {
  const found = createHash('sha256');
  for (const { part, ruled: all } of ruled)
    for (const { match, action, rule } of all)
      if (action === 'hold') found.update(`${JSON.stringify([part.pointer, match.start, match.end, findingName(match), rule])}\n`);
  return found.digest('hex');
}

/** The decision row makes it a hold when rules allow the call at all. */
function holdCall(flight: Flight, rule: string, finding: string): Verdict {
  flight.heldBy ??= { rule: `dlp/${rule}`, reason: `The call carries ${finding}; a person must approve it.` };
  return PASS;
}

function note(flight: Flight, seen: Seen, where: Finding['where']): void {
  const counted = new Map<string, Finding>();
  for (const { part, ruled } of seen.ruled) {
    for (const { match, action } of ruled) {
      const type = findingName(match);
      const path = toldPath(part.path);
      const key = `${type}\n${path}\n${action}`;
      const known = counted.get(key);
      counted.set(key, {
        type,
        where,
        path,
        action,
        count: (known?.count ?? 0) + 1,
        confidence: Math.max(known?.confidence ?? 0, match.confidence),
      });
    }
  }
  if (seen.exceeded !== undefined)
    counted.set('', {
      type: 'dlp.exceeded',
      where,
      path: undefined,
      count: 1,
      confidence: 1,
      action: seen.exceeded === 'log' ? undefined : 'block',
    });
  if (counted.size > 0) flight.call.findings = [...flight.call.findings, ...counted.values()];
  for (const finding of counted.values())
    flight.ports.metrics.finding(finding.type, finding.action ?? 'none', finding.count, flight.control.org);
}

/** A notification that may not pass is left out; there is nobody to refuse it to. */
function heard(flight: Flight, seen: Seen): JsonObject | undefined {
  note(flight, seen, 'result');
  const stopped =
    seen.message === undefined || seen.ruled.some(({ ruled }) => ruled.some(({ action }) => action === 'block' || action === 'hold'));
  return stopped ? undefined : seen.message;
}
