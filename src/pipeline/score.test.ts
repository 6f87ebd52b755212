// What stands on the path of a call for its risk: a look into memory and six short sums. Nothing is waited for, whatever the history holds.
import { expect, test } from 'vitest';
import { riskSpec } from '../object/kind/risk.ts';
import type { StoredObject } from '../object/kinds.ts';
import { History } from '../risk/history.ts';
import { compileRisk } from '../risk/model.ts';
import type { Flight } from './flight.ts';
import { PASS } from './flight.ts';
import { rememberCall, score } from './score.ts';

const NOW = Date.UTC(2026, 5, 3, 10, 30);

function flightOf(histories: { of(): History; observe?: (...seen: unknown[]) => void }, needsFacts: boolean): Flight {
  const profile = { kind: 'risk', metadata: { name: 'all' }, spec: riskSpec.parse({}) } as StoredObject;
  const call = {
    method: 'tools/call',
    origin: 'agent',
    principal: { org: 'acme', agent: 'bot' },
    target: { server: 'shop', capability: { kind: 'tool', name: 'pay' }, spec: {} },
    params: { name: 'pay', arguments: { amount: 900 } },
    findings: [],
  };
  const control = { org: 'acme', risk: compileRisk([profile]), policies: { needsFacts } };
  return { call, control, ports: { clock: { nowMs: () => NOW, monotonicMs: () => 0 }, histories } } as unknown as Flight;
}

test('score and facts are there when the row returns, and it returns no promise: no call waits for its risk', () => {
  const history = new History();
  for (let i = 0; i < 500; i++)
    history.observe({
      ...{ timeMs: NOW - i * 60_000, agent: 'bot', server: 'shop', tool: 'pay', effect: 'allow' },
      amounts: new Map([['amount', i % 50]]),
    });
  const flight = flightOf({ of: () => history }, true);
  expect(score.run(flight)).toBe(PASS);
  expect(flight.call.risk?.parts().map(({ signal }) => signal)).toHaveLength(6);
  expect(flight.call.facts).toMatchObject({ agent: { calls: expect.any(Number) } });
});

test('what a call adds to the history is added when it is decided, not before, and is not waited for either', () => {
  const seen: unknown[] = [];
  const flight = flightOf({ of: () => new History(), observe: (...all) => seen.push(all) }, false);
  score.run(flight);
  expect(seen).toEqual([]);
  expect(rememberCall(flight, 7, 'allow')).toBeUndefined();
  expect(seen).toMatchObject([['acme', 7, { agent: 'bot', tool: 'pay', effect: 'allow', timeMs: NOW }]]);
});
