// Inspector: instructions to the model in what servers say: results, resources, prompts, questions, progress and log messages. Findings name types, scores
// and places, never texts. Costs nothing where no object of kind injection speaks of the place.
import type { Finding } from '../call.ts';
import type { InjectionLooker, LookedAt } from '../detect/injection/looker.ts';
import type { InjectionRule } from '../detect/injection/rule.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { atOnce, stepByStep } from '../lib/turn.ts';
import { annotatedError, annotatedNotice, annotatedQuestion, annotatedResult } from './annotate.ts';
import { ruleHash } from './asking.ts';
import { deny, type Flight, type Inspector, PASS, type Verdict } from './flight.ts';
import { answerTo, isPrepared, type MessageOf, type MessagePart, paramsOf, partsOf, readingOrder, toldPath } from './message-part.ts';
import { outputCheck } from './output-check.ts';
import { withPartInSteps } from './part-writer.ts';

export function injectionInspector(looker: InjectionLooker): Inspector {
  return {
    name: 'injection',
    inspectArguments: (flight) =>
      flight.control.injection === undefined || flight.call.kind !== 'reverse' ? PASS : lookAtQuestion(flight, looker),
    inspectResult: (flight) =>
      flight.control.injection === undefined || flight.call.kind === 'reverse' ? PASS : lookAtReply(flight, looker),
    inspectNotification: (flight, server, method, params) => {
      const rule = params === undefined ? undefined : ruleOf(flight, server);
      if (rule === undefined || params === undefined) return params;
      return then(look(params, paramsOf(method), rule, looker), (seen) => {
        note(flight, seen, rule, 'result');
        if (seen.found.length === 0 && !seen.exceeded) return params;
        if (refuses(rule, seen)) return undefined;
        if (rule.action === 'annotate' && seen.found.length > 0) return annotatedNotice(params);
        return rule.action === 'strip' ? seen.stripped : params;
      });
    },
  };
}

/** Waits only where there is something to wait for. */
function then<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** `said`: the server whose word it is; what an agent hears of all servers at once is no word of the target. */
function ruleOf({ control, call }: Flight, said?: string): InjectionRule | undefined {
  const target = call.target ?? call.parent?.target;
  const server = said ?? target?.server;
  if (control.injection === undefined || server === undefined || !call.principal || call.origin === 'gateway') return undefined;
  return control.injection.ruleFor(server, target?.server === server ? target.capability?.name : undefined, call.principal.agent);
}

interface Seen {
  /** Something was found where nothing may be taken out. */
  isStuck: boolean;
  found: readonly { part: MessagePart; type: string; score: number }[];
  stripped: JsonObject;
  exceeded: boolean;
}

function look(message: JsonObject, of: MessageOf, rule: InjectionRule, looker: InjectionLooker): Seen | Promise<Seen> {
  const parts = partsOf(message, of);
  const exceeded: Seen = { isStuck: false, found: [], stripped: message, exceeded: true };
  if (parts.reduce((sum, { text }) => sum + text.length, 0) > rule.budget.maxChars) return exceeded;
  const texts = parts.map(({ text }) => text);
  return then(looker.look(texts, rule.minScore, rule.budget.deadlineMs, readingOrder(parts)), (looked) =>
    looked === 'exceeded' ? exceeded : inSteps(message, of, seenOf(message, parts, looked, rule)),
  );
}

/** A long message is not judged in one go. */
function inSteps<T>(message: JsonObject, of: MessageOf, work: Generator<void, T, void>): T | Promise<T> {
  return isPrepared(message, of) ? stepByStep(work) : atOnce(work);
}

function* seenOf(
  message: JsonObject,
  parts: readonly MessagePart[],
  looked: Exclude<LookedAt, 'exceeded'>,
  rule: InjectionRule,
): Generator<void, Seen, void> {
  const found: { part: MessagePart; type: string; score: number }[] = [];
  let stripped = message;
  let isStuck = false;
  const fresh = new WeakSet<object>();
  for (const [index, part] of parts.entries()) {
    const { found: passages = [], stripped: text } = looked[index] ?? {};
    for (const { type, score } of passages) found.push({ part, type, score });
    if (passages.length > 0 && part.fixed !== undefined) isStuck = true;
    else if (rule.action === 'strip' && text !== undefined) {
      stripped = yield* withPartInSteps(stripped, part, text, fresh);
      yield;
    }
  }
  return { isStuck, found, stripped, exceeded: false };
}

function refuses(rule: InjectionRule, seen: Seen): boolean {
  if (seen.exceeded) return rule.budget.onExceed === 'block';
  return seen.found.length > 0 && (rule.action === 'block' || rule.action === 'hold' || (rule.action === 'strip' && seen.isStuck));
}

function lookAtReply(flight: Flight, looker: InjectionLooker): Verdict | Promise<Verdict> {
  const { reply } = flight;
  const rule = ruleOf(flight);
  if (rule === undefined || reply === undefined || reply.type === 'accepted') return PASS;
  const message = reply.type === 'result' ? reply.result : (reply.error as unknown as JsonObject);
  const of = answerTo(flight.call, reply);
  return then(look(message, of, rule, looker), (seen) => inSteps(message, of, judgeReply(flight, reply, rule, seen)));
}

function* judgeReply(
  flight: Flight,
  reply: Exclude<NonNullable<Flight['reply']>, { type: 'accepted' }>,
  rule: InjectionRule,
  seen: Seen,
): Generator<void, Verdict, void> {
  if (seen.found.length === 0 && !seen.exceeded) return PASS;
  note(flight, seen, rule, 'result');
  if (refuses(rule, seen)) return !seen.exceeded && rule.action === 'hold' ? held(flight, rule, seen) : withheld('answer', rule, seen);
  if (rule.action === 'log' || seen.exceeded) return PASS;
  if (reply.type !== 'result') {
    const error = rule.action === 'strip' ? { ...reply.error, ...seen.stripped } : annotatedError(reply.error);
    flight.reply = { ...reply, error: error as typeof reply.error };
    return PASS;
  }
  const result = rule.action === 'strip' ? seen.stripped : annotatedResult(reply.result);
  if (rule.action === 'strip' && !(yield* stillFits(flight, reply.result, result))) return withheld('answer', rule, seen);
  flight.reply = { ...reply, result, resultText: undefined };
  return PASS;
}

/** A person may release exactly this, under the rules as they are. Where there can be no ticket, it stays withheld. */
function held(flight: Flight, rule: InjectionRule, seen: Seen): Verdict {
  const finds = sha256Hex(JSON.stringify(seen.found.map(({ part, type, score }) => [part.pointer, type, score, rule.rule])));
  const { released, control } = flight;
  const name = `injection/${rule.rule}`;
  if (released?.finds === finds && released.rule === name && ruleHash(control.view, name) === released.ruleHash) return PASS;
  const reason = 'The answer holds text that reads like instructions to the model; a person must release it.';
  flight.heldAnswer = { rule: name, reason, finds };
  return withheld('answer', rule, seen);
}

/** A question of a server goes to the agent: nothing was asked yet, so a person may still decide. */
function lookAtQuestion(flight: Flight, looker: InjectionLooker): Verdict | Promise<Verdict> {
  const { call } = flight;
  const rule = ruleOf(flight);
  if (rule === undefined || !call.params) return PASS;
  return then(look(call.params, paramsOf(call.method), rule, looker), (seen) => judgeQuestion(flight, rule, seen));
}

function judgeQuestion(flight: Flight, rule: InjectionRule, seen: Seen): Verdict {
  const { call } = flight;
  if (seen.found.length === 0 && !seen.exceeded) return PASS;
  note(flight, seen, rule, 'question');
  if (!seen.exceeded && rule.action === 'hold') {
    flight.heldBy ??= {
      rule: `injection/${rule.rule}`,
      reason: 'The question holds text that reads like instructions to the model; a person must approve it.',
    };
    return PASS;
  }
  if (refuses(rule, seen)) return withheld('question', rule, seen);
  const isAnnotated = rule.action === 'annotate' && seen.found.length > 0;
  if (isAnnotated || rule.action === 'strip') {
    call.params = isAnnotated ? annotatedQuestion(call.params as JsonObject) : seen.stripped;
    call.paramsText = undefined;
  }
  return PASS;
}

function withheld(what: string, rule: InjectionRule, seen: Seen): Verdict {
  return seen.exceeded
    ? deny(
        'blocked_content',
        `The ${what} is longer than this gateway looks at for injected instructions, so it is withheld. Ask for less at once.`,
        'builtin/injection-budget',
      )
    : deny(
        'blocked_content',
        `The ${what} of the server holds text that reads like instructions to the model, and is withheld.`,
        `injection/${rule.rule}`,
      );
}

/** INVARIANT: structured content that fitted its output schema fits it when passages were taken out, or the answer is withheld (injection.test.ts). */
function* stillFits(flight: Flight, before: JsonObject, after: JsonObject): Generator<void, boolean, void> {
  if (after.structuredContent === before.structuredContent) return true;
  const check = outputCheck(flight, before.structuredContent as Json);
  if (check === undefined) return true;
  yield;
  return check(after.structuredContent as Json).length === 0;
}

function note(flight: Flight, seen: Seen, rule: InjectionRule, where: Finding['where']): void {
  const counted = new Map<string, Finding>();
  for (const { part, type, score } of seen.found) {
    const path = toldPath(part.path);
    const key = `${type}\n${path}`;
    const known = counted.get(key);
    const confidence = Math.round(Math.max(known?.confidence ?? 0, score) * 100) / 100;
    counted.set(key, { type, where, path, count: (known?.count ?? 0) + 1, confidence, action: rule.action });
  }
  if (seen.exceeded)
    counted.set('', {
      type: 'injection.exceeded',
      where,
      path: undefined,
      count: 1,
      confidence: 1,
      action: rule.budget.onExceed === 'block' ? 'block' : undefined,
    });
  if (counted.size === 0) return;
  flight.call.findings = [...flight.call.findings, ...counted.values()];
  const { metrics } = flight.ports;
  for (const { type, action, count } of counted.values()) metrics.finding(type, action ?? 'none', count, flight.control.org);
}
