// Runs every policy case of this folder: objects and a call in, decision and whole trace out; and where a call can be made so, through the pipeline
// on a real store, where the entry in the log must say the same. A trace step is `rule` or `rule !matcher`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { compileScope } from '../../../src/auth/scope.ts';
import type { Call, Decision } from '../../../src/call.ts';
import { policySpec } from '../../../src/object/kind/policy.ts';
import { expectedDecision, type GivenCall, givenCall } from '../../../src/object/kind/policy-case.ts';
import { serverSpec } from '../../../src/object/kind/server.ts';
import { tokenSpec } from '../../../src/object/kind/token.ts';
import type { StoredObject } from '../../../src/object/kinds.ts';
import { PASS } from '../../../src/pipeline/flight.ts';
import { inputOf } from '../../../src/policy/case.ts';
import { compilePolicies } from '../../../src/policy/compile.ts';
import type { DecideInput } from '../../../src/policy/policy-set.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../../support/pipeline-harness.ts';
import { agentObject, httpServer, tokenObject } from '../../support/seed.ts';

const objectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('policy'), metadata: z.looseObject({ name: z.string() }), spec: policySpec }),
  z.strictObject({ kind: z.literal('server'), metadata: z.looseObject({ name: z.string() }), spec: serverSpec }),
]);

/** The older form of a call: some of these names mean a kind of request that `given` works out by itself. */
const inputSchema = z.strictObject({
  agent: z.string().default('bot'),
  class: z.string().optional(),
  environment: z.string().optional(),
  server: z.string().optional(),
  tool: z.string().optional(),
  prompt: z.string().optional(),
  resource: z.string().optional(),
  method: z.string().default('tools/call'),
  kind: z.enum(['call', 'read', 'list', 'meta', 'notification', 'subscription', 'reverse']).default('call'),
});

const caseSchema = z.strictObject({
  name: z.string(),
  objects: z.array(objectSchema).optional(),
  scopes: tokenSpec.shape.scopes,
  input: inputSchema.optional(),
  given: givenCall.optional(),
  expect: expectedDecision.extend({ rule: z.string(), code: z.string(), trace: z.array(z.string()).optional() }),
});

const fileSchema = z.strictObject({
  objects: z.array(objectSchema).default([]),
  /** More objects, from files that are shipped. */
  files: z.array(z.string()).default([]),
  cases: z.array(caseSchema),
});

type Case = z.infer<typeof caseSchema>;

const folder = import.meta.dirname;
const root = join(folder, '../../..');
const REVISION = 42;
/** Against mutants of policy/ (vitest.mutation.config.ts) the decisions alone are looked at. */
const QUICK = process.env.SALLYPORT_QUICK !== undefined;
let examined = 0;
let recorded = 0;

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  const { objects: own, files, cases } = fileSchema.parse(parse(readFileSync(join(folder, file), 'utf8')));
  const shared = [...own, ...files.flatMap(shippedObjects)] as StoredObject[];
  describe(file, () => {
    for (const one of cases) {
      examined++;
      test(one.name, () => checkDecision(one, (one.objects ?? shared) as StoredObject[]));
    }
    checkEntries(shared, cases);
  });
}

test('at least 150 cases were examined, and most calls on tools went through the pipeline', () => {
  expect(examined).toBeGreaterThanOrEqual(150);
  if (!QUICK) expect(recorded).toBeGreaterThanOrEqual(80);
});

function shippedObjects(path: string): StoredObject[] {
  const documents = parseAllDocuments(readFileSync(join(root, path), 'utf8'));
  return documents.map((document) => objectSchema.parse(document.toJS()) as StoredObject);
}

function checkDecision(one: Case, objects: readonly StoredObject[]): void {
  const set = compilePolicies(objects, REVISION);
  const input = asked(one);
  const whole = set.explain(input);
  const { trace, reason, log, notify, ...decided } = one.expect;
  expect({ effect: shownEffect(whole), rule: whole.rule, code: whole.code, revision: whole.revision }).toEqual({
    ...decided,
    revision: REVISION,
  });
  if (trace) expect(steps(whole)).toEqual(trace);
  expect(whole.trace.at(-1)?.rule ?? whole.rule).toBe(whole.rule);
  if (reason) expect(whole.reason).toContain(reason);
  if (log) expect(whole.obligations?.log).toBe(log);
  if (notify) expect(whole.obligations?.notify).toEqual(notify);
  const hot = set.decide(input);
  expect({ ...hot, trace: [] }).toEqual({ ...whole, trace: [] });
  // What is decided can be written down and decided again.
  const { inScope: _scope, ...principal } = input.principal;
  if (!one.scopes) expect(set.explain(JSON.parse(JSON.stringify({ ...input, principal })) as DecideInput)).toEqual(whole);
}

function shownEffect(decision: Decision): string {
  return decision.hidden ? 'hide' : decision.effect;
}

function steps(decision: Decision): string[] {
  return decision.trace.map((step) => (step.matched ? step.rule : `${step.rule} !${step.failedOn}`));
}

function asked({ input, given, scopes }: Case): DecideInput {
  if (given) return inputOf(given);
  if (!input) throw new Error('a case has a call');
  const { kind, ...call } = input;
  const made = inputOf(call as GivenCall);
  return { ...made, kind, principal: { ...made.principal, inScope: compileScope(scopes) } };
}

/** Cases that an agent without any particulars can bring about with a call on a tool. */
function callable(cases: readonly Case[], shared: readonly StoredObject[]): Case[] {
  const set = compilePolicies(shared, REVISION);
  return cases.filter(({ given, objects }) => {
    if (!given?.tool || !given.server || objects || !/^[a-z0-9]+$/.test(given.server) || !/^[a-z0-9]+$/.test(given.agent)) return false;
    const particular = [
      'class',
      'environment',
      'teams',
      'roles',
      'labels',
      'user',
      'method',
      'definition',
      'tags',
      'risk',
      'flow',
      'facts',
    ];
    if (particular.some((name) => given[name as keyof GivenCall] !== undefined)) return false;
    // Time and address are those of the test.
    const here = set.decide({ ...inputOf(given), nowMs: Date.now(), source: '127.0.0.1' });
    const then = set.decide(inputOf(given));
    // The pipeline gathers facts where a rule asks for them.
    if (then.error?.includes('not known of this call')) return false;
    return here.rule === then.rule && here.effect === then.effect;
  });
}

function checkEntries(shared: readonly StoredObject[], all: readonly Case[]): void {
  const cases = callable(all, shared);
  if (cases.length === 0 || QUICK) return;
  const given = cases.map((one) => one.given as GivenCall);
  describe('in the log', () => {
    let gateway: Harness;
    let now: GivenCall;
    const tokens = new Map(unique(given.map(({ agent }) => agent)).map((agent) => [agent, tokenObject(agent, agent)]));
    beforeAll(async () => {
      const registered = new Set(shared.map(({ metadata }) => metadata.name));
      const servers = unique(given.map(({ server }) => server ?? '')).filter((name) => !registered.has(name));
      const objects = [
        ...shared,
        ...servers.map((name) => httpServer(name, 'http://127.0.0.1:1/mcp')),
        ...[...tokens].flatMap(([agent, { object }]) => [agentObject(agent), object]),
      ];
      gateway = await harness({ objects, inspectors: [{ name: 'given', inspectArguments: ({ call }) => inspect(call, now) }] });
      const tools = unique(given.map(({ tool }) => tool ?? '')).map((name) => ({ name, inputSchema: { type: 'object' } }));
      gateway.answer((request) => (request.method === 'tools/list' ? ok({ tools }) : echoServer(request)));
    });
    afterAll(() => gateway.close());

    for (const one of cases)
      test(one.name, async () => {
        now = one.given as GivenCall;
        recorded++;
        const { server = '', tool = '', args = {} } = now;
        const call = callOf('tools/call', {
          bearer: tokens.get(now.agent)?.token,
          surface: { type: 'server', server },
          params: { name: tool, arguments: args },
        });
        await gateway.pipeline.run(call);
        const entries = await gateway.entries();
        const entry = entries.find(({ content }) => content.type === 'decision' && content.call === call.id);
        const { effect, rule, code, log, notify } = one.expect;
        expect(entry?.content).toMatchObject({
          effect: effect === 'hide' ? 'deny' : effect,
          rule,
          code: code === 'no_rule_allows' && call.decision?.hidden?.asAbsent ? 'unknown_capability' : code,
          ...(log ? { log } : {}),
          ...(notify ? { notify } : {}),
        });
        expect(gateway.sent.filter((request) => request.method === 'tools/call' && request.params?.name === tool).length > 0).toBe(
          entries.some(({ content }) => content.tool === tool && content.effect === 'allow'),
        );
        if (code === 'policy_error')
          expect(
            entries.some(({ content }) => content.event === 'incident' && content.rule === rule),
            'an incident',
          ).toBe(true);
      });
  });
}

function inspect(call: Call, given: GivenCall): typeof PASS {
  if (given.intent) call.intent = { intent: given.intent, category: given.category, evidence: [] };
  call.findings = (given.findings ?? []).map((type) => ({
    type,
    where: 'arguments',
    path: undefined,
    count: 1,
    confidence: 1,
    action: undefined,
  }));
  return PASS;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
