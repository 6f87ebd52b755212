// The six signals of a call's risk, each 0–100 with why. Pure: what is known about the call and its history goes in, parts come out.
// Evidence names places and counts, never values.
import type { Finding, Intent, IntentVerdict } from '../call.ts';
import { type Amounts, LIST_LENGTH, TEXT_LENGTH } from './amounts.ts';
import type { AgentMemory, History, UseMemory } from './history.ts';

export const SIGNALS = ['intent', 'magnitude', 'sensitivity', 'novelty', 'anomaly', 'target'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What a server or tool is worth protecting, as its owner says. */
export type Sensitivity = 'low' | 'medium' | 'high' | 'critical';

/** Everything the signals look at. */
export interface RiskInput {
  nowMs: number;
  agent: string;
  environment: string | undefined;
  server: string;
  tool: string;
  intent: Pick<IntentVerdict, 'intent'> | undefined;
  findings: readonly Pick<Finding, 'type' | 'count'>[];
  amounts: Amounts;
  serverRisk: Sensitivity | undefined;
  toolRisk: Sensitivity | undefined;
  serverEnvironment: string | undefined;
}

/** `why` is made when somebody asks for it: most calls are let through, and nobody does. */
export interface SignalScore {
  score: number;
  why: () => string;
}

export function judgeSignals(input: RiskInput, history: History, minHistory: number): Record<Signal, SignalScore> {
  const agent = history.agent(input.agent);
  const pair = history.pair(input.agent, input.server, input.tool);
  const tool = history.tool(input.server, input.tool);
  return {
    intent: intentSignal(input),
    magnitude: magnitudeSignal(input.amounts, pair, tool, minHistory),
    sensitivity: sensitivitySignal(input.findings),
    novelty: noveltySignal(input, agent, pair, minHistory),
    anomaly: anomalySignal(input.nowMs, agent, minHistory),
    target: targetSignal(input),
  };
}

const INTENT_SCORE: Record<Intent, number> = { read: 10, write: 40, destructive: 80, exfiltrative: 85 };
/** What a call is taken for that nobody has classified. */
const UNKNOWN_INTENT_SCORE = 40;
/** Places in one call from which on it reaches far. */
const WIDE_LIST = 10;

function intentSignal({ intent, amounts }: RiskInput): SignalScore {
  const base = intent ? INTENT_SCORE[intent.intent] : UNKNOWN_INTENT_SCORE;
  const kind = intent?.intent ?? 'unknown intent';
  const list = amounts.get(LIST_LENGTH) ?? 0;
  if (base <= INTENT_SCORE.read || list < WIDE_LIST) return { score: base, why: () => kind };
  return { score: clamp(base + 5 * Math.log2(list)), why: () => `${kind} on a list of ${list}` };
}

const NO_AMOUNTS: SignalScore = { score: 0, why: () => 'no amounts' };
/** Neither small nor large, because nobody knows what is usual. */
const NO_HISTORY_OF_AMOUNTS: SignalScore = { score: 30, why: () => 'no history of amounts yet' };

function magnitudeSignal(amounts: Amounts, pair: UseMemory | undefined, tool: UseMemory | undefined, minHistory: number): SignalScore {
  let worst: SignalScore | undefined;
  for (const [place, amount] of amounts) {
    const found = magnitudeAt(place, amount, pair, tool, minHistory);
    if (found && (!worst || found.score > worst.score)) worst = found;
  }
  if (worst) return worst;
  return amounts.size === 0 ? NO_AMOUNTS : NO_HISTORY_OF_AMOUNTS;
}

function magnitudeAt(
  place: string,
  amount: number,
  pair: UseMemory | undefined,
  tool: UseMemory | undefined,
  minHistory: number,
): SignalScore | undefined {
  for (const [memory, whose] of [
    [pair, 'this agent'],
    [tool, 'this tool'],
  ] as const) {
    const sketch = memory?.sketches.get(place);
    if (!sketch || sketch.count < minHistory) continue;
    const below = sketch.shareBelow(amount) ?? 0;
    if (amount > sketch.max) {
      const times = sketch.max === 0 ? Number.POSITIVE_INFINITY : amount / sketch.max;
      return { score: clamp(40 + 15 * Math.log2(times)), why: () => `${named(place)} is ${ratio(times)} the largest of ${whose}` };
    }
    const score = below < 0.9 ? 20 * below : 20 + 200 * (below - 0.9);
    return { score: clamp(score), why: () => `${named(place)} is above ${Math.floor(below * 100)} % of those of ${whose}` };
  }
  return undefined;
}

function named(place: string): string {
  if (place === TEXT_LENGTH) return 'the length of the texts';
  return place === LIST_LENGTH ? 'the length of a list' : place;
}

function ratio(times: number): string {
  return Number.isFinite(times) ? `${times >= 10 ? Math.round(times) : Math.round(times * 10) / 10} times` : 'above zero,';
}

/** By the first part of a finding's type. */
const FINDING_SCORE: Readonly<Record<string, number>> = {
  secret: 90,
  financial: 75,
  flow: 70,
  injection: 70,
  poison: 90,
  pii: 55,
  custom: 50,
};
const UNKNOWN_FINDING_SCORE = 50;

const NO_FINDINGS: SignalScore = { score: 0, why: () => 'no findings' };

function sensitivitySignal(findings: RiskInput['findings']): SignalScore {
  let worst = NO_FINDINGS;
  // Type and number alone: what the entry holds, so that a replay scores the same.
  for (const { type, count } of findings) {
    const base = FINDING_SCORE[type.split('.', 1)[0] ?? ''] ?? UNKNOWN_FINDING_SCORE;
    const score = clamp(base + 3 * Math.log2(Math.max(1, count)));
    if (score > worst.score) worst = { score, why: () => `${type} (${count})` };
  }
  return worst;
}

const DAY_MS = 86_400_000;

function noveltySignal({ nowMs }: RiskInput, agent: AgentMemory | undefined, pair: UseMemory | undefined, minHistory: number): SignalScore {
  const calls = pair?.calls ?? 0;
  let score = calls === 0 ? 60 : calls < minHistory / 4 ? 40 : calls < minHistory ? 20 : 0;
  const total = agent?.activity.total ?? 0;
  const isNew = !agent || nowMs - agent.firstMs < DAY_MS;
  if (isNew) score += 20;
  const refused = agent?.refused.lastHour(nowMs) ?? 0;
  const passed = refused >= 5 ? (agent?.activity.lastHour(nowMs) ?? 0) : 0;
  const isRefused = refused >= 5 && refused > passed / 2;
  if (isRefused) score += 25;
  if (total > 0 && total < minHistory) score += 10;
  const why = (): string => {
    const reasons = [calls === 0 ? 'first use of this tool' : `used ${calls} times before`];
    if (isNew) reasons.push('agent known for less than a day');
    if (isRefused) reasons.push(`${refused} of ${refused + passed} calls refused in the last hour`);
    return reasons.join('; ');
  };
  return { score: clamp(score), why };
}

/** Calls a minute that are nothing unusual for any agent. */
const USUAL_PACE = 15;
const NO_HISTORY_OF_TIMES: SignalScore = { score: 20, why: () => 'no history of times yet' };

function anomalySignal(nowMs: number, agent: AgentMemory | undefined, minHistory: number): SignalScore {
  if (!agent || agent.activity.total < minHistory) return NO_HISTORY_OF_TIMES;
  const { activity } = agent;
  const share = activity.shareAround(nowMs) ?? 0;
  const odd = share >= 0.02 ? 0 : 60 * (1 - share / 0.02);
  const lastMinute = activity.lastMinute(nowMs);
  // The pace of the last hour, and never less than what an agent at work does in a minute anyway.
  const usual = lastMinute <= 4 * USUAL_PACE ? USUAL_PACE : Math.max(USUAL_PACE, activity.lastHour(nowMs) / 60);
  const burst = lastMinute <= 4 * usual ? 0 : clamp(20 * Math.log2(lastMinute / usual));
  if (burst >= odd && burst > 0) return { score: burst, why: () => `${lastMinute} calls in the last minute, usually ${Math.round(usual)}` };
  return { score: clamp(odd), why: () => `${(share * 100).toFixed(1)} % of its calls come at this hour of the week` };
}

const TARGET_SCORE: Record<Sensitivity, number> = { low: 10, medium: 35, high: 70, critical: 100 };
const UNKNOWN_TARGET_SCORE = 35;
const PRODUCTION = /^prod(?:uction)?$/;

function targetSignal({ serverRisk, toolRisk, serverEnvironment, environment }: RiskInput): SignalScore {
  const isStated = serverRisk !== undefined || toolRisk !== undefined;
  const isProduction = serverEnvironment !== undefined && PRODUCTION.test(serverEnvironment);
  const isFromElsewhere = isProduction && environment !== undefined && !PRODUCTION.test(environment);
  let score = isStated ? Math.max(scoreOf(serverRisk), scoreOf(toolRisk)) : UNKNOWN_TARGET_SCORE;
  if (isProduction) score += 15;
  if (isFromElsewhere) score += 20;
  const why = (): string => {
    const reasons = [isStated ? `server ${serverRisk ?? 'not stated'}, tool ${toolRisk ?? 'not stated'}` : 'no sensitivity stated'];
    if (isProduction) reasons.push('production');
    if (isFromElsewhere) reasons.push(`agent of environment ${environment}`);
    return reasons.join('; ');
  };
  return { score: clamp(score), why };
}

function scoreOf(risk: Sensitivity | undefined): number {
  return risk === undefined ? 0 : TARGET_SCORE[risk];
}

function clamp(score: number): number {
  if (Number.isNaN(score)) return 100;
  return Math.round(Math.min(100, Math.max(0, score)));
}
