// A server's stream that drops inside an agent's stream over all servers is taken up again after a pause; the agent's stream stays, and the agent
// hears of that server again. Each time it is a call of its own, decided under the rules in force.
import { afterEach, expect, it } from 'vitest';
import type { CallReply } from '../../src/call.ts';
import type { Json } from '../../src/lib/json.ts';
import type { UpstreamRequest } from '../../src/upstream/exchange.ts';
import { ACKNOWLEDGED } from '../../src/upstream/legacy-listen.ts';
import { callOf, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const UPDATED = 'notifications/resources/updated';
const ann = tokenObject('ann', 'ann');
const POLL = { timeout: 60_000 };

let h: Harness;
afterEach(() => h?.close());

interface Stream extends UpstreamRequest {
  drop(): void;
  end(): void;
}

it.each(['modern', 'legacy'] as const)(
  'is rejoined for a %s agent, and never where rules forbid it by then',
  { timeout: 180_000 },
  async (era) => {
    h = await harness({
      objects: [
        ...[agentObject('ann'), ann.object, policyObject('p', [{ name: 'all', match: {}, effect: 'allow' }])],
        ...[httpServer('notes', 'http://127.0.0.1:9'), httpServer('vault', 'http://127.0.0.1:9/v')],
      ],
    });
    const streams: Stream[] = [];
    h.answer((request) => (request.method === 'subscriptions/listen' ? stand(request, streams) : answer(request)));
    const controller = new AbortController();
    const heard: unknown[] = [];
    const peer = { request: undefined, notify: (method: string, params: unknown) => void heard.push([method, params]) };
    const uri = 'file:///notes/a';
    await h.pipeline.run(callOf('resources/list', { bearer: ann.token, era, surface: { type: 'all' } }));
    const params = { notifications: { toolsListChanged: true, resourceSubscriptions: [uri] } };
    const outcome = h.pipeline.run(
      callOf('subscriptions/listen', {
        bearer: ann.token,
        era,
        peer,
        controller,
        surface: { type: 'all' },
        ...(era === 'modern' ? { params } : {}),
      }),
    );
    const of = (server: string) => streams.filter((one) => one.server === server);
    await expect.poll(() => streams.length, POLL).toBe(2);
    of('notes')[0]?.drop();
    await expect.poll(() => of('notes').length, POLL).toBe(2);
    expect(of('vault')).toHaveLength(1);
    const again = of('notes')[1];
    if (era === 'modern') {
      expect(again?.params).toMatchObject({ notifications: { toolsListChanged: true, resourceSubscriptions: [uri] } });
      await again?.peer.notify(UPDATED, { uri });
      await expect.poll(() => heard, POLL).toContainEqual([UPDATED, { uri }]);
      expect(heard.filter((one) => (one as string[])[0] === ACKNOWLEDGED)).toHaveLength(1);
    }
    const asked = (await h.entries()).filter(({ content }) => content.method === 'subscriptions/listen' && content.type === 'decision');
    expect(asked.map(({ content }) => content.server ?? 'all')).toEqual(['all', 'notes']);
    // Dropped once more, while the rules do not allow it any more.
    await h.control.atLeast(
      h.org,
      await h.seed(
        policyObject('p', [
          { name: 'no', match: { server: ['notes'] }, effect: 'deny' },
          { name: 'all', match: {}, effect: 'allow' },
        ]),
      ),
    );
    again?.drop();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(of('notes')).toHaveLength(2);
    controller.abort();
    await outcome;
  },
);

function answer(request: UpstreamRequest): CallReply {
  if (request.method === 'resources/list')
    return ok({ resources: request.server === 'notes' ? [{ uri: 'file:///notes/a', name: 'a' }] : [] });
  return ok(request.method === 'tools/list' ? { tools: [] } : {});
}

function stand(request: UpstreamRequest, streams: Stream[]): Promise<CallReply> {
  const { promise, resolve, reject } = Promise.withResolvers<CallReply>();
  streams.push({ ...request, drop: () => reject(new Error('the connection dropped')), end: () => resolve(ok({})) });
  if (request.client.era === 'modern') void request.peer.notify(ACKNOWLEDGED, { notifications: request.params?.notifications as Json });
  request.onOpen?.({ tools: {}, resources: { subscribe: true } });
  request.signal.addEventListener('abort', () => reject(request.signal.reason));
  return promise;
}
