// From entries to events: which entries are told, as what, about which subject; and that nothing of a value, a comment or a free text goes along.
import { describe, expect, it } from 'vitest';
import {
  type DecisionFields,
  decisionContent,
  objectContent,
  outcomeContent,
  type SystemFields,
  signinContent,
  systemContent,
} from '../audit/entry.ts';
import { eventsOf, MAX_NAME_CHARS } from './entry-event.ts';
import { EVENT_TYPES, eventBody } from './event.ts';

const MARK = 'hunter2';
const entry = (content: string, revision = 3) => ({ seq: 9, hash: 'ab'.repeat(32), header: JSON.stringify({ revision }), content });
const told = (content: string, wantsAllowed = false, revision = 3) => eventsOf('acme', entry(content, revision), wantsAllowed);
const system = (fields: SystemFields) => told(systemContent(fields));

function decision(over: Partial<DecisionFields> = {}): string {
  return decisionContent({
    ...{ timeMs: 0, call: 'call_1', principal: { agent: 'bot', token: 't', user: 'ann' }, surface: 'all', method: 'tools/call' },
    ...{ server: 'bank', tool: 'pay', effect: 'deny', rule: 'p/r', code: 'denied', judged: 3, credential: 'none' },
    ...{ client: { era: 'modern', version: '2026-07-28' }, origin: 'agent', arguments: 'c'.repeat(64) },
    reason: `because of ${MARK}`,
    resource: `mail://${MARK}@host/?token=${MARK}`,
    source: '10.0.0.1',
    findings: [{ type: 'card', count: 2, path: `/args/${MARK}`, action: 'mask' }],
    ...over,
  } as DecisionFields);
}

const ticket = {
  ...{ event: 'approval' as const, timeMs: 0, ticket: 'appr_1', digest: 'd', binding: 'b', agent: 'bot', comment: MARK, resource: MARK },
  ...{ by: 'rita', quorum: 2, tool: 'pay', server: 'bank', rule: 'p/r' },
};

describe('decisions', () => {
  it('are told by class, with names and findings but no value, path, reason or address', () => {
    const [denied] = told(decision());
    expect(denied).toMatchObject({ type: 'decision.denied', subject: 'call/call_1', severity: 'warning', seq: 9 });
    expect(denied?.data).toMatchObject({ agent: 'bot', user: 'ann', server: 'bank', tool: 'pay', rule: 'p/r', code: 'denied' });
    expect(denied?.data.findings).toEqual([{ type: 'card', action: 'mask', count: 2 }]);
    const text = JSON.stringify(denied && eventBody('acme', denied));
    for (const secret of [MARK, '10.0.0.1', 'cccc']) expect(text).not.toContain(secret);
  });

  it('held, failed and allowed ones have types of their own; a held one is about its ticket', () => {
    const types = (over: Partial<DecisionFields>, wantsAllowed = false) =>
      told(decision(over), wantsAllowed).map(({ type, subject }) => [type, subject]);
    expect(types({ effect: 'hold', approval: 'appr_1' })).toEqual([['decision.held', 'ticket/appr_1']]);
    expect(types({ code: 'policy_error' })).toEqual([['decision.failed', 'call/call_1']]);
    expect(types({ effect: 'allow' })).toEqual([]);
    expect(types({ effect: 'allow' }, true)).toEqual([['decision.allowed', 'call/call_1']]);
    expect(types({ effect: 'allow', notify: ['#a'] })).toEqual([['decision.allowed', 'call/call_1']]);
  });

  it('an allowed one that was judged again is not told', () => {
    expect(told(decision({ effect: 'allow', notify: ['#a'] }), true, 4)).toEqual([]);
    expect(told(decision({ effect: 'deny' }), true, 4)).toHaveLength(1);
  });

  it('carry what a rule asked for: channels and gravity', () => {
    expect(told(decision({ notify: ['#security-alerts'], log: 'critical' }))[0]).toMatchObject({
      channels: ['#security-alerts'],
      severity: 'critical',
    });
    expect(told(decision({ log: 'info' }))[0]).toMatchObject({ severity: 'info' });
  });

  it('names that agents make up are cut and lose what a terminal or a reader could be tricked with', () => {
    const [event] = told(decision({ tool: `a\u001b[31m\u202e\n${'x'.repeat(500)}` }));
    const tool = String(event?.data.tool);
    expect(tool).toHaveLength(MAX_NAME_CHARS);
    expect(tool).toMatch(/^a \[31m {2}x+…$/);
  });
});

describe('other entries', () => {
  it('approvals: one type for each step, one subject for each ticket, no comment', () => {
    for (const what of [
      ...(['requested', 'approved', 'granted', 'refused', 'revoked', 'expired', 'drained', 'superseded', 'consumed'] as const),
      ...(['claimed', 'unclaimed', 'reminded', 'escalated'] as const),
    ] as const) {
      const [event] = system({ ...ticket, what });
      expect(event).toMatchObject({
        type: `approval.${what}`,
        subject: 'ticket/appr_1',
        data: { by: 'rita', ticket: 'appr_1', quorum: 2 },
      });
      expect(JSON.stringify(event)).not.toContain(MARK);
    }
    expect(system({ ...ticket, what: 'read' })).toEqual([]);
  });

  it('freezes: set, asked to be lifted, lifted; a drill is none', () => {
    const set = (over: object = {}, action = 'freeze') =>
      told(
        objectContent({
          ...{ timeMs: 0, author: 'ops', action, changes: [{ kind: 'freeze', name: 'f', action: 'write', digest: 'x' }] },
          freezes: [{ name: 'f', scope: { tool: { server: 'bank', name: 'pay*' } }, reason: 'incident 7', ...over }],
        }),
      );
    expect(set()[0]).toMatchObject({
      type: 'freeze.set',
      subject: 'freeze/f',
      data: { scope: 'tool bank/pay*', reason: 'incident 7', by: 'ops' },
    });
    expect(set({}, 'lift-request')[0]).toMatchObject({ type: 'freeze.lift_requested' });
    expect(set({ drill: true }, 'drill').map(({ type }) => type)).toEqual(['object.changed']);
    const gone = { timeMs: 0, author: 'ops', changes: [{ kind: 'freeze', name: 'f', action: 'delete' as const }] };
    expect(told(objectContent({ ...gone, action: 'lift' })).map(({ type }) => type)).toEqual(['freeze.lifted', 'object.changed']);
    expect(told(objectContent({ ...gone, action: 'drill' })).map(({ type }) => type)).toEqual(['object.changed']);
  });

  it('incidents, drift, limits, keys, health and sign-ins', () => {
    const one = (fields: SystemFields) => system(fields).map(({ type, subject }) => `${type} ${subject}`);
    const incident = { event: 'incident' as const, timeMs: 0, reason: MARK, count: 3, rule: 'flow/c', agent: 'bot' };
    for (const what of ['policy_error', 'canary', 'decoy'] as const)
      expect(one({ ...incident, what })).toEqual([`incident.${what} incident/flow/c`]);
    expect(JSON.stringify(system({ ...incident, what: 'canary' }))).not.toContain(MARK);
    expect(one({ event: 'drift', timeMs: 0, server: 'bank', changes: [{ kind: 'tool', name: 'pay', state: 'changed' }] })).toEqual([
      'drift.detected server/bank',
    ]);
    expect(one({ event: 'limited', timeMs: 0, fromMs: 0, toMs: 1, agent: 'bot', limit: 'l', refused: 5 })).toEqual([
      'limit.exceeded limit/l',
    ]);
    expect(one({ event: 'key-rotation', timeMs: 0, scope: 'data', key: 'k' })).toEqual(['key.rotated keys']);
    const erased = { event: 'erasure' as const, timeMs: 0, what: 'erased' as const, cause: 'retention' as const, values: 3 };
    expect(one(erased)).toEqual(['log.erased log']);
    const used = {
      event: 'grant' as const,
      timeMs: 0,
      what: 'used' as const,
      grant: 'g',
      setAt: 'x',
      agent: 'bot',
      server: 's',
      tool: 't',
    };
    expect(one({ ...used, binding: 'b', rule: 'r', ruleHash: 'h', call: 'c' })).toEqual(['grant.used grant/g']);
    expect(one({ event: 'gap', timeMs: 0, calls: [{ call: 'c', decision: 1 }] })).toEqual(['log.gap log']);
    expect(one({ event: 'degraded', timeMs: 0, fromMs: 0, toMs: 1, reason: MARK })).toEqual(['log.degraded log']);
    expect(one({ event: 'start', timeMs: 0, instance: 'gw', version: '1' })).toEqual(['gateway.started gateway/gw']);
    expect(one({ event: 'stop', timeMs: 0, instance: 'gw' })).toEqual(['gateway.stopped gateway/gw']);
    expect(one({ event: 'shadow', timeMs: 0, fromMs: 0, differences: [], beyond: 0 })).toEqual([]);
    expect(told(signinContent({ timeMs: 0, user: 'x', method: 'operator-token', result: 'failed' })).map(({ type }) => type)).toEqual([
      'signin.failed',
    ]);
    expect(told(signinContent({ timeMs: 0, user: 'x', method: 'operator-token', result: 'ok' }))).toEqual([]);
    expect(told(outcomeContent({ timeMs: 0, call: 'c', decision: 1, status: 'ok', latencyMs: 1 }), true)).toEqual([]);
  });

  it('one id for one event, another for every other', () => {
    const [a] = told(decision());
    const [again] = told(decision());
    const [other] = eventsOf('beta', entry(decision()), false);
    expect(a?.id).toMatch(/^evt_[0-9a-f]{32}$/);
    expect([again?.id === a?.id, other?.id === a?.id]).toEqual([true, false]);
    expect(Object.keys(EVENT_TYPES).every((type) => /^[a-z]+\.[a-z_]+$/.test(type))).toBe(true);
  });
});
