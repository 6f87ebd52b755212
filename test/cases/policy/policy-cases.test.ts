// Runs every policy case of this folder: objects and input in, decision and whole trace out. A trace step is `rule` or `rule !matcher`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { compileScope } from '../../../src/auth/scope.ts';
import type { CapabilityRef, Decision, Principal } from '../../../src/call.ts';
import { policySpec } from '../../../src/object/kind/policy.ts';
import { tokenSpec } from '../../../src/object/kind/token.ts';
import type { StoredObject } from '../../../src/object/kinds.ts';
import { compilePolicies } from '../../../src/policy/compile.ts';
import type { DecideInput } from '../../../src/policy/policy-set.ts';

const objects = z.array(z.strictObject({ kind: z.literal('policy'), metadata: z.strictObject({ name: z.string() }), spec: policySpec }));

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

const fileSchema = z.strictObject({
  objects,
  cases: z.array(
    z.strictObject({
      name: z.string(),
      objects: objects.optional(),
      scopes: tokenSpec.shape.scopes,
      input: inputSchema,
      expect: z.strictObject({
        effect: z.enum(['allow', 'deny']),
        rule: z.string(),
        code: z.string(),
        /** Part of the reason. */
        reason: z.string().optional(),
        trace: z.array(z.string()).optional(),
      }),
    }),
  ),
});

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const REVISION = 42;
let examined = 0;

for (const file of files) {
  const { objects: shared, cases } = fileSchema.parse(parse(readFileSync(join(folder, file), 'utf8')));
  describe(file, () => {
    for (const one of cases) {
      examined++;
      test(one.name, () => {
        const set = compilePolicies((one.objects ?? shared) as StoredObject[], REVISION);
        const input = inputOf(one.input, one.scopes);
        const whole = set.explain(input);
        expect({ effect: whole.effect, rule: whole.rule, code: whole.code, revision: whole.revision }).toEqual({
          effect: one.expect.effect,
          rule: one.expect.rule,
          code: one.expect.code,
          revision: REVISION,
        });
        if (one.expect.trace) expect(steps(whole)).toEqual(one.expect.trace);
        if (one.expect.reason) expect(whole.reason).toContain(one.expect.reason);
        const hot = set.decide(input);
        expect({ ...hot, trace: [] }).toEqual({ ...whole, trace: [] });
      });
    }
  });
}

test('at least 40 cases were examined', () => expect(examined).toBeGreaterThanOrEqual(40));

function steps(decision: Decision): string[] {
  return decision.trace.map((step) => (step.matched ? step.rule : `${step.rule} !${step.failedOn}`));
}

function inputOf(input: z.infer<typeof inputSchema>, scopes: Parameters<typeof compileScope>[0]): DecideInput {
  const principal: Principal = {
    org: 'acme',
    agent: input.agent,
    agentClass: input.class,
    environment: input.environment,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: undefined,
    inScope: compileScope(scopes),
  };
  return { principal, kind: input.kind, method: input.method, server: input.server, capability: capabilityOf(input) };
}

function capabilityOf(input: z.infer<typeof inputSchema>): CapabilityRef | undefined {
  for (const kind of ['tool', 'prompt', 'resource'] as const) {
    const name = input[kind];
    if (name !== undefined) return { kind, name };
  }
  return undefined;
}
