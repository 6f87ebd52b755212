// Clients and servers that others wrote, unmodified, through a gateway process, over both stores: what the servers offer works, what the policy
// refuses is refused with its reason, and the exported log is sound and holds every call of the walk.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { type LoggedCall, loggedCalls, verifyStore } from '../support/log-lines.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';
import { startThirdParties, type ThirdParties } from '../support/third-party.ts';

const EVERYTHING = ['everything-stdio', 'everything-http', 'everything-sse'] as const;
const CLIENTS = ['v1', 'v2 legacy', 'v2 modern'] as const;
const LIMIT_MS = 600_000;
const URI = 'demo://resource/dynamic/text/1';

describe.each(STORES)('third parties over %s', { timeout: LIMIT_MS }, (kind) => {
  let place: Place;
  let third: ThirdParties;
  let gateway: HostedGateway;
  /** Tool calls that were made, as server/tool/effect; the log must hold each. */
  const made: string[] = [];
  const note = (server: string, tool: string, effect: 'allow' | 'deny') => made.push(`${server}/${tool}/${effect}`);

  beforeAll(async () => {
    place = await freshPlace(kind);
    third = await startThirdParties(place.dataDir);
    await place.seed(...third.objects);
    gateway = await startHosted(place);
  });
  afterAll(async () => {
    await gateway?.kill();
    await third?.stop();
    await place?.remove();
  });

  const connect = (which: (typeof CLIENTS)[number], path: string) => connectTo(which, `${gateway.url}${path}`, third.token);

  describe.each(CLIENTS)('SDK %s', (which) => {
    it.each(EVERYTHING)('walks through %s', async (server) => {
      const client = await connect(which, `/mcp/${server}`);
      try {
        const tools = await client.toolNames();
        expect(tools).toContain('echo');
        expect(tools).not.toContain('get-env');
        expect(textOf(await client.call('echo', { message: 'hello' }))).toBe('Echo: hello');
        note(server, 'echo', 'allow');
        const refused = await client.call('get-env', {});
        note(server, 'get-env', 'deny');
        expect(refused).toMatchObject({
          isError: true,
          _meta: { 'io.sallyport/decision': { code: 'denied_by_rule', rule: 'third-party/no-environment' } },
        });
        expect(textOf(refused)).toContain('The environment holds secrets.');
        const steps: number[] = [];
        await client.call('trigger-long-running-operation', { duration: 0.3, steps: 3 }, ({ progress, total }) => {
          if (total === 3) steps.push(progress); // the SDK counts rounds of questions as progress of its own, without a total
        });
        note(server, 'trigger-long-running-operation', 'allow');
        expect(steps).toEqual([1, 2, 3]);
        expect(await client.read(URI)).toContain('Resource 1');
        expect(await client.templates()).toContain('demo://resource/dynamic/text/{resourceId}');
        expect(await client.prompt('args-prompt', { city: 'Ulm', state: 'BW' })).toContain('Ulm');
        expect(await client.complete('completable-prompt', 'department', 'Eng')).toContain('Engineering');
        await client.subscribe(URI);
      } finally {
        await client.close();
      }
    });

    it.each(EVERYTHING)('answers the questions of %s', async (server) => {
      const client = await connect(which, `/mcp/${server}`);
      try {
        await expect.poll(() => client.toolNames(), { timeout: 60_000 }).toContain('trigger-sampling-request');
        expect(textOf(await client.call('trigger-sampling-request', { prompt: 'hi', maxTokens: 5 }))).toContain('sampled');
        expect(JSON.stringify(await client.call('trigger-elicitation-request', {}))).toContain('Ada');
        expect(JSON.stringify(await client.call('get-roots-list', {}))).toContain('file:///workspace');
        for (const tool of ['trigger-sampling-request', 'trigger-elicitation-request', 'get-roots-list']) note(server, tool, 'allow');
      } finally {
        await client.close();
      }
    });

    it('reads files and keeps memories, but writes no file', async () => {
      const files = await connect(which, '/mcp/files');
      const path = join(place.dataDir, 'sandbox', 'welcome.txt');
      try {
        expect(await files.toolNames()).not.toContain('write_file');
        expect(textOf(await files.call('read_text_file', { path }))).toContain('Welcome aboard.');
        expect(await files.call('write_file', { path, content: 'x' })).toMatchObject({
          isError: true,
          _meta: { 'io.sallyport/decision': { code: 'no_rule_allows' } },
        });
        expect(textOf(await files.call('read_text_file', { path }))).toContain('Welcome aboard.');
      } finally {
        await files.close();
      }
      const memory = await connect(which, '/mcp/memory');
      try {
        const entities = [{ name: `ship ${which}`, entityType: 'ship', observations: ['sails'] }];
        await memory.call('create_entities', { entities });
        expect(JSON.stringify(await memory.call('search_nodes', { query: which }))).toContain(`ship ${which}`);
        expect(await memory.call('delete_entities', { entityNames: [`ship ${which}`] })).toMatchObject({ isError: true });
        expect(JSON.stringify(await memory.call('read_graph', {}))).toContain(`ship ${which}`);
      } finally {
        await memory.close();
      }
      note('files', 'read_text_file', 'allow');
      note('files', 'write_file', 'deny');
      note('memory', 'create_entities', 'allow');
      note('memory', 'delete_entities', 'deny');
    });

    it('finds everything it may use on one endpoint', async () => {
      const client = await connect(which, '/mcp');
      try {
        const tools = await client.toolNames();
        expect(tools).toEqual(
          expect.arrayContaining([...EVERYTHING.map((name) => `${name}__echo`), 'files__read_text_file', 'memory__read_graph']),
        );
        expect(tools.filter((name) => /get-env|write_file|delete_/.test(name))).toEqual([]);
        for (const server of EVERYTHING) {
          expect(textOf(await client.call(`${server}__echo`, { message: server }))).toBe(`Echo: ${server}`);
          note(server, 'echo', 'allow');
        }
        expect(await client.call('files__write_file', { path: '/x', content: 'x' })).toMatchObject({ isError: true });
        expect(await client.prompt('everything-http__args-prompt', { city: 'Ulm', state: 'BW' })).toContain('Ulm');
      } finally {
        await client.close();
      }
    });
  });

  it('the inspector lists, calls and is refused', async () => {
    const inspect = (...args: string[]) => inspector(`${gateway.url}/mcp/everything-http`, third.token, args);
    const [listed, called, refused] = await Promise.all([
      inspect('--method', 'tools/list'),
      inspect('--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'message=hello'),
      inspect('--method', 'tools/call', '--tool-name', 'get-sum', '--tool-arg', 'a=2'),
    ]);
    expect(listed).toContain('"echo"');
    expect(listed).not.toContain('"get-env"');
    expect(called).toContain('Echo: hello');
    // It asks only for what is listed, so the refusal it can meet is that of arguments.
    expect(refused).toContain('do not fit its input schema');
    note('everything-http', 'echo', 'allow');
    note('everything-http', 'get-sum', 'deny');
  });

  it('exports a sound log that holds every call', async () => {
    expect(await gateway.stop()).toBe(0);
    const core = await place.open();
    try {
      expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0 });
      const calls = await loggedCalls(core, place.config.organization);
      const logged = calls.filter(({ method, isVoid }) => method === 'tools/call' && !isVoid);
      for (const call of logged.filter(({ effect }) => effect === 'allow'))
        expect(call).toMatchObject({ outcome: expect.stringMatching(/^(ok|tool_error|input_required)$/) });
      expect(missing(made, logged)).toEqual([]);
      for (const method of [
        'resources/read',
        'prompts/get',
        'completion/complete',
        'tools/list',
        'sampling/createMessage',
        'elicitation/create',
        'roots/list',
      ])
        expect(
          calls.some((call) => call.method === method && call.effect === 'allow'),
          method,
        ).toBe(true);
    } finally {
      await core.store.lifecycle.close();
    }
  });
});

/** What was made more often than the log has it. */
function missing(made: readonly string[], logged: readonly LoggedCall[]): string[] {
  const left = logged.map(({ server, tool, effect }) => `${server}/${tool}/${effect}`);
  return made.filter((call) => {
    const at = left.indexOf(call);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

type ToolResult = { content?: unknown; isError?: boolean; _meta?: Record<string, unknown> };

/** The two SDK majors behind the few things the walk does. */
interface WalkingClient {
  toolNames(): Promise<string[]>;
  call(
    name: string,
    given: Record<string, unknown>,
    onProgress?: (progress: { progress: number; total?: number | undefined }) => void,
  ): Promise<ToolResult>;
  read(uri: string): Promise<string>;
  templates(): Promise<string[]>;
  prompt(name: string, given: Record<string, string>): Promise<string>;
  complete(prompt: string, argument: string, value: string): Promise<string[]>;
  subscribe(uri: string): Promise<void>;
  close(): Promise<void>;
}

const CAPABILITIES = { sampling: {}, elicitation: { form: {} }, roots: {} };
const SAMPLED = { model: 'test', role: 'assistant' as const, content: { type: 'text' as const, text: 'sampled' } };
const ELICITED = { action: 'accept' as const, content: { name: 'Ada', check: true } };
const ROOTS = { roots: [{ uri: 'file:///workspace', name: 'workspace' }] };

async function connectTo(which: (typeof CLIENTS)[number], url: string, token: string): Promise<WalkingClient> {
  const options = { requestInit: { headers: { authorization: `Bearer ${token}` } } };
  return which === 'v1'
    ? connectV1(new TransportV1(new URL(url), options))
    : connectV2(new TransportV2(new URL(url), options), which === 'v2 modern');
}

async function connectV1(transport: TransportV1): Promise<WalkingClient> {
  const client = new ClientV1({ name: 'walker', version: '1' }, { capabilities: CAPABILITIES });
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  let logged = 0;
  client.setNotificationHandler(LoggingMessageNotificationSchema, () => {
    logged += 1;
  });
  await client.connect(transport as Parameters<ClientV1['connect']>[0]);
  return {
    ...common(client),
    call: async (name, given, onProgress) =>
      (await client.callTool({ name, arguments: given }, undefined, onProgress && { onprogress: onProgress })) as ToolResult,
    subscribe: async (uri) => {
      await client.setLoggingLevel('debug');
      await client.subscribeResource({ uri });
      await expect.poll(() => logged).toBeGreaterThan(0);
      await client.unsubscribeResource({ uri });
    },
    close: async () => {
      await transport.terminateSession();
      await client.close();
    },
  };
}

async function connectV2(transport: TransportV2, modern: boolean): Promise<WalkingClient> {
  const client = new ClientV2(
    { name: 'walker', version: '1' },
    { capabilities: CAPABILITIES, versionNegotiation: { mode: modern ? 'auto' : 'legacy' } },
  );
  client.setRequestHandler('sampling/createMessage', () => SAMPLED);
  client.setRequestHandler('elicitation/create', () => ELICITED);
  client.setRequestHandler('roots/list', () => ROOTS);
  let logged = 0;
  client.setNotificationHandler('notifications/message', () => {
    logged += 1;
  });
  await client.connect(transport);
  return {
    ...common(client),
    call: async (name, given, onProgress) =>
      (await client.callTool({ name, arguments: given }, onProgress && { onprogress: onProgress })) as ToolResult,
    subscribe: async (uri) => {
      if (modern) {
        const subscription = await client.listen({ resourceSubscriptions: [uri] });
        return subscription.close();
      }
      await client.setLoggingLevel('debug');
      await client.subscribeResource({ uri });
      await expect.poll(() => logged).toBeGreaterThan(0);
      await client.unsubscribeResource({ uri });
    },
    close: async () => {
      if (!modern) await transport.terminateSession();
      await client.close();
    },
  };
}

function common(client: ClientV1 | ClientV2): Omit<WalkingClient, 'call' | 'subscribe' | 'close'> {
  return {
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    read: async (uri) => JSON.stringify((await client.readResource({ uri })).contents),
    templates: async () => (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    prompt: async (name, given) => JSON.stringify((await client.getPrompt({ name, arguments: given })).messages),
    complete: async (prompt, name, value) =>
      (await client.complete({ ref: { type: 'ref/prompt', name: prompt }, argument: { name, value } })).completion.values,
  };
}

function textOf(result: ToolResult): string {
  const [first] = (result.content ?? []) as { text?: string }[];
  return first?.text ?? '';
}

/** Standard output and error of `mcp-inspector --cli`, whatever its exit code. */
async function inspector(url: string, token: string, args: string[]): Promise<string> {
  const entry = join(
    dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json')),
    '..',
    '..',
    '.bin',
    'mcp-inspector',
  );
  const given = [entry, '--cli', url, '--transport', 'http', '--header', `Authorization: Bearer ${token}`, ...args];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, given, { timeout: 180_000 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr;
  }
}
