// A drill measures without stopping: what runs goes on, and how long a freeze would have taken is shown and recorded.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_DRILL_WAIT_MS } from '../../src/admin/contract.ts';
import { rpc, until } from '../support/agent-side.ts';
import { type AttackedGateway, READ, startAttacked } from '../support/attacked-gateway.ts';
import { readEntries } from '../support/pipeline-harness.ts';

let on: AttackedGateway;
beforeAll(async () => {
  on = await startAttacked();
});
afterAll(() => on.close());

async function drill(body: object): Promise<{ status: number; body: Record<string, unknown> & { reports: Record<string, unknown>[] } }> {
  const response = await fetch(`${on.gateway.adminUrl}/api/v1/drills`, {
    method: 'POST',
    headers: { authorization: `Bearer ${on.operator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ waitMs: MAX_DRILL_WAIT_MS, ...body }),
  });
  return { status: response.status, body: (await response.json()) as never };
}

it('freeze --drill counts what would be stopped, stops nothing, and leaves nothing behind but its record', async () => {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  expect((await on.ask('tools/call', { name: 'read_note', arguments: { how: 'ask' }, _meta: meta })).text).toContain('input_required');
  const session = await on.session(on.alice);
  const stream = await session.stream(rpc('tools/call', { ...READ, arguments: { how: 'wait' } }, 5));
  const standing = await session.get();
  const asked = on.ask('tools/call', { ...READ, arguments: { how: 'wait' } }, { token: on.alice });
  await until(() => on.gateway.inFlight.size === 3 && on.ran().length === 3);
  const { body } = await drill({ scope: { everyone: true }, reason: 'monthly drill' });
  expect(body).toMatchObject({ name: 'drill-everyone', gateways: 1 });
  expect(body.reports).toEqual([
    {
      instance: on.gateway.instance,
      elapsedMs: expect.any(Number),
      counts: { calls: 3, parked: 1, sessions: 1, tickets: 0 },
      seq: expect.any(Number),
    },
  ]);
  expect((await drill({ scope: { agent: 'mallory' }, reason: 'x' })).body.reports[0]?.counts).toEqual({
    calls: 0,
    parked: 1,
    sessions: 0,
    tickets: 0,
  });
  expect((await drill({ scope: { tool: { server: 'notes', name: 'READ_*' } }, reason: 'x' })).body.reports[0]?.counts).toMatchObject({
    calls: 2,
  });
  expect(on.gateway.inFlight.size).toBe(3);
  expect((await on.ask('tools/call', READ)).text).toContain('done by');
  on.release();
  expect((await asked).text).toContain('done by');
  expect(JSON.stringify([await stream.message(), await stream.message()])).toContain('done by');
  standing.leave();
  expect(on.heard('notifications/cancelled')).toEqual([]);
  expect(on.gateway.control.current(on.gateway.config.organization)?.view.freezes()).toEqual([]);
  const entries = await readEntries(on.gateway, on.gateway.config.organization);
  const report = entries.find(({ seq }) => seq === body.reports[0]?.seq);
  expect(report?.content).toMatchObject({ type: 'system', event: 'drill', freeze: 'drill-everyone', counts: { calls: 3 } });
  expect(entries.filter(({ content }) => content.action === 'drill').map(({ content }) => content.author)).toEqual(Array(6).fill('ops'));
});

it('freeze --drill is refused without a reason and waits a bounded time only', async () => {
  expect((await drill({ scope: { everyone: true } })).status).toBe(400);
  expect((await drill({ scope: { everyone: true }, reason: 'x', waitMs: 60_000 })).status).toBe(400);
});
