// A pipeline on a real store with the admin API over the same store, without listeners: calls are made, then asked about.

import type { AdminContext } from '../../src/admin/context.ts';
import { createRouter } from '../../src/admin/router.ts';
import type { CallOutcome } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { OperatorRole, PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { adminContextOf, seedOperators } from './admin-side.ts';
import { type CallOptions, callOf, type Entry, echoServer, type Harness, type HarnessOptions, harness, ok } from './pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from './seed.ts';

export interface Rehearsal {
  h: Harness;
  context: AdminContext;
  call(tool: string, args?: JsonObject, options?: CallOptions): Promise<CallOutcome>;
  ask(method: string, params: JsonObject | undefined, options?: CallOptions): Promise<CallOutcome>;
  api(path: string, options?: { role?: OperatorRole; body?: unknown }): Promise<{ status: number; body: JsonObject }>;
  /** Of a route that answers with JSON lines. */
  lines(path: string, body: unknown): Promise<JsonObject[]>;
  /** Replaces objects, in force at once. */
  put(...objects: StoredObject[]): Promise<void>;
  decisions(): Promise<Entry['content'][]>;
}

export const SHOP_TOOLS: JsonObject[] = ['create_refund', 'get_refund', 'close_account', 'read_file', 'send_mail'].map((name) => ({
  name,
  inputSchema: { type: 'object' },
}));

export async function rehearsal(
  rules: PolicyRule[],
  more: StoredObject[] = [],
  tools: JsonObject[] = SHOP_TOOLS,
  options: HarnessOptions = {},
): Promise<Rehearsal> {
  const bot = tokenObject('bot', 'bot');
  const objects = [
    agentObject('bot', { class: 'support' }),
    bot.object,
    httpServer('shop', 'http://127.0.0.1:9/mcp'),
    policyObject('p', rules),
  ];
  const h = await harness({ objects: [...objects, ...more], ...options });
  h.answer((request) => (request.method === 'tools/list' ? ok({ tools }) : echoServer(request)));
  const tokens = await seedOperators(h.core, h.org);
  const core = { ...h.core, clock: options.clock ?? h.core.clock };
  const context = adminContextOf(core, h.org, {
    approvals: h.approvals,
    history: () => h.histories.of(h.org),
    shadowPending: () => h.shadows.pending(h.org),
    definitions: {
      ...adminContextOf(h.core, h.org).definitions,
      stated: (server) => h.definitions.stated(h.org, server),
    },
  });
  const router = createRouter(context, { allowedHosts: [], remoteAddress: () => '127.0.0.1' });
  const ask: Rehearsal['ask'] = (method, params, options = {}) =>
    h.pipeline.run(
      callOf(method, { bearer: bot.token, surface: { type: 'server', server: 'shop' }, ...(params && { params }), ...options }),
    );
  const fetchApi = (path: string, { role = 'admin', body }: { role?: OperatorRole; body?: unknown } = {}) =>
    router.request(`/api/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { host: '127.0.0.1', authorization: `Bearer ${tokens[role]}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    h,
    context,
    ask,
    call: (name, args = {}, options = {}) => ask('tools/call', { name, arguments: args }, options),
    api: async (path, options) => {
      const response = await fetchApi(path, options);
      return { status: response.status, body: (await response.json()) as JsonObject };
    },
    lines: async (path, body) =>
      (await (await fetchApi(path, { body })).text())
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as JsonObject),
    put: async (...changed) => {
      await h.control.atLeast(h.org, await h.seed(...changed));
    },
    decisions: async () => (await h.entries()).map(({ content }) => content).filter(({ type }) => type === 'decision'),
  };
}
