// An agent at the seam between pipeline and servers: builds requests as the pipeline would, records what its stream hears, answers questions.
// For tests of src/upstream only; the servers behind it are real.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mintReceipt } from '../../src/audit/port.ts';
import type { CallReply, ClientContext, Era, PeerAnswer } from '../../src/call.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { RequestId } from '../../src/mcp/message.ts';
import { serverSpec } from '../../src/object/kind/server.ts';
import type { ServerSpec } from '../../src/object/kinds.ts';
import { createConnectors } from '../../src/upstream/connectors.ts';
import type { UpstreamRequest, Upstreams } from '../../src/upstream/exchange.ts';
import type { StateSealer } from '../../src/upstream/request-state.ts';
import type { UpstreamOptions } from '../../src/upstream/upstream-options.ts';
import { createUpstreams } from '../../src/upstream/upstreams.ts';

export interface TestGateway {
  upstreams: Upstreams;
  reports: [event: string, detail: JsonObject][];
  /** What processes wrote beside the protocol. */
  output: string[];
  close(): Promise<void>;
}

export function startUpstreams(options: Partial<UpstreamOptions> = {}): TestGateway {
  const output: string[] = [];
  const connectors = createConnectors({
    clock: systemClock,
    ownEnv: process.env,
    onOutput: (_destination, _stream, line) => output.push(line),
    onUnprotected: () => {},
  });
  const reports: [string, JsonObject][] = [];
  const upstreams = createUpstreams({
    connectors,
    clock: systemClock,
    sealer: testSealer(),
    gateway: { name: 'sallyport', version: '0.0.0-test' },
    report: (event, detail) => reports.push([event, detail]),
    ...options,
  });
  return {
    upstreams,
    reports,
    output,
    async close() {
      await upstreams.close();
      await connectors.close();
    },
  };
}

export function specOf(spec: Partial<ServerSpec>): ServerSpec {
  return serverSpec.parse({ transport: 'http', ...spec });
}

/** AES-256-GCM with the organization as associated data. */
export function testSealer(): StateSealer {
  const key = randomBytes(32);
  return {
    seal(org, text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(org));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(org, sealed) {
      try {
        const bytes = Buffer.from(sealed, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(org));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}

export interface AgentOptions {
  era: Era;
  spec: ServerSpec;
  upstreams: Upstreams;
  server?: string;
  principalKey?: string;
  capabilities?: JsonObject;
  protocolVersion?: string;
  sessionId?: string;
  answer?: (method: string, params: JsonObject | undefined) => PeerAnswer | Promise<PeerAnswer>;
}

export interface Heard {
  method: string;
  params: JsonObject | undefined;
  text: string | undefined;
}

export interface SendOptions {
  paramsText?: string;
  signal?: AbortSignal;
  heard?: Heard[];
  logLevel?: string;
  inputSchema?: JsonObject;
  requestId?: RequestId;
  shape?: 'request' | 'notification';
  /** Of a standing stream: the server's side stands, too. */
  onOpen?: () => void;
}

let sessions = 0;
let calls = 0;

export class Agent {
  readonly client: ClientContext;
  /** Notifications of all calls that brought no list of their own. */
  readonly heard: Heard[] = [];
  readonly asked: { method: string; params: JsonObject | undefined }[] = [];
  /** Pauses servers asked for by closing a call's stream on purpose, milliseconds. */
  readonly putOff: number[] = [];
  readonly #options: AgentOptions;

  constructor(options: AgentOptions) {
    this.#options = options;
    const isLegacy = options.era === 'legacy';
    this.client = {
      era: options.era,
      protocolVersion: options.protocolVersion ?? (isLegacy ? '2025-11-25' : '2026-07-28'),
      capabilities: options.capabilities ?? {},
      clientInfo: { name: 'test-agent', version: '1' },
      sessionId: isLegacy ? (options.sessionId ?? `session-${++sessions}`) : undefined,
      logLevel: undefined,
    };
  }

  initialize(): Promise<CallReply> {
    const { protocolVersion, capabilities, clientInfo } = this.client;
    return this.send('initialize', { protocolVersion, capabilities, clientInfo });
  }

  send(method: string, params?: JsonObject, options: SendOptions = {}): Promise<CallReply> {
    return this.#options.upstreams.exchange(this.request(method, params, options));
  }

  /** The result, or an exception naming the error. */
  async result(method: string, params?: JsonObject, options: SendOptions = {}): Promise<JsonObject> {
    const reply = await this.send(method, params, options);
    if (reply.type !== 'result') throw new Error(`${method}: ${JSON.stringify(reply)}`);
    return reply.result;
  }

  call(name: string, args?: JsonObject, options: SendOptions & { meta?: JsonObject } = {}): Promise<JsonObject> {
    return this.result('tools/call', { name, ...(args && { arguments: args }), ...(options.meta && { _meta: options.meta }) }, options);
  }

  /** A stateless agent's call through as many rounds as the server wants. */
  async callInRounds(
    name: string,
    args?: JsonObject,
    options: SendOptions & { meta?: JsonObject } = {},
  ): Promise<{ result: JsonObject; rounds: JsonObject[] }> {
    const rounds: JsonObject[] = [];
    const given: JsonObject = { name, ...(args && { arguments: args }), ...(options.meta && { _meta: options.meta }) };
    let params = given;
    for (;;) {
      const result = await this.result('tools/call', params, options);
      if (result.resultType !== 'input_required') return { result, rounds };
      rounds.push(result);
      const inputResponses: JsonObject = {};
      for (const [key, question] of Object.entries((result.inputRequests ?? {}) as Record<string, JsonObject>)) {
        const answer = await this.#answer(String(question.method), question.params as JsonObject | undefined);
        if (answer.result) inputResponses[key] = answer.result;
      }
      params = { ...given, inputResponses, requestState: result.requestState };
    }
  }

  request(method: string, params?: JsonObject, options: SendOptions = {}): UpstreamRequest {
    const client = options.logLevel === undefined ? this.client : { ...this.client, logLevel: options.logLevel };
    const own = this.client.era === 'modern' && options.shape !== 'notification' ? withEnvelope(client, params) : params;
    const heard = options.heard ?? this.heard;
    return {
      receipt: mintReceipt('org', 1, '0'.repeat(64), 1),
      callId: `call_${++calls}`,
      org: 'org',
      server: this.#options.server ?? 'server',
      spec: this.#options.spec,
      lease: { headers: {}, env: {}, fingerprint: '', mode: 'none' },
      principalKey: this.#options.principalKey ?? 'agent-1',
      client,
      shape: options.shape ?? 'request',
      method,
      params: own,
      paramsText: options.paramsText ?? (own === undefined ? undefined : JSON.stringify(own)),
      inputSchema: options.inputSchema,
      peer: {
        notify: (name, value, text) => {
          heard.push({ method: name, params: value, text });
          return undefined;
        },
        request: this.client.era === 'legacy' ? (name, value) => this.#answer(name, value) : undefined,
        disconnect: (retryMs) => this.putOff.push(retryMs),
      },
      signal: options.signal ?? new AbortController().signal,
      ...(options.requestId !== undefined && { requestId: options.requestId }),
      ...(options.onOpen && { onOpen: options.onOpen }),
    };
  }

  async #answer(method: string, params: JsonObject | undefined): Promise<PeerAnswer> {
    this.asked.push({ method, params });
    return (await this.#options.answer?.(method, params)) ?? { error: { code: -32601, message: 'not answered by this test' } };
  }
}

function withEnvelope(client: ClientContext, params: JsonObject | undefined): JsonObject {
  const meta = (params?._meta ?? {}) as JsonObject;
  return {
    ...params,
    _meta: {
      ...meta,
      'io.modelcontextprotocol/protocolVersion': client.protocolVersion,
      'io.modelcontextprotocol/clientCapabilities': client.capabilities,
      'io.modelcontextprotocol/clientInfo': client.clientInfo,
      ...(client.logLevel !== undefined && { 'io.modelcontextprotocol/logLevel': client.logLevel }),
    },
  };
}

/** Answers as a person who always agrees. */
export function agreeable(method: string): PeerAnswer {
  if (method === 'elicitation/create')
    return { result: { action: 'accept', content: { name: 'Ann', username: 'ann', email: 'ann@example.com', ok: true, color: 'blue' } } };
  if (method === 'sampling/createMessage')
    return { result: { role: 'assistant', model: 'test', content: { type: 'text', text: 'sampled' } } };
  return { result: { roots: [{ uri: 'file:///work', name: 'work' }] } };
}

export async function until(condition: () => boolean, what: string, timeoutMs = 60_000): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > endMs) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
