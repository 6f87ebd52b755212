// `explain`: each test is named after the sentence it shows. Real store, whole table, admin API over the same store.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { PASS } from '../../src/pipeline/flight.ts';
import { intentInspector } from '../../src/pipeline/inspect-intent.ts';
import { type Rehearsal, rehearsal } from '../support/rehearsal.ts';
import { policyObject } from '../support/seed.ts';

let r: Rehearsal;
afterEach(() => r.h.close());

const RULES: PolicyRule[] = [
  { name: 'no-closing', match: { tool: ['close_*'] }, effect: 'deny', reason: 'accounts are closed by people' },
  { name: 'small', match: { tool: ['create_refund'], class: ['support'] }, when: 'args.amount <= 500', effect: 'allow' },
  { name: 'mail', match: { tool: ['send_mail'], class: ['marketing'] }, effect: 'allow' },
  { name: 'secret', match: { tool: ['read_file'] }, effect: 'hide' },
  { name: 'rest', match: { tool: ['get_*'] }, effect: 'allow' },
];

const roleObject = (name: string, agents: string[]): StoredObject =>
  ({ kind: 'role', metadata: { name }, spec: { members: { agents }, grants: [] } }) as unknown as StoredObject;

async function explained(index: number, role: 'viewer' | 'reviewer' = 'reviewer'): Promise<JsonObject> {
  const all = (await r.decisions()).filter(({ method }) => method === 'tools/call');
  const { status, body } = await r.api(`explain/${String(all.at(index)?.call)}`, { role });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

describe('explain <call id>', () => {
  it('shows every candidate rule with the values it saw, and the first match', async () => {
    r = await rehearsal(RULES);
    await r.call('get_refund', { id: 7 });
    const body = await explained(-1);
    expect(body.decision).toMatchObject({ effect: 'allow', rule: 'p/rest', code: 'allowed' });
    expect(body.recorded).toMatchObject({ rule: 'p/rest', agrees: true });
    expect((body.trace as JsonObject[]).map(({ rule, matched, failedOn }) => [rule, matched, failedOn])).toEqual([
      ['p/no-closing', false, 'tool'],
      ['p/small', false, 'tool'],
      ['p/mail', false, 'class'],
      ['p/secret', false, 'tool'],
      ['p/rest', true, undefined],
    ]);
    expect((body.trace as JsonObject[])[2]?.values).toEqual({ class: 'support' });
  });

  it('near misses ("allowed if amount ≤ 500")', async () => {
    r = await rehearsal(RULES);
    await r.call('create_refund', { amount: 501 });
    expect((await explained(-1)).nearMisses).toEqual([{ condition: 'args.amount <= 500', effect: 'allow', rule: 'p/small' }]);
    await r.call('send_mail', {});
    expect((await explained(-1)).nearMisses).toEqual([{ condition: 'class marketing', effect: 'allow', rule: 'p/mail' }]);
  });

  it('near misses of the caller: "allowed if it had role refunds", "not role contractor"', async () => {
    r = await rehearsal(
      [
        { name: 'no-contractors', match: { tool: ['close_*'], role: ['contractor'] }, effect: 'deny' },
        { name: 'close', match: { tool: ['close_*'] }, effect: 'allow' },
        { name: 'refund', match: { tool: ['create_refund'], role: ['refunds'] }, effect: 'allow' },
        { name: 'mail', match: { tool: ['send_mail'] }, when: "principal.roles.exists(r, r.endsWith('-desk'))", effect: 'allow' },
      ],
      [roleObject('contractor', ['bot']), roleObject('mail-desk', ['somebody-else'])],
    );
    const said = async (tool: string) => {
      const outcome = await r.call(tool, {});
      const body = await explained(-1, 'viewer');
      // The agent learns nothing of it.
      expect(JSON.stringify([outcome, body.told])).not.toMatch(/contractor(?!s)|refunds|-desk|role/);
      return (body.nearMisses as JsonObject[]).map(({ condition, effect, rule }) => `${condition} ⇒ ${effect} by ${rule}`);
    };
    expect(await said('close_account')).toEqual(['not role contractor ⇒ allow by p/close']);
    expect(await said('create_refund')).toEqual(['role refunds ⇒ allow by p/refund']);
    expect(await said('send_mail')).toEqual([
      '"-desk" in principal.roles ⇒ allow by p/mail',
      '"mail-desk" in principal.roles ⇒ allow by p/mail',
    ]);
  });

  it('near misses of a held call: at which time it would have been let through', async () => {
    r = await rehearsal([
      { name: 'weekend', match: { tool: ['send_mail'], time: { zone: 'UTC', weekdays: ['sat', 'sun'] } }, effect: 'hold' },
      { name: 'mail', match: { tool: ['send_mail'] }, effect: 'allow' },
    ]);
    const text = 'agent: bot\nserver: shop\ntool: send_mail\nnow: 2026-01-03T12:10:21Z\n';
    const { body } = await r.api('explain', { role: 'viewer', body: { text, fileName: 'call.yaml' } });
    expect(body).toMatchObject({
      decision: { effect: 'hold', rule: 'p/weekend' },
      nearMisses: [{ condition: 'not time sat, sun UTC, for example at 2026-01-05T00:00:00.000Z', effect: 'allow', rule: 'p/mail' }],
    });
  });

  it('is by the rules that were in force then, whatever is in force now', async () => {
    r = await rehearsal(RULES);
    await r.call('create_refund', { amount: 501 });
    await r.put(policyObject('p', [{ name: 'all', match: {}, effect: 'allow' }]));
    const body = await explained(-1);
    expect(body.recorded).toMatchObject({ rule: 'builtin/default', agrees: true });
    expect(body.decision).toMatchObject({ effect: 'deny' });
  });

  it('sensitive values are redacted, and a role below reviewer sees no argument values', async () => {
    r = await rehearsal([
      { name: 'w', match: {}, when: "args.amount <= 5 && args.password == 'hunter2' && args.note == 'x'", effect: 'allow' },
    ]);
    await r.call('create_refund', { amount: 501, password: 'hunter2', note: 'Bearer abcdefghijkl' });
    const whole = JSON.stringify(await explained(-1));
    expect(whole).toContain('"args.amount":501');
    expect(whole).toContain('"args.password":"(redacted)"');
    expect(whole).not.toMatch(/"args\.note":"Bearer/);
    const viewed = JSON.stringify((await explained(-1, 'viewer')).trace);
    expect(viewed).not.toContain('501');
    expect(viewed).not.toContain('args.');
  });

  it('what a detector spoke about is redacted', async () => {
    const inspectors = [
      {
        name: 'played',
        inspectArguments: (flight: { call: { findings: unknown } }) => {
          flight.call.findings = [{ type: 'pii.email', where: 'arguments', path: '/to', count: 1, confidence: 1, action: undefined }];
          return PASS;
        },
      },
    ];
    r = await rehearsal(
      [{ name: 'w', match: { findings: ['pii.*'] }, when: "args.to == 'nobody' && args.n == 1", effect: 'allow' }],
      [],
      undefined,
      {
        inspectors: inspectors as never,
      },
    );
    await r.call('send_mail', { to: 'ann@example.com', n: 2 });
    const text = JSON.stringify(await explained(-1));
    expect(text).not.toContain('ann@example.com');
    expect(text).toContain('"args.n":2');
  });

  it('says when something was erased', async () => {
    r = await rehearsal(RULES);
    await r.call('create_refund', { amount: 501 });
    const entry = (await r.h.entries()).findLast(({ content }) => content.method === 'tools/call');
    await r.h.core.store.log.erasePayloads(r.h.org, [String(entry?.content.arguments)]);
    const body = await explained(-1);
    expect(body.missing).toContain('the arguments were erased or never kept');
  });

  it('has risk parts and quota state', async () => {
    r = await rehearsal(RULES, [
      {
        kind: 'risk',
        metadata: { name: 'all' },
        spec: {
          order: 1000,
          weights: { intent: 30, magnitude: 20, sensitivity: 15, novelty: 15, anomaly: 10, target: 10 },
          bands: { log: 1 },
          minHistory: 1,
        },
      } as never,
    ]);
    await r.h.histories.settled();
    await r.call('get_refund', { id: 1 });
    const body = await explained(-1);
    expect(Object.keys((body.risk as { parts: object }).parts).length).toBeGreaterThan(3);
    expect(body.limits).toEqual([]);
  });

  it('an unknown call id is said to be unknown', async () => {
    r = await rehearsal(RULES);
    expect((await r.api('explain/call_nope')).status).toBe(404);
  });
});

describe('the class of a call', () => {
  const TOOLS: JsonObject[] = [{ name: 'execute_sql', inputSchema: { type: 'object' } }];
  const SQL = "DELETE FROM users WHERE name = 'Ines Okafor'";
  const analyser = new IntentAnalyser();
  beforeAll(() => analyser.load(() => 0));

  it('comes below role reviewer with the signal alone of what was read from arguments: no word of theirs, no key', async () => {
    const tools: JsonObject[] = [{ name: 'redis_command', inputSchema: { type: 'object' } }, ...TOOLS];
    r = await rehearsal([{ name: 'all', match: {}, effect: 'allow' }], [], tools, { inspectors: [intentInspector(analyser)] });
    for (const [tool, args, words] of [
      ['redis_command', { command: 'authtoken_ab12cd x' }, /authtoken/i],
      ['redis_command', { command: 'MODULE secret_project_x' }, /secret_project/i],
      ['execute_sql', { sql: 'hunter2pass 1' }, /hunter2/i],
      ['execute_sql', { sql: 'SELECT 1', 'alice@corp.example': { sql: 'DROP TABLE a' } }, /alice/],
    ] as const) {
      await r.call(tool, args);
      const asViewer = (await explained(-1, 'viewer')).asked as { evidence: JsonObject[] };
      expect(JSON.stringify(asViewer)).not.toMatch(words);
      expect(asViewer.evidence).toContainEqual({ signal: tool === 'execute_sql' ? 'sql' : 'redis' });
      expect(asViewer.evidence).toContainEqual(expect.objectContaining({ path: '/name', why: expect.any(String) }));
      const asReviewer = (await explained(-1)).asked as { evidence: JsonObject[] };
      expect(JSON.stringify(asReviewer.evidence)).toMatch(words);
    }
    // What people may be asked, and what the log keeps, has none of it either.
    expect(JSON.stringify((await r.h.entries()).map(({ content }) => content))).not.toMatch(/authtoken|secret_project|hunter2|alice@/i);
  });

  it('is kept with a ticket without words of the arguments: those are sealed, for who decides', async () => {
    const tools: JsonObject[] = [{ name: 'redis_command', inputSchema: { type: 'object' } }];
    r = await rehearsal([{ name: 'all', match: {}, effect: 'hold' }], [], tools, { inspectors: [intentInspector(analyser)] });
    await r.call('redis_command', { command: 'authtoken_ab12cd x' });
    const [ticket] = await r.h.approvals.list(r.h.org, { live: true, limit: 10 });
    const kept = JSON.stringify(await r.h.core.store.approvals.get(r.h.org, ticket?.id ?? ''));
    expect(kept).toMatch(/\\"signal\\":\\"redis\\"/);
    expect(kept).not.toContain('authtoken');
    expect((await r.h.approvals.opened(r.h.org, ticket?.id ?? ''))?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'redis', path: '/command', why: expect.stringContaining('authtoken') }),
    );
  });

  it('comes without its words for anybody when a detector spoke about the arguments', async () => {
    const finding = { type: 'secret.password', where: 'arguments', path: '/sql', count: 1, confidence: 1, action: undefined };
    const found = {
      name: 'played',
      inspectArguments: (flight: { call: { findings: unknown } }) => {
        flight.call.findings = [finding];
        return PASS;
      },
    };
    r = await rehearsal([{ name: 'all', match: {}, effect: 'allow' }], [], TOOLS, {
      inspectors: [intentInspector(analyser), found as never],
    });
    await r.call('execute_sql', { sql: 'hunter2pass 1' });
    const { evidence } = (await explained(-1)).asked as { evidence: JsonObject[] };
    expect(evidence).toContainEqual({ signal: 'sql', path: '/sql' });
    expect(JSON.stringify(evidence)).not.toContain('hunter2');
  });

  it('comes with what it was read from, never with a value; for a call that was made', async () => {
    r = await rehearsal([{ name: 'all', match: {}, effect: 'allow' }], [], TOOLS, { inspectors: [intentInspector(analyser)] });
    await r.call('execute_sql', { sql: SQL });
    const { asked, missing } = (await explained(-1)) as { asked: JsonObject; missing: unknown };
    expect(asked).toMatchObject({ intent: 'destructive', category: 'database' });
    expect(asked.evidence).toContainEqual(expect.objectContaining({ signal: 'sql', path: '/sql' }));
    expect(JSON.stringify(asked.evidence)).not.toContain('Okafor');
    expect(missing).toEqual([]);
  });

  it('… and for one that was not', async () => {
    r = await rehearsal([{ name: 'all', match: {}, effect: 'allow' }], [], TOOLS, { inspectors: [intentInspector(analyser)] });
    await r.ask('tools/list', undefined);
    const text = JSON.stringify({ agent: 'bot', server: 'shop', tool: 'execute_sql', args: { sql: SQL } });
    const { body } = await r.api('explain', { body: { text, fileName: 'call.json' } });
    expect((body.asked as JsonObject).evidence).toContainEqual(expect.objectContaining({ signal: 'sql', path: '/sql' }));
    const given = JSON.stringify({ agent: 'bot', server: 'shop', tool: 'execute_sql', intent: 'read', args: { sql: SQL } });
    const asGiven = await r.api('explain', { body: { text: given, fileName: 'call.json' } });
    expect(asGiven.body.asked).toMatchObject({ intent: 'read' });
    expect((asGiven.body.asked as JsonObject).evidence).toBeUndefined();
  });

  it('that was never read is not made up', async () => {
    r = await rehearsal([{ name: 'all', match: {}, effect: 'allow' }], [], TOOLS, { inspectors: [] });
    await r.call('execute_sql', { sql: SQL });
    const { asked } = (await explained(-1)) as { asked: JsonObject };
    expect(asked.intent).toBeUndefined();
    expect(asked.evidence).toBeUndefined();
  });
});

describe('explain --what-if FILE', () => {
  it('judges a call that was not made, by the rules of now', async () => {
    r = await rehearsal(RULES);
    const text = 'agent: bot\nserver: shop\ntool: create_refund\nargs: { amount: 501 }\n';
    const { body } = await r.api('explain', { role: 'viewer', body: { text, fileName: 'call.yaml' } });
    expect(body).toMatchObject({ decision: { effect: 'deny', rule: 'builtin/default' }, asked: { agent: 'bot', class: 'support' } });
    expect(body.nearMisses).toEqual([{ condition: 'args.amount <= 500', effect: 'allow', rule: 'p/small' }]);
    expect(await r.decisions()).toEqual([]);
  });

  it('says what is wrong in the file, with line and column', async () => {
    r = await rehearsal(RULES);
    const { status, body } = await r.api('explain', { body: { text: 'agent: bot\ntoool: x\n', fileName: 'call.yaml' } });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toMatch(/call\.yaml:2:1: .*toool/);
  });
});

describe('the denied agent gets the public part: code, reason, what would pass, how to request access', () => {
  it('on a condition over its own arguments', async () => {
    r = await rehearsal(RULES, [{ ...policyObject('contact', []), spec: { order: 1, access: 'write to #mcp-access', rules: [] } }]);
    expect(await r.call('create_refund', { amount: 501 })).toMatchObject({
      type: 'denied',
      code: 'no_rule_allows',
      hint: 'It would pass with args.amount <= 500. To ask for access: write to #mcp-access',
    });
  });

  it('never names of hidden rules or capabilities: hidden, forbidden and unknown tools are told the same', async () => {
    r = await rehearsal(RULES, [{ ...policyObject('contact', []), spec: { order: 1, access: 'write to #mcp-access', rules: [] } }]);
    await r.ask('tools/list', undefined);
    const told = async (tool: string) => {
      const { callId: _, ...outcome } = (await r.call(tool, { amount: 1 })) as unknown as JsonObject;
      return JSON.stringify(outcome).replaceAll(tool, 'TOOL');
    };
    const [forbidden, unknown, hidden] = [await told('send_mail'), await told('no_such_tool'), await told('read_file')];
    expect(forbidden).toBe(unknown);
    expect(hidden).toBe(unknown);
    expect(unknown).not.toMatch(/secret|marketing|read_file|p\//);
  });
});
