// A call that was not made, as a request that can be decided: what a person gives, and what is known of the agent, the tool and the time besides.
// What is given counts; nothing that is not known is made up.

import { callerOf } from '../auth/principal-index.ts';
import type { Evidence, IntentVerdict, RiskScore } from '../call.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { type GivenCall, givenCall } from '../object/kind/policy-case.ts';
import { check } from '../object/parse.ts';
import type { ControlView } from '../object/snapshot.ts';
import { readSource } from '../object/yaml-source.ts';
import { inputOf } from '../policy/case.ts';
import type { DecideInput } from '../policy/decide-input.ts';
import { amountsOf } from '../risk/amounts.ts';
import { factsOf } from '../risk/facts.ts';
import { compileRisk } from '../risk/model.ts';
import type { AdminContext } from './context.ts';

export interface WhatIf {
  input: DecideInput;
  risk: RiskScore | undefined;
  /** Of the class that the gateway gave the call; undefined where the person did. */
  evidence: readonly Evidence[] | undefined;
  missing: string[];
}

/** A text: why it is no call. */
export function readGiven(text: string, fileName: string): GivenCall | string {
  const { documents, problems } = readSource(text);
  const [problem] = problems;
  if (problem) return `${fileName}:${problem.line}:${problem.column}: ${problem.message}`;
  const [document] = documents;
  if (!document || documents.length > 1) return `${fileName} must hold one call, with members such as agent, server, tool and args.`;
  const { value } = document;
  const isCase = isObject(value) && isObject(value.given);
  const wrong: string[] = [];
  const read = check(givenCall, isCase ? (value.given as Json) : value, isCase ? ['given'] : [], document, (at, message) =>
    wrong.push(`${fileName}:${at.line}:${at.column}: ${message}`),
  );
  return (read as GivenCall | undefined) ?? wrong[0] ?? `${fileName} holds no call.`;
}

export function whatIf(context: AdminContext, view: ControlView, given: GivenCall): WhatIf {
  const agent = view.agent(given.agent);
  const caller = callerOf(view.all(), context.org, given.agent, given.user);
  const missing: string[] = [];
  if (!agent) missing.push(`there is no agent "${given.agent}": only what is given is known of it`);
  const stated = given.server === undefined ? [] : context.definitions.stated(given.server);
  const definition = given.definition ?? stated.find(({ kind, name }) => kind === 'tool' && name === given.tool)?.value;
  if (given.tool !== undefined && !definition) missing.push(`the definition of tool "${given.tool}" is not known`);
  const nowMs = given.now === undefined ? context.clock.nowMs() : Date.parse(given.now);
  const plain = inputOf(
    {
      ...given,
      class: given.class ?? caller?.agentClass,
      environment: given.environment ?? caller?.environment,
      teams: given.teams ?? caller?.teams.slice(),
      roles: given.roles ?? caller?.roles.slice(),
      labels: given.labels ?? agent?.metadata.labels,
      now: new Date(nowMs).toISOString(),
    },
    context.org,
  );
  const judged = judgedIntent(context, view, given, definition);
  const evidence = judged?.evidence;
  const known: DecideInput = { ...plain, definition, ...(judged ? { intent: judged } : {}) };
  const { server, capability } = known;
  if (server === undefined || capability?.kind !== 'tool' || known.method !== 'tools/call')
    return { input: known, risk: undefined, evidence, missing };
  const subject = { agent: given.agent, server, tool: capability.name, nowMs, amounts: amountsOf(known.args) };
  const history = context.history();
  const serverSpec = view.server(server)?.spec;
  const score =
    history && given.risk === undefined
      ? compileRisk(view.all())?.score(
          {
            ...subject,
            environment: known.principal.environment,
            intent: known.intent,
            findings: (known.findings ?? []).map(({ type }) => ({ type, count: 1 })),
            serverRisk: serverSpec?.risk,
            toolRisk: undefined,
            serverEnvironment: serverSpec?.environment,
          },
          history,
        )
      : undefined;
  const facts = known.facts ?? (history ? factsOf(history, subject) : undefined);
  return { input: { ...known, risk: given.risk ?? score?.score, facts }, risk: score, evidence, missing };
}

/** What the gateway itself makes of the call, unless the person says what it is. */
function judgedIntent(
  context: AdminContext,
  view: ControlView,
  given: GivenCall,
  definition: JsonObject | undefined,
): IntentVerdict | undefined {
  const spec = given.server === undefined ? undefined : view.server(given.server)?.spec;
  if (given.intent !== undefined || given.tool === undefined || !definition || !spec) return undefined;
  const pinned = { value: definition, hash: sha256Hex(canonicalJson(definition)) };
  const intent = context.intentOf(spec, given.tool, pinned, isObject(given.args) ? given.args : {});
  return given.category === undefined ? intent : { ...intent, category: given.category };
}
