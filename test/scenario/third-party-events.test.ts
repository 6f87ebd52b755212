// What third parties say and ask outside of plain answers, through a gateway process: updates of resources, pages to be opened, tasks, lists that
// change. SDK v1 and v2 in both eras against `server-everything` over all its transports. The stores make no difference here, so there is one.
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ElicitRequestSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { policyObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';
import { startThirdParties, type ThirdParties } from '../support/third-party.ts';

const EVERYTHING = ['everything-stdio', 'everything-http', 'everything-sse'] as const;
const CLIENTS = ['v1', 'v2 legacy', 'v2 modern'] as const;
const LIMIT_MS = 600_000;
const URI = 'demo://resource/dynamic/text/1';
const PAGE = 'https://example.com/sign-in';
const CAPABILITIES = { elicitation: { form: {}, url: {} } };

let place: Place;
let third: ThirdParties;
let gateway: HostedGateway;

beforeAll(async () => {
  place = await freshPlace('sqlite');
  third = await startThirdParties(place.dataDir);
  await place.seed(...third.objects);
  gateway = await startHosted(place);
});
afterAll(async () => {
  await gateway?.kill();
  await third?.stop();
  await place?.remove();
});

type ToolResult = { content?: unknown; isError?: boolean };

interface Listening {
  client: ClientV1 | ClientV2;
  updates: string[];
  pages: string[];
  changes(): number;
  call(name: string, given?: Record<string, unknown>): Promise<ToolResult>;
  follow(uri: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

async function connect(which: (typeof CLIENTS)[number], server: string): Promise<Listening> {
  const url = new URL(`${gateway.url}/mcp/${server}`);
  const options = { requestInit: { headers: { authorization: `Bearer ${third.token}` } } };
  return which === 'v1' ? connectV1(new TransportV1(url, options)) : connectV2(new TransportV2(url, options), which === 'v2 modern');
}

async function connectV1(transport: TransportV1): Promise<Listening> {
  const client = new ClientV1({ name: 'listener', version: '1' }, { capabilities: CAPABILITIES });
  const [updates, pages, changes]: string[][] = [[], [], []];
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void updates?.push(params.uri));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes?.push('tools'));
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    pages?.push('url' in params ? params.url : params.message);
    return { action: 'accept' };
  });
  await client.connect(transport as Parameters<ClientV1['connect']>[0]);
  return {
    client,
    updates: updates ?? [],
    pages: pages ?? [],
    changes: () => changes?.length ?? 0,
    call: async (name, given = {}) => (await client.callTool({ name, arguments: given })) as ToolResult,
    follow: async (uri) => {
      await client.subscribeResource({ uri });
      return async () => void (await client.unsubscribeResource({ uri }));
    },
    close: async () => {
      await transport.terminateSession();
      await client.close();
    },
  };
}

async function connectV2(transport: TransportV2, modern: boolean): Promise<Listening> {
  const versionNegotiation = { mode: modern ? ('auto' as const) : ('legacy' as const) };
  const client = new ClientV2({ name: 'listener', version: '1' }, { capabilities: CAPABILITIES, versionNegotiation });
  const [updates, pages, changes]: string[][] = [[], [], []];
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updates?.push(params.uri));
  client.setNotificationHandler('notifications/tools/list_changed', () => void changes?.push('tools'));
  client.setRequestHandler('elicitation/create', ({ params }) => {
    pages?.push('url' in params ? String(params.url) : params.message);
    return { action: 'accept' as const };
  });
  await client.connect(transport);
  const tools = modern ? await client.listen({ toolsListChanged: true }) : undefined;
  return {
    client,
    updates: updates ?? [],
    pages: pages ?? [],
    changes: () => changes?.length ?? 0,
    call: async (name, given = {}) => (await client.callTool({ name, arguments: given })) as ToolResult,
    follow: async (uri) => {
      if (modern) {
        const subscription = await client.listen({ resourceSubscriptions: [uri] });
        return () => subscription.close();
      }
      await client.subscribeResource({ uri });
      return async () => void (await client.unsubscribeResource({ uri }));
    },
    close: async () => {
      await tools?.close();
      if (!modern) await transport.terminateSession();
      await client.close();
    },
  };
}

function textOf(result: ToolResult): string {
  return ((result.content ?? []) as { text?: string }[]).map(({ text }) => text ?? '').join('\n');
}

describe.each(CLIENTS)('SDK %s', { timeout: LIMIT_MS }, (which) => {
  it.each(EVERYTHING)('is told that a resource it follows at %s was updated, until it stops following', async (server) => {
    const agent = await connect(which, server);
    try {
      const leave = await agent.follow(URI);
      await agent.call('toggle-subscriber-updates');
      await expect.poll(() => agent.updates, { timeout: 60_000 }).toContain(URI);
      expect(new Set(agent.updates)).toEqual(new Set([URI]));
      await leave();
      await agent.call('toggle-subscriber-updates');
      // What was on its way is here by now.
      await agent.call('echo', { message: 'flush' });
      const heard = agent.updates.length;
      await agent.call('toggle-subscriber-updates');
      await agent.call('echo', { message: 'flush' });
      expect(agent.updates.length).toBe(heard);
      await agent.call('toggle-subscriber-updates');
    } finally {
      await agent.close();
    }
  });

  it.each(EVERYTHING)('opens the page that %s asks for', async (server) => {
    const agent = await connect(which, server);
    try {
      const result = await agent.call('trigger-url-elicitation', {
        url: PAGE,
        message: 'Please sign in.',
        elicitationId: `e-${which}-${server}`,
      });
      expect(textOf(result)).toContain('User completed the URL elicitation flow');
      expect(agent.pages).toEqual([PAGE]);
    } finally {
      await agent.close();
    }
  });

  it('is sent to a page before it may call, and may call then', async () => {
    const agent = await connect(which, 'everything-http');
    const given = { url: PAGE, message: 'Please sign in.', elicitationId: `required-${which}`, errorPath: true };
    try {
      const first = await agent.call('trigger-url-elicitation', given).catch((error: unknown) => error);
      if (which === 'v2 modern') {
        // The stateless era has no such error: the gateway asks instead, and the retry is the call.
        expect(agent.pages).toEqual(['https://modelcontextprotocol.io', PAGE]);
        expect(textOf(first as ToolResult)).toContain('User completed');
        return;
      }
      if (which === 'v1') expect(first).toBeInstanceOf(UrlElicitationRequiredError);
      expect(first).toMatchObject({ code: -32042, data: { elicitations: [{ mode: 'url', url: 'https://modelcontextprotocol.io' }] } });
      expect(textOf(await agent.call('trigger-url-elicitation', given))).toContain('User completed');
      expect(agent.pages).toEqual([PAGE]);
    } finally {
      await agent.close();
    }
  });

  it('is told that its tools changed when a rule takes one away, and not when a rule concerns another agent', async () => {
    const agent = await connect(which, 'everything-http');
    const names = async () => (await agent.client.listTools()).tools.map(({ name }) => name);
    try {
      await expect.poll(names).toContain('get-sum');
      // The server itself announces tools of its own until it knows the client: that is over when nothing was announced for a while.
      let before: number;
      do {
        before = agent.changes();
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        await names();
      } while (agent.changes() !== before);
      await gateway.write(
        policyObject(`elsewhere-${CLIENTS.indexOf(which)}`, [{ name: 'no', match: { agent: ['other'] }, effect: 'deny' }], 1),
      );
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(agent.changes()).toBe(before);
      await gateway.write(policyObject('sums', [{ name: 'no-sums', match: { tool: ['get-sum'] }, effect: 'deny' }], 2));
      await expect.poll(() => agent.changes(), { timeout: 60_000 }).toBe(before + 1);
      expect(await names()).not.toContain('get-sum');
    } finally {
      await gateway.write(policyObject('sums', [{ name: 'no-sums', match: { tool: ['nothing'] }, effect: 'deny' }], 2));
      await agent.close();
    }
  });
});

describe('tasks of 2025-11-25', { timeout: LIMIT_MS }, () => {
  const RESEARCH = { name: 'simulate-research-query', arguments: { topic: 'sallyports' } };

  it.each(['everything-stdio', 'everything-http'])('of %s run under ids of the gateway to their end', async (server) => {
    const agent = await connect('v1', server);
    try {
      const client = agent.client as ClientV1;
      await client.listTools(); // the SDK makes a task only of what is listed as one
      const states: string[] = [];
      let taskId = '';
      let result: ToolResult | undefined;
      for await (const message of client.experimental.tasks.callToolStream(RESEARCH)) {
        if (message.type === 'taskCreated') taskId = message.task.taskId;
        if (message.type === 'taskStatus') states.push(message.task.status);
        if (message.type === 'result') result = message.result as ToolResult;
        if (message.type === 'error') throw message.error;
      }
      expect(taskId).toMatch(/^task_/);
      expect(states).toContain('working');
      expect(textOf(result ?? {})).toContain('sallyports');
      expect(await client.experimental.tasks.getTask(taskId)).toMatchObject({ taskId, status: 'completed' });
      expect((await client.experimental.tasks.listTasks()).tasks.map((task) => task.taskId)).toContain(taskId);
      await expect(client.experimental.tasks.getTask(taskId.slice(0, -4))).rejects.toMatchObject({ code: -32602 });
    } finally {
      await agent.close();
    }
  });

  it.each(['v2 legacy', 'v2 modern'] as const)('are run to their end for SDK %s, which has no tasks', async (which) => {
    const agent = await connect(which, 'everything-http');
    try {
      const result = await agent.call(RESEARCH.name, RESEARCH.arguments).catch((error: unknown) => error as { code?: number });
      if (which === 'v2 modern') expect(textOf(result as ToolResult)).toContain('sallyports');
      else expect(result).toBeDefined();
    } finally {
      await agent.close();
    }
  });
});
