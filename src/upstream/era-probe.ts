// Asks a server which era it speaks (2026-07-28 basic/versioning; protocol matrix §2.1, §2.2): server/discover, and what comes back.
// 401, 403, 429 and 5xx decide nothing. A stdio server is asked in a sibling process that is thrown away.
import type { Era } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { HEADER_MISMATCH, MISSING_CLIENT_CAPABILITY, UNSUPPORTED_PROTOCOL_VERSION } from '../mcp/error-code.ts';
import { parseMessageSoon } from '../mcp/large-message.ts';
import { type RpcResponse, SERVER_LIMITS, writeRequest } from '../mcp/message.ts';
import { isModernVersion } from '../mcp/rev-2026-07-28/version.ts';
import type { Duplex } from './channel.ts';
import type { Connectors, Destination } from './connection.ts';
import { asFailure, failure } from './failure.ts';
import { POST_HEADERS } from './http-stream.ts';
import { gatewayParams, headersOf } from './modern-params.ts';
import { within } from './wait.ts';

/** An HTTP server that says nothing for this long is not judged. */
export const HTTP_PROBE_MS = 10_000;
/** A stdio server that says nothing for this long after it was started is a legacy one. */
export const STDIO_PROBE_MS = 8_000;

const PROBE_ID = 'probe';

export interface ProbeResult {
  era: Era;
  /** DiscoverResult, when there was one. */
  discover: JsonObject | undefined;
}

export interface Probe {
  destination: Destination;
  connectors: Connectors;
  gateway: { name: string; version: string };
  /** Nobody wants to know any more. */
  signal: AbortSignal;
}

const LEGACY: ProbeResult = { era: 'legacy', discover: undefined };

/** Rejects with GatewayError when the server cannot be judged now. */
export async function probeHttp({ destination, connectors, gateway, signal }: Probe): Promise<ProbeResult> {
  const { server, spec } = destination;
  const { text, params } = probe(gateway);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(failure('upstream_timeout', server, 'era probe')), Math.min(HTTP_PROBE_MS, spec.timeoutMs));
  let seen: RpcResponse | undefined;
  try {
    const answer = await connectors.http(destination).exchange({
      method: 'POST',
      url: spec.url ?? '',
      headers: { ...destination.headers, ...POST_HEADERS, ...headersOf('server/discover', params, undefined) },
      body: text,
      signal: AbortSignal.any([abort.signal, signal]),
      idleTimeoutMs: undefined,
      onEvent: async (event) => {
        seen ??= await responseIn(event.data);
        if (seen) abort.abort();
      },
    });
    if (answer.status === 401 || answer.status === 403) throw failure('upstream_auth', server, `HTTP ${answer.status}`);
    if (answer.status === 429 || answer.status >= 500)
      throw failure('upstream_unreachable', server, `HTTP ${answer.status}: ${answer.text}`);
    return judge(seen ?? (await responseIn(answer.text)));
  } catch (error) {
    if (seen) return judge(seen);
    throw asFailure(error, server);
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects when the process cannot be started, or nobody wants to know any more. `leave` is given the end of the process, which is not waited for. */
export async function probeStdio(
  { destination, connectors, gateway, signal }: Probe,
  leave: (closing: Promise<void>) => void,
): Promise<ProbeResult> {
  const duplex = await connectors.stdio(destination);
  try {
    return await ask(duplex, probe(gateway).text, signal);
  } finally {
    leave(duplex.close().catch(() => undefined));
  }
}

function ask(duplex: Duplex, text: string, signal: AbortSignal): Promise<ProbeResult> {
  const answer = new Promise<ProbeResult>((resolve) => {
    const settle = (result: ProbeResult) => {
      clearTimeout(timer);
      resolve(result);
    };
    const timer = setTimeout(() => settle(LEGACY), STDIO_PROBE_MS);
    void duplex.closed.then(() => settle(LEGACY));
    duplex.onMessage(async (line) => {
      const response = await responseIn(line);
      if (response) settle(judge(response));
    });
    duplex.send(text).catch(() => settle(LEGACY));
  });
  return within(answer, signal);
}

function probe(gateway: { name: string; version: string }): { text: string; params: JsonObject } {
  const params = gatewayParams(gateway);
  return { text: writeRequest(PROBE_ID, 'server/discover', params.text), params: params.value };
}

async function responseIn(text: string): Promise<RpcResponse | undefined> {
  const message = await parseMessageSoon(text, SERVER_LIMITS);
  return message.shape === 'response' ? message : undefined;
}

function judge(response: RpcResponse | undefined): ProbeResult {
  const versions = response?.result?.supportedVersions;
  if (Array.isArray(versions)) return versions.some(isModernVersion) ? { era: 'modern', discover: response?.result } : LEGACY;
  const error = response?.error;
  if (error?.code === HEADER_MISMATCH || error?.code === MISSING_CLIENT_CAPABILITY) return { era: 'modern', discover: undefined };
  if (error?.code !== UNSUPPORTED_PROTOCOL_VERSION || !isObject(error.data)) return LEGACY;
  const { supported } = error.data;
  return Array.isArray(supported) && supported.some(isModernVersion) ? { era: 'modern', discover: undefined } : LEGACY;
}
