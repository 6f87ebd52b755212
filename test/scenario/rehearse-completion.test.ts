// Completions in rehearsal, on a running gateway: simulate, shadow, explain and its near misses judge them as the live path does, by the template and by
// the resource that the values so far lead to.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json, legacyHandshake } from '../support/raw-server.ts';

let orgs: OrgGateway;
let acme: Tenant;
const URI = 'note://{scope}/{id}';

const policy = (denied: string): string => `
kind: policy
metadata: {name: notes}
spec:
  tier: guardrail
  rules:
    - {name: hidden-part, match: {server: [desk], resource: ['note://${denied}/*']}, effect: deny}
    - {name: notes, match: {server: [desk], resource: ['note://*']}, effect: allow}
    - {name: prompts, match: {server: [desk], prompt: [draft]}, when: args.tone != 'rude', effect: allow}
    - {name: rest, effect: deny}
`;

beforeAll(async () => {
  const capabilities = { tools: {}, resources: {}, prompts: {}, completions: {} };
  orgs = await startOrgGateway(['acme'], {
    answer: (_org, request, response) => {
      if (legacyHandshake(request, response, { sessionId: 'up', capabilities })) return true;
      const { method, id } = request.message ?? {};
      const results: Record<string, JsonObject> = {
        'resources/templates/list': { resourceTemplates: [{ uriTemplate: URI, name: 'notes' }] },
        'prompts/list': { prompts: [{ name: 'draft', arguments: [{ name: 'tone' }, { name: 'topic' }] }] },
        'completion/complete': { completion: { values: ['17'] } },
      };
      const result = method === undefined ? undefined : results[method];
      if (result) json(response, { jsonrpc: '2.0', id, result });
      return result !== undefined;
    },
  });
  acme = orgs.tenants.acme as Tenant;
  await acme.apply(policy('private'));
});
afterAll(() => orgs?.close());

async function complete(given: JsonObject, ref: JsonObject = { type: 'ref/resource', uri: URI }, name = 'id'): Promise<boolean> {
  const params = { ref, argument: { name, value: '1' }, context: { arguments: given } };
  const { json: answer } = await acme.ask('completion/complete', params);
  return (answer as { error?: object }).error === undefined;
}

interface Summary {
  calls: number;
  changed: number;
  newlyAllowed: number;
  newlyRefused: number;
  movedSince: number;
  rows: { live: { rule: string }; candidate: { rule: string }; count: number; call: string }[];
}

async function simulate(text: string): Promise<Summary> {
  const answer = await acme.admin('POST', '/api/v1/policy/simulate', { text, from: '2026-01-01T00:00:00Z' });
  expect(answer.status, answer.text).toBe(200);
  return JSON.parse(answer.text.trim().split('\n').at(-1) ?? '') as Summary;
}

it('are judged by what they lead to, as they are live: no rule asks for arguments, and still they count', {
  timeout: 120_000,
}, async () => {
  expect(await complete({ scope: 'public' })).toBe(true);
  expect(await complete({ scope: 'private' })).toBe(false);
  expect(await complete({ scope: 'old' })).toBe(true);
  expect(await complete({ topic: 'x' }, { type: 'ref/prompt', name: 'draft' }, 'topic'), 'no tone is given: it cannot be judged').toBe(
    false,
  );
  expect(await complete({ tone: 'kind' }, { type: 'ref/prompt', name: 'draft' }, 'topic')).toBe(true);
  expect(await complete({ tone: 'rude' }, { type: 'ref/prompt', name: 'draft' }, 'topic')).toBe(false);

  // The set in force says of each call what it said then.
  expect(await simulate(policy('private'))).toMatchObject({ calls: 6, changed: 0, movedSince: 0 });
  const moved = await simulate(policy('old'));
  expect(moved).toMatchObject({ changed: 2, newlyAllowed: 1, newlyRefused: 1, movedSince: 0 });
  expect(moved.rows.map(({ live, candidate }) => [live.rule, candidate.rule]).sort()).toEqual([
    ['notes/hidden-part', 'notes/notes'],
    ['notes/notes', 'notes/hidden-part'],
  ]);
  const open = await simulate(policy('private').replace(" != 'rude'", " != 'kind'"));
  expect(open, 'arguments of prompts').toMatchObject({ changed: 2, newlyAllowed: 1, newlyRefused: 1 });

  const [refused] = moved.rows.filter(({ live }) => live.rule === 'notes/hidden-part');
  const explained = (await acme.admin('GET', `/api/v1/explain/${refused?.call}`)).json as Record<string, JsonObject>;
  expect(explained).toMatchObject({ recorded: { agrees: true }, decision: { effect: 'deny', rule: 'notes/hidden-part' } });
});

it('and a question says what would come out, and no near miss that leads to what is denied', { timeout: 120_000 }, async () => {
  await acme.apply(
    policy('private').replace("resource: ['note://*']}, effect", "resource: ['note://*']}, when: args.size == 'small', effect"),
  );
  const ask = async (args: JsonObject, more: JsonObject = {}) => {
    const call = { agent: 'bot', server: 'desk', method: 'completion/complete', resource: URI, args, ...more };
    const answer = await acme.admin('POST', '/api/v1/explain', { text: JSON.stringify(call), fileName: 'call.yaml' });
    expect(answer.status, answer.text).toBe(200);
    return answer.json as { decision: { effect: string; rule: string }; nearMisses: { condition: string }[] };
  };
  expect((await ask({ scope: 'public', size: 'small' })).decision).toEqual(
    expect.objectContaining({ effect: 'allow', rule: 'notes/notes' }),
  );
  expect((await ask({ scope: 'private', size: 'small' })).decision).toMatchObject({ effect: 'deny', rule: 'notes/hidden-part' });
  // What is typed so far of the argument asked for leads nowhere yet.
  expect((await ask({ scope: 'private', size: 'small' }, { completing: 'scope' })).decision).toMatchObject({ effect: 'allow' });
  expect((await ask({ scope: 'public', size: 'large' })).nearMisses).toMatchObject([{ condition: 'args.size == "small"' }]);
  expect((await ask({ scope: 'private', size: 'large' })).nearMisses).toEqual([]);
});
