// Inspectors on the path: they see arguments before the decision and answers before their release, may replace both, and refuse by throwing too.
import { afterEach, expect, it } from 'vitest';
import type { CallOutcome, Finding } from '../../src/call.ts';
import { deny, type Inspector, PASS, type Verdict } from '../../src/pipeline/flight.ts';
import { callOf, callOutcomes, type Harness, harness } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const reader = tokenObject('reader', 'reader');
const objects = [
  agentObject('reader'),
  reader.object,
  httpServer('notes', 'http://127.0.0.1:9/mcp'),
  policyObject('reads', [{ name: 'reads', match: { server: ['notes'], tool: ['read_*'] }, effect: 'allow' }]),
];

let h: Harness;
afterEach(() => h.close());

async function read(...inspectors: Inspector[]): Promise<CallOutcome> {
  h = await harness({ objects, inspectors });
  return h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'read_note', arguments: { id: 1 } } }));
}

function found(where: Finding['where']): Finding {
  return { type: `pii.${where}`, where, path: '/id', count: 2, confidence: 0.9, action: 'mask' };
}

const callEntries = async () => {
  const entries = await h.entries();
  const ends = callOutcomes(entries);
  return entries.map(({ content }) => content).filter((content) => content.method === 'tools/call' || ends.includes(content));
};

it('findings stand in the entries, those of the result in the outcome', async () => {
  const outcome = await read({
    name: 'seer',
    inspectArguments: ({ call }) => {
      call.intent = { intent: 'read', category: 'notes', evidence: [] };
      call.findings = [...call.findings, found('arguments')];
      return PASS;
    },
    inspectResult: async ({ call }): Promise<Verdict> => {
      call.findings = [...call.findings, found('result')];
      return PASS;
    },
  });
  expect(outcome).toMatchObject({ type: 'result' });
  const [decision, end] = await callEntries();
  expect(decision).toMatchObject({
    intent: 'read',
    category: 'notes',
    findings: [{ type: 'pii.arguments', count: 2, path: '/id', action: 'mask' }],
  });
  expect(end).toMatchObject({ type: 'outcome', findings: [{ type: 'pii.result', count: 2 }] });
});

it('what an inspector puts in the place of arguments is what the server gets; the entry commits to what the agent sent', async () => {
  const outcome = await read({
    name: 'masker',
    inspectArguments: async ({ call }): Promise<Verdict> => {
      call.params = { ...call.params, arguments: { id: 7 } };
      call.paramsText = undefined;
      return PASS;
    },
  });
  expect(outcome).toMatchObject({ type: 'result' });
  expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { id: 7 } });
});

it.each([
  ['refuses', () => deny('blocked_content', 'The arguments hold a secret.'), 'blocked_content'],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
    'internal',
  ],
] as const)('nothing is forwarded when one %s', async (_how, inspectArguments, code) => {
  const outcome = await read({ name: 'first', inspectArguments: async (): Promise<Verdict> => PASS }, { name: 'guard', inspectArguments });
  expect(outcome).toMatchObject({ type: 'denied', code });
  expect(h.sent.map(({ method }) => method)).not.toContain('tools/call');
  expect(await callEntries()).toMatchObject([{ effect: 'deny', code }]);
});

it('an answer that an inspector refuses is not released, and its outcome is recorded', async () => {
  const outcome = await read({ name: 'guard', inspectResult: () => deny('blocked_content', 'The answer holds a secret.') });
  expect(outcome).toMatchObject({ type: 'denied', code: 'blocked_content' });
  expect((await callEntries()).map(({ type }) => type)).toEqual(['decision', 'outcome']);
});
