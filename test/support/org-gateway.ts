// A running gateway with several organizations whose objects have the same names: each with an operator, an agent, a token and a server of its own.
// Whatever an organization has carries its mark, so that a mark seen elsewhere is something that crossed.
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { type Gateway, startGateway } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type LegacyAgent, legacyAgent, modern } from './agent-side.ts';
import { type Received, send } from './http-agent.ts';
import { json, legacyHandshake, openEvents, type RawRequest, type RawServer, startRawServer } from './raw-server.ts';
import { seed } from './seed.ts';

export interface Tenant {
  org: string;
  /** Stands in everything that is this organization's. */
  mark: string;
  operator: string;
  token: string;
  server: RawServer;
  admin(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Received>;
  apply(text: string): Promise<void>;
  ask(method: string, params?: Record<string, unknown>, options?: AskOptions): Promise<Received>;
  session(path?: string, token?: string): Promise<LegacyAgent>;
}

export interface AskOptions {
  path?: string;
  token?: string;
  headers?: Record<string, string>;
}

export interface OrgGateway {
  gateway: Gateway;
  config: Config;
  tenants: Record<string, Tenant>;
  /** Operator of the gateway's own organization, who may make others. */
  home: { token: string; admin: Tenant['admin'] };
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface OrgGatewayOptions {
  flags?: Record<string, string>;
  /** Answers of the servers beside handshake, lists and echoes. */
  answer?: (org: string, request: RawRequest, response: ServerResponse) => boolean;
}

export async function startOrgGateway(orgs: readonly string[], options: OrgGatewayOptions = {}): Promise<OrgGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-orgs-'));
  const flags = { dataDir, 'agent.port': '0', 'admin.port': '0', logLevel: 'silent', ...options.flags };
  const { config, problems } = loadConfig({ env: {}, flags });
  if (!config) throw new Error(problems?.join('; '));
  const running = { gateway: await startGateway(config) };
  const root = newOperatorToken();
  const spec = {
    role: 'admin' as const,
    rights: ['organizations' as const],
    hash: root.hash,
    hint: root.hint,
    createdAt: '2026-01-01T00:00:00Z',
  };
  const revision = await seed(running.gateway, config.organization, [{ kind: 'operator', metadata: { name: 'root' }, spec }]);
  await running.gateway.control.atLeast(config.organization, revision);
  const home = { token: root.token, admin: adminAs(() => running.gateway.adminUrl, root.token) };
  const tenants: Record<string, Tenant> = {};
  for (const org of orgs) {
    const made = await home.admin('POST', '/api/v1/organizations', { name: org, owner: markOf(org) });
    if (made.status !== 200) throw new Error(made.text);
    tenants[org] = await furnish(() => running.gateway, org, (made.json as { token: string }).token, options);
  }
  return {
    get gateway() {
      return running.gateway;
    },
    config,
    tenants,
    home,
    restart: async () => {
      await running.gateway.close();
      running.gateway = await startGateway(config);
    },
    close: async () => {
      await running.gateway.close();
      for (const { server } of Object.values(tenants)) await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function markOf(org: string): string {
  return `mark-of-${org}-${'x'.repeat(8)}`;
}

async function furnish(gateway: () => Gateway, org: string, operator: string, options: OrgGatewayOptions): Promise<Tenant> {
  const mark = markOf(org);
  const server = await startRawServer((request, response) => {
    if (options.answer?.(org, request, response)) return;
    answerAs(org, mark, request, response);
  });
  const admin = adminAs(() => gateway().adminUrl, operator);
  const apply = async (text: string): Promise<void> => {
    const applied = await admin('POST', '/api/v1/apply', { text });
    if (applied.status !== 200) throw new Error(applied.text);
  };
  await apply(objectsText(mark, server.url));
  const made = await admin('POST', '/api/v1/tokens', { agent: 'bot', name: 'bot-token' });
  if (made.status !== 200) throw new Error(made.text);
  const { token } = made.json as { token: string };
  const at = (path: string): string => gateway().mcpUrl + path;
  return {
    ...{ org, mark, operator, token, server, admin, apply },
    ask: (method, params = {}, asked = {}) => {
      const { headers, body } = modern(method, params);
      const own = { ...headers, authorization: `Bearer ${asked.token ?? token}`, ...asked.headers };
      return send(at(asked.path ?? '/mcp/desk'), { headers: own, body });
    },
    session: (path = '/mcp/desk', other = token) => legacyAgent(at(path), other),
  };
}

export function adminAs(url: () => string, token: string): Tenant['admin'] {
  return (method, path, body, headers = {}) =>
    send(url() + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

function objectsText(mark: string, url: string): string {
  return `
kind: secret
metadata: {name: key}
spec: {value: secret-${mark}}
---
kind: team
metadata: {name: crew, title: ${mark}}
spec: {owner: ${mark}}
---
kind: agent
metadata: {name: bot, title: ${mark}, labels: {mark: ${mark}}}
spec: {owner: ${mark}, class: coder, team: crew}
---
kind: class
metadata: {name: coder}
spec: {owner: ${mark}, environment: prod}
---
kind: user
metadata: {name: ann, title: ${mark}}
spec: {name: ${mark}, teams: [crew]}
---
kind: server
metadata: {name: desk, title: ${mark}}
spec: {transport: http, url: "${url}", era: legacy, trust: true, headers: {x-key: {secret: key}}}
---
kind: role
metadata: {name: worker, title: ${mark}}
spec: {members: {teams: [crew]}, grants: [{server: [desk]}]}
`;
}

/** Every organization's server has another tool beside the common one, with another schema, and signs what it says. */
function answerAs(org: string, mark: string, request: RawRequest, response: ServerResponse): void {
  // A standing stream on which nothing is ever said.
  if (request.method === 'GET') return void openEvents(response);
  if (
    legacyHandshake(request, response, {
      sessionId: `up-${org}`,
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {} },
    })
  )
    return;
  const { message } = request;
  const reply = (result: object): void => json(response, { jsonrpc: '2.0', id: message?.id, result });
  const open = { type: 'object', properties: { [`only_${org}`]: { type: 'string' } }, additionalProperties: false };
  if (message?.method === 'tools/list')
    reply({ tools: ['common', `tool_${org}`].map((name) => ({ name, description: mark, inputSchema: open })) });
  else if (message?.method === 'resources/list')
    reply({
      resources: [
        { uri: `note://${org}/1`, name: mark },
        { uri: 'note://same/1', name: mark },
      ],
    });
  else if (message?.method === 'resources/read') reply({ contents: [{ uri: String(message.params?.uri), text: mark }] });
  else reply({ content: [{ type: 'text', text: `done by ${mark}` }] });
}
