// The agent of the client legs: an SDK client that does what each scenario of the suite's `client` mode wants to see done.
// It knows only the URL it was given, the gateway's or, to check the driver itself, the mock server's.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export type AgentEra = 'legacy' | 'modern';

export interface Drive {
  url: string;
  era: AgentEra;
  scenario: string;
  /** What the suite tells the scenario's client: credentials, tool calls to make. */
  context: Record<string, unknown>;
}

type Arguments = Record<string, unknown>;
type Script = (client: Client, drive: Drive) => Promise<void>;

const CALL_TIMEOUT_MS = 30_000;
const WEATHER_ARGUMENTS: Arguments = { a: 5, b: 3 };

/** Runs one scenario to its end. Throws when the scenario cannot be driven. */
export async function driveScenario(drive: Drive): Promise<void> {
  const client = new Client(
    { name: 'sallyport-conformance-agent', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
      versionNegotiation: { mode: drive.era === 'modern' ? 'auto' : 'legacy' },
    },
  );
  client.setRequestHandler('elicitation/create', (request) => ({
    action: 'accept' as const,
    content: defaultsOf((request.params as { requestedSchema?: unknown }).requestedSchema),
  }));
  client.setRequestHandler('roots/list', () => ({ roots: [] }));
  await client.connect(new StreamableHTTPClientTransport(new URL(drive.url)));
  try {
    await (scripts[drive.scenario] ?? listAndCall)(client, drive);
  } finally {
    await client.close();
  }
}

const scripts: Record<string, Script> = {
  // A modern agent has found out whom it talks to by now, and for that the gateway had to greet the server.
  initialize: async (client, drive) => {
    if (drive.era === 'legacy') await client.ping();
  },
  tools_call: (client) => callKnown(client, 'add_numbers', WEATHER_ARGUMENTS),
  'elicitation-sep1034-client-defaults': (client) => callKnown(client, 'test_client_elicitation_defaults', {}),
  'sse-retry': (client) => callKnown(client, 'test_reconnection', {}),
  'request-metadata': async (client) => {
    await client.listTools();
  },
  'sep-2322-client-request-state': async (client) => {
    await client.listTools();
    for (const name of ['test_mrtr_echo_state', 'test_mrtr_unrelated', 'test_mrtr_no_state', 'test_mrtr_no_result_type']) {
      await call(client, name, {}).catch((error: unknown) => note(name, error));
    }
  },
  'http-standard-headers': everyCapability,
  'http-custom-headers': async (client, drive) => {
    await client.listTools();
    for (const wanted of (drive.context.toolCalls ?? []) as Array<{ name: string; arguments: Arguments }>) {
      await call(client, wanted.name, wanted.arguments);
    }
  },
  'http-invalid-tool-headers': callEveryTool,
  'json-schema-ref-no-deref': async (client) => {
    await client.listTools();
  },
  'json-schema-2020-12-preservation': async (client) => {
    const { tools } = await client.listTools();
    const schema = tools.find((tool) => tool.name === 'json_schema_2020_12_tool')?.inputSchema;
    await call(client, 'json_schema_echo', { schema });
  },
};

/** The authorization scenarios, and any the suite may add: something to list and something to call. */
async function listAndCall(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  const tool = tools.find((entry) => entry.name === 'test-tool') ?? tools[0];
  if (tool) await call(client, tool.name, sampleArguments(tool.inputSchema));
}

async function callKnown(client: Client, name: string, args: Arguments): Promise<void> {
  const { tools } = await client.listTools();
  if (!tools.some((tool) => tool.name === name)) throw new Error(`The server does not list ${name}`);
  await call(client, name, args);
}

async function callEveryTool(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  for (const tool of tools)
    await call(client, tool.name, sampleArguments(tool.inputSchema)).catch((error: unknown) => note(tool.name, error));
}

async function everyCapability(client: Client): Promise<void> {
  await callEveryTool(client);
  const { resources } = await client.listResources();
  for (const resource of resources) {
    await client.readResource({ uri: resource.uri }).catch((error: unknown) => note(resource.uri, error));
  }
  const { prompts } = await client.listPrompts();
  for (const prompt of prompts) {
    await client.getPrompt({ name: prompt.name }).catch((error: unknown) => note(prompt.name, error));
  }
}

async function call(client: Client, name: string, args: Arguments): Promise<void> {
  await client.callTool({ name, arguments: args }, { timeout: CALL_TIMEOUT_MS });
}

function note(what: string, error: unknown): void {
  process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** The defaults a form states for its fields, as a user who changes nothing would send them. */
function defaultsOf(schema: unknown): Record<string, string | number | boolean | string[]> {
  const properties = (schema as { properties?: Record<string, Record<string, unknown>> } | undefined)?.properties ?? {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      (property.default ?? sampleValue(property)) as string | number | boolean | string[],
    ]),
  );
}

function sampleArguments(schema: unknown): Arguments {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Record<string, unknown>>; required?: string[] };
  return Object.fromEntries(required.map((name) => [name, sampleValue(properties[name] ?? {})]));
}

function sampleValue(property: Record<string, unknown>): unknown {
  switch (property.type) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return 1;
    case 'array':
      return [];
    case 'object':
      return {};
    case 'null':
      return null;
    default:
      return 'sample';
  }
}
