// Calls tools over the wire with nothing of the official SDKs: one message out, one JSON-RPC answer back, in either era.
// Says plainly whether an answer arrived; never repeats a call.
import { Agent, request } from 'undici';

export interface RawAnswer {
  result?: Record<string, unknown> & { content?: { text?: string }[]; isError?: boolean; _meta?: Record<string, unknown> };
  error?: { code: number; message: string; data?: Record<string, unknown> };
}

export interface RawCaller {
  /** Undefined when no complete answer arrived. */
  ask(method: string, params?: Record<string, unknown>): Promise<RawAnswer | undefined>;
  /** Headers and body of such a request, for who wants to send it otherwise. */
  compose(method: string, params?: Record<string, unknown>): { headers: Record<string, string>; body: string };
  close(): Promise<void>;
}

const ACCEPT = 'application/json, text/event-stream';
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'raw-caller', version: '1' },
};

export function modernCaller(url: string, token: string): RawCaller {
  let id = 0;
  return callerOf(url, (method, params) => {
    const name = params.name ?? params.uri ?? params.taskId;
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: ACCEPT,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    };
    const meta = { ...ENVELOPE, ...(params._meta as object | undefined) };
    return { headers, message: { jsonrpc: '2.0', id: ++id, method, params: { ...params, _meta: meta } } };
  });
}

/** Opens a session; undefined when the gateway did not answer. */
export async function legacyCaller(url: string, token: string): Promise<RawCaller | undefined> {
  const agent = new Agent({ connections: 64 });
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: ACCEPT };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw-caller', version: '1' } };
  const opened = await post(agent, url, headers, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, (got) => {
    headers['mcp-session-id'] = String(got['mcp-session-id']);
    headers['mcp-protocol-version'] = '2025-11-25';
  });
  if (opened?.result === undefined) {
    await agent.destroy();
    return undefined;
  }
  await agent.destroy();
  let id = 0;
  return callerOf(url, (method, more) => ({ headers, message: { jsonrpc: '2.0', id: ++id, method, params: more } }));
}

interface Composed {
  headers: Record<string, string>;
  message: { id: number; [member: string]: unknown };
}

function callerOf(url: string, compose: (method: string, params: Record<string, unknown>) => Composed): RawCaller {
  const agent = new Agent({ connections: 64 });
  return {
    ask: (method, params = {}) => {
      const { headers, message } = compose(method, params);
      return post(agent, url, headers, message);
    },
    compose: (method, params = {}) => {
      const { headers, message } = compose(method, params);
      return { headers, body: JSON.stringify(message) };
    },
    close: () => agent.destroy(),
  };
}

async function post(
  dispatcher: Agent,
  url: string,
  headers: Record<string, string>,
  message: { id: number; [member: string]: unknown },
  onHeaders?: (headers: Record<string, unknown>) => void,
): Promise<RawAnswer | undefined> {
  try {
    const response = await request(url, { dispatcher, method: 'POST', headers, body: JSON.stringify(message) });
    onHeaders?.(response.headers);
    const text = await response.body.text();
    if (!String(response.headers['content-type']).startsWith('text/event-stream')) return JSON.parse(text) as RawAnswer;
    for (const line of text.split('\n')) {
      if (!line.startsWith('data: {')) continue;
      const event = JSON.parse(line.slice(6)) as RawAnswer & { id?: unknown };
      if (event.id === message.id && (event.result !== undefined || event.error !== undefined)) return event;
    }
    return undefined;
  } catch {
    return undefined;
  }
}
