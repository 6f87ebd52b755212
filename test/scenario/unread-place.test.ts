// No place of a message to hide in: a secret at every place where a string can stand, in every kind of message, through the pipeline with a real store.
// What arrives unread is exactly the list below, each with its reason.
import * as sdk from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallReply, Era, Peer } from '../../src/call.ts';
import type { Abortable } from '../../src/lib/cutoff.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { RpcError } from '../../src/mcp/message.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { oneAgent, reader } from '../support/one-agent.ts';
import { callOf, echoServer, type Harness, ok } from '../support/pipeline-harness.ts';
import { PLAIN, placesOf, type StringPlace, samplesOf, withText } from '../support/protocol-sample.ts';

const WHICH_TASK = { '/_meta/io.modelcontextprotocol/related-task/taskId': 'an id: which task the message belongs to' };
const WHICH_TOKEN = 'an id that whoever reports progress gives back; the connection to a server makes its own';
const WHICH_RESOURCE = 'the address that the agent asks for the resource with, as it stands';
const WHICH_USE = 'an id that pairs what a tool gave back with its use';
const WHICH_TOOL = 'the name of one of the tools that the question offers';
const USES = (at: string) => ({ [`${at}/id`]: WHICH_USE, [`${at}/toolUseId`]: WHICH_USE, [`${at}/name`]: WHICH_TOOL });
const RESOURCES = (...at: string[]) => Object.fromEntries(at.map((path) => [`${path}/uri in an address`, WHICH_RESOURCE]));

/**
 * Places that stay as they are, by kind of message; 0 in a path stands for any number. Besides these, what is not looked at in messages at all: the
 * envelope of an agent (who its program is, said again by the session or the codec), which is a matter of the program and not of a model; pictures, sound and
 * archives; numbers of up to twelve figures, yes and no where the protocol wants them.
 */
const UNREAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'answer tools/call': RESOURCES('/content/0', '/content/0/resource'),
  'answer with questions': { '/requestState': 'sealed by the server, which takes it back byte by byte' },
  'answer of a task': {},
  'notification notifications/tasks': {},
  'answer tasks/list': { '/nextCursor': 'a place in a list, which the agent gives back' },
  'answer prompts/get': RESOURCES('/messages/0/content', '/messages/0/content/resource'),
  'answer resources/read': RESOURCES('/contents/0'),
  'answer completion/complete': {},
  'request tools/call': { '/_meta/progressToken': WHICH_TOKEN, '/requestState': 'sealed by the server, which takes it back byte by byte' },
  'request prompts/get': { '/_meta/progressToken': WHICH_TOKEN },
  'request resources/read': { '/_meta/progressToken': WHICH_TOKEN },
  'request completion/complete': { '/_meta/progressToken': WHICH_TOKEN },
  'request tools/list': { '/_meta/progressToken': WHICH_TOKEN, '/cursor': 'a place in a list, as the server said it' },
  'request logging/setLevel': { '/_meta/progressToken': WHICH_TOKEN },
  'request resources/subscribe': { '/_meta/progressToken': WHICH_TOKEN },
  'request notifications/progress': { '/progressToken': WHICH_TOKEN },
  'request notifications/roots/list_changed': {},
  'question sampling/createMessage': {
    ...USES('/messages/0/content'),
    ...USES('/messages/0/content/0'),
    ...RESOURCES(...['', '/0'].flatMap((at) => [`/messages/0/content${at}/content/0`, `/messages/0/content${at}/content/0/resource`])),
    '/tools/0/name': WHICH_TOOL,
  },
  'question elicitation/create': { '/elicitationId': 'an id: which question has been answered elsewhere' },
  'answer sampling/createMessage': {
    ...USES('/content'),
    ...USES('/content/0'),
    ...RESOURCES(...['', '/0'].flatMap((at) => [`/content${at}/content/0`, `/content${at}/content/0/resource`])),
  },
  'answer elicitation/create': {},
  'answer roots/list': { '/roots/0/uri in an address': 'the address of a folder that a server may be given' },
  'notification notifications/progress': { '/progressToken': WHICH_TOKEN },
  'notification notifications/message': {},
  'notification notifications/tasks/status': {},
  'notification notifications/elicitation/complete': { '/elicitationId': 'an id: which question has been answered elsewhere' },
};

const OF_NO_TASK =
  /^(?:answer (?:(?:prompts|resources|completion)\/|tools\/call|tasks\/list|of a task|with questions)|question |notification (?!notifications\/tasks$))/;

function expectUnread(kind: string, found: readonly string[]): void {
  // What belongs to a task is said of everything but an answer that is none. In questions and notices of a server the agent gets our own id of it.
  const known = { ...(OF_NO_TASK.test(kind) ? {} : WHICH_TASK), ...UNREAD[kind] };
  // What may stay as it is may look like anything.
  expect(found.filter((place) => !found.some((other) => place.startsWith(`${other} in `)))).toEqual(Object.keys(known).sort());
}

let h: Harness;
/** How the server answers, and what it hears and says meanwhile. */
let server: (params: JsonObject, peer: Peer, signal: Abortable, method: string) => Promise<CallReply>;
let count = 0;
/** Definitions are what they are, unless that is what a test is about. */
let fails = false;
const DEFINITIONS = /^(?:tools|prompts|resources)\/(?:templates\/)?list$/;

beforeAll(async () => {
  h = await oneAgent(
    'notes',
    [
      // As the profile `strict`, but what goes out is masked too, so that one call tells of all its places.
      dlpObject('strict', { rules: [{ name: 'all', types: ['*'], direction: 'arguments', action: 'mask' }], profile: 'strict' }),
    ],
    [dlpFor(() => h.core.vault)],
  );
  h.answer(async (request) => {
    const answer = await server(request.params ?? {}, request.peer, request.signal, request.method);
    return !fails && DEFINITIONS.test(request.method) ? echoServer(request) : answer;
  });
});
afterAll(() => h?.close());

/** A secret nobody could take for another one. */
function marker(): string {
  const own = String(count++).padStart(6, '0');
  return `ghp_${`a1B2c3${own}D4e5F6g7H8i9J0k1L2m3N4o5P6`.slice(0, 36)}`;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** What a secret may look like in a place that is made for something else. */
const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  '': (text) => text,
  ' in an address': (text) => `note://x/${text}`,
  ' in base64': base64,
  ' in a data: URI': (text) => `data:image/svg+xml;base64,${base64(`<svg><text>${text}</text></svg>`)}`,
  ' in a written data: URI': (text) => `data:image/svg+xml,%3Csvg%3E${text}%3C/svg%3E`,
};

/** Where in messages of this kind a string passes unread. `send`: the message as it arrived on the other side. `isAlone`: one place may hide others. */
async function unreadIn(
  samples: readonly JsonObject[],
  send: (message: JsonObject) => Promise<unknown>,
  isAlone = false,
): Promise<string[]> {
  const unread = new Set<string>();
  let arrivals = 0;
  const look = async (message: JsonObject, marked: readonly [StringPlace, string][], disguise: string): Promise<boolean> => {
    const got = await send(message);
    if (got === undefined) return false;
    arrivals++;
    const arrived = JSON.stringify(got);
    for (const [{ path, kind }, text] of marked)
      if (arrived.includes(text))
        unread.add(`/${path.map((step) => (typeof step === 'number' ? 0 : step)).join('/')}${kind === 'name' ? '#' : disguise}`);
    return true;
  };
  for (const sample of samples) {
    const places = placesOf(sample);
    for (const [disguise, wrap] of Object.entries(DISGUISES)) {
      const free = places.filter(({ kind }) => kind === 'free').map((place): [StringPlace, string] => [place, wrap(marker())]);
      const all = free.reduce((message, [place, text]) => withText(message, place, text), sample);
      // One place that refuses the message would hide the others.
      if (isAlone || !(await look(all, free, disguise))) for (const one of free) await look(withText(sample, ...one), [one], disguise);
    }
    for (const place of places) {
      if (place.kind === 'free') continue;
      for (const [disguise, wrap] of Object.entries(place.kind === 'fixed' ? DISGUISES : { '': (text: string) => text })) {
        const text = wrap(marker());
        await look(withText(sample, place, text), [[place, text]], disguise);
      }
    }
  }
  // Whatever else: messages of this kind do arrive.
  expect(arrivals).toBeGreaterThanOrEqual(samples.length * Object.keys(DISGUISES).length);
  return [...unread].sort();
}

/** What the gateway itself must understand before it sends anything on, and what a further round of a call says. */
const NEEDED: Readonly<Record<string, JsonObject>> = {
  'prompts/get': { name: 'hello' },
  'resources/read': { uri: 'note://1' },
  'resources/subscribe': { uri: 'note://1' },
  'completion/complete': { ref: { type: 'ref/prompt', name: 'hello', title: PLAIN }, argument: { name: 'tone', value: PLAIN } },
  'tools/call': {
    name: 'write_note',
    requestState: PLAIN,
    inputResponses: {
      first: { action: 'accept', content: { chosenName: PLAIN } },
      second: { role: 'assistant', model: PLAIN, content: { type: 'text', text: PLAIN } },
    },
  },
};

const CALL = { name: 'read_note', arguments: { id: 1 } };

async function run(method: string, params: JsonObject, peer?: Peer, era: Era = 'legacy'): Promise<unknown> {
  const outcome = await h.pipeline.run(
    callOf(method, { bearer: reader.token, params, era, surface: { type: 'server', server: 'notes' }, ...(peer ? { peer } : {}) }),
  );
  return outcome.type === 'result' ? outcome.result : outcome;
}

function answered(method: string, params: JsonObject) {
  return (result: JsonObject) => {
    server = async () => ok(result);
    return run(method, params);
  };
}

describe('answers', () => {
  it.each([
    ['tools/call', sdk.CallToolResultSchema, CALL],
    ['prompts/get', sdk.GetPromptResultSchema, { name: 'hello' }],
    ['resources/read', sdk.ReadResourceResultSchema, { uri: 'note://1' }],
    ['completion/complete', sdk.CompleteResultSchema, { ref: { type: 'ref/prompt', name: 'hello' }, argument: { name: 'x', value: 'y' } }],
  ] as const)('%s', { timeout: 300_000 }, async (method, schema, params) => {
    const unread = await unreadIn(samplesOf(schema), answered(method, params as JsonObject));
    expectUnread(`answer ${method}`, unread);
  });
});

it('an answer to a call that is dressed as another answer has no ids of that one', { timeout: 300_000 }, async () => {
  const schemas = [
    sdk.CreateMessageResultWithToolsSchema,
    sdk.CreateTaskResultSchema,
    sdk.GetTaskResultSchema,
    sdk.ListTasksResultSchema,
    sdk.ListRootsResultSchema,
    sdk.ListToolsResultSchema,
    sdk.ElicitResultSchema,
    sdk.InitializeResultSchema,
  ];
  for (const schema of schemas)
    for (const as of [{}, { resultType: 'task' }, { resultType: 'input_required', requestState: PLAIN }]) {
      const samples = samplesOf(schema).map((sample) => ({ ...sample, ...as }));
      const unread = await unreadIn(samples, answered('tools/call', CALL));
      expect(unread.filter((place) => !/^\/content(?:\/0){0,2}(?:\/resource)?\/uri in an address$/.test(place))).toEqual([]);
    }
});

describe('answers beside definitions', () => {
  it('logging/setLevel', { timeout: 300_000 }, async () => {
    const sample = { somethingElse: PLAIN, _meta: { somethingElse: PLAIN, progressToken: PLAIN } };
    expect(await unreadIn([sample], answered('logging/setLevel', { level: 'info' }))).toEqual([]);
  });

  it('tasks/list', { timeout: 300_000 }, async () => {
    // Shown are tasks that this agent made.
    server = async () => ok({ task: { taskId: 'task-7', status: 'working', ttl: null, createdAt: PLAIN, lastUpdatedAt: PLAIN } });
    await run('tools/call', CALL);
    const samples = samplesOf(sdk.ListTasksResultSchema).map((sample) => ({
      ...sample,
      tasks: (sample.tasks as JsonObject[]).map((task) => ({ ...task, taskId: 'task-7' })),
    }));
    const list = answered('tasks/list', {});
    for (const sample of samples)
      expect(await list(sample)).toMatchObject({ tasks: sample.tasks.map(({ statusMessage }: JsonObject) => ({ statusMessage })) });
    const unread = await unreadIn(samples, list);
    expectUnread('answer tasks/list', unread);
  });

  it.each(['tools/list', 'resources/list', 'logging/setLevel', 'initialize', 'resources/read', 'tools/call'])(
    'a failure of %s',
    { timeout: 300_000 },
    async (method) => {
      const params: Readonly<Record<string, JsonObject>> = {
        'resources/read': { uri: 'note://1' },
        'logging/setLevel': { level: 'info' },
        'tools/call': CALL,
      };
      const failure = { message: PLAIN, data: { somethingElse: PLAIN } };
      const unread = await unreadIn([failure], async (error) => {
        server = async (_params, _peer, _signal, asked) =>
          asked === method ? { type: 'error', era: 'legacy', error: { code: -32603, ...error } as RpcError } : ok({});
        fails = true;
        return run(method, params[method] ?? {}).finally(() => {
          fails = false;
        });
      });
      expect(unread).toEqual([]);
    },
  );
});

describe('lists and handshakes', () => {
  const PAGE = { '/nextCursor': 'a place in a list, which the agent gives back' };
  it.each([
    ['tools/list', sdk.ListToolsResultSchema],
    ['prompts/list', sdk.ListPromptsResultSchema],
    ['resources/list', sdk.ListResourcesResultSchema],
    ['resources/templates/list', sdk.ListResourceTemplatesResultSchema],
    ['initialize', sdk.InitializeResultSchema],
  ] as const)('%s', { timeout: 300_000 }, async (method, schema) => {
    // All but what an agent asks for its program.
    const params = method === 'initialize' ? { protocolVersion: '2025-11-25' } : {};
    fails = true;
    const unread = await unreadIn(samplesOf(schema), answered(method, params), true).finally(() => {
      fails = false;
    });
    expect(unread.filter((place) => !place.startsWith('/nextCursor in '))).toEqual(method === 'initialize' ? [] : Object.keys(PAGE));
  });
});

describe('answers of the stateless era', () => {
  const form = { type: 'object', properties: { chosenName: { type: 'string', title: PLAIN, description: PLAIN, default: PLAIN } } };
  const questions: JsonObject = {
    resultType: 'input_required',
    requestState: PLAIN,
    inputRequests: {
      first: { method: 'elicitation/create', params: { mode: 'form', message: PLAIN, requestedSchema: form, somethingElse: PLAIN } },
      second: {
        method: 'sampling/createMessage',
        params: {
          messages: [{ role: 'user', content: { type: 'text', text: PLAIN } }],
          systemPrompt: PLAIN,
          stopSequences: [PLAIN],
          maxTokens: 9,
        },
        somethingElse: PLAIN,
      },
    },
    somethingElse: PLAIN,
    _meta: {
      somethingElse: PLAIN,
      'io.modelcontextprotocol/serverInfo': { name: PLAIN, title: PLAIN, version: PLAIN, description: PLAIN },
    },
  };
  const times = { createdAt: PLAIN, lastUpdatedAt: PLAIN, ttlMs: 60_000, pollIntervalMs: 500 };
  const result = {
    content: [{ type: 'text', text: PLAIN, annotations: { audience: ['user'], lastModified: PLAIN } }],
    structuredContent: { task: PLAIN },
  };
  const task: JsonObject = { taskId: 'task-1', status: 'completed', statusMessage: PLAIN, ...times, somethingElse: PLAIN };

  it('that ask something back', { timeout: 300_000 }, async () => {
    const unread = await unreadIn([questions], (message) => {
      server = async () => ok(message);
      return run('tools/call', CALL, undefined, 'modern');
    });
    expectUnread('answer with questions', unread);
  });

  it('that are tasks, what becomes of them, and what is said of them', { timeout: 300_000 }, async () => {
    const unread = await unreadIn([{ resultType: 'task', ...task, status: 'working' }], (message) => {
      server = async () => ok(message);
      return run('tools/call', CALL, undefined, 'modern');
    });
    expectUnread('answer of a task', unread);
    const ended = {
      ...task,
      result,
      error: { code: 1, message: PLAIN, data: { somethingElse: PLAIN } },
      inputRequests: questions.inputRequests as JsonObject,
    };
    const done = await unreadIn([{ resultType: 'complete', ...ended }], async (message) => {
      server = async () => ok({ resultType: 'task', ...task, status: 'working' });
      const made = (await run('tools/call', CALL, undefined, 'modern')) as JsonObject;
      server = async () => ok(message);
      return run('tasks/get', { taskId: made.taskId as string }, undefined, 'modern');
    });
    expectUnread('answer of a task', done);
    const told = await unreadIn([ended], async (message) => {
      const heard: unknown[] = [];
      server = async (_params, peer) => {
        await peer.notify('notifications/tasks', message);
        return ok({ content: [] });
      };
      await run('tools/call', CALL, { notify: (_method, said) => void heard.push(said), request: undefined }, 'modern');
      return heard;
    });
    expectUnread('notification notifications/tasks', [...told, Object.keys(WHICH_TASK)[0] as string].sort());
  });
});

describe('requests of agents', () => {
  it.each([
    ['tools/call', sdk.CallToolRequestParamsSchema],
    ['prompts/get', sdk.GetPromptRequestParamsSchema],
    ['resources/read', sdk.ReadResourceRequestParamsSchema],
    ['completion/complete', sdk.CompleteRequestParamsSchema],
    ['tools/list', sdk.PaginatedRequestParamsSchema],
    ['logging/setLevel', sdk.SetLevelRequestParamsSchema],
    ['resources/subscribe', sdk.SubscribeRequestParamsSchema],
    ['notifications/progress', sdk.ProgressNotificationParamsSchema],
    ['notifications/roots/list_changed', sdk.RootsListChangedNotificationSchema.shape.params.unwrap()],
  ] as const)('%s', { timeout: 300_000 }, async (method, schema) => {
    const samples = samplesOf(schema).map((sample) => ({ ...sample, ...NEEDED[method] }));
    const unread = await unreadIn(samples, async (params) => {
      const heard: JsonObject[] = [];
      server = async (sent, _peer, _signal, asked) => {
        if (asked === method) heard.push(sent);
        return ok({});
      };
      await run(method, params);
      return heard.length === 0 ? undefined : heard;
    });
    expectUnread(`request ${method}`, unread);
  });
});

describe('questions of servers', () => {
  const asking = (method: string) => async (params: JsonObject) => {
    let heard: unknown;
    server = async (_params, peer, signal) => {
      await peer.request?.(method, params, signal);
      return ok({ content: [] });
    };
    await run('tools/call', CALL, {
      notify: () => undefined,
      request: async (_method, asked) => {
        heard = asked;
        return { result: {} };
      },
    });
    return heard;
  };
  const answering = (method: string) => async (result: JsonObject) => {
    let heard: unknown;
    server = async (_params, peer, signal) => {
      heard = await peer.request?.(method, { message: PLAIN }, signal);
      return ok({ content: [] });
    };
    await run('tools/call', CALL, { notify: () => undefined, request: async () => ({ result }) });
    return heard;
  };

  it.each([
    ['sampling/createMessage', sdk.CreateMessageRequestParamsSchema],
    ['elicitation/create', sdk.ElicitRequestParamsSchema],
  ] as const)('%s', { timeout: 300_000 }, async (method, schema) => {
    expectUnread(`question ${method}`, await unreadIn(samplesOf(schema), asking(method)));
  });

  it.each([
    ['sampling/createMessage', sdk.CreateMessageResultWithToolsSchema],
    ['elicitation/create', sdk.ElicitResultSchema],
    ['roots/list', sdk.ListRootsResultSchema],
  ] as const)('answered: %s', { timeout: 300_000 }, async (method, schema) => {
    expectUnread(`answer ${method}`, await unreadIn(samplesOf(schema), answering(method)));
  });
});

describe('notifications of servers', () => {
  it.each([
    ['notifications/progress', sdk.ProgressNotificationParamsSchema],
    ['notifications/message', sdk.LoggingMessageNotificationParamsSchema],
    ['notifications/tasks/status', sdk.TaskStatusNotificationParamsSchema],
    ['notifications/elicitation/complete', sdk.ElicitationCompleteNotificationParamsSchema],
  ] as const)('%s', { timeout: 300_000 }, async (method, schema) => {
    const unread = await unreadIn(samplesOf(schema), async (params) => {
      const heard: unknown[] = [];
      server = async (_params, peer) => {
        await peer.notify(method, params);
        return ok({ content: [] });
      };
      await run('tools/call', CALL, { notify: (_method, said) => void heard.push(said), request: undefined });
      return heard;
    });
    expectUnread(`notification ${method}`, unread);
  });
});
