// One request to a modern server on behalf of an agent: errors about the gateway's own hop become failures, tools no client may use are left out.
// Never relays -32020 or -32022: an agent would take them for errors of its own hop.
import { GatewayError } from '../lib/error.ts';
import { HEADER_MISMATCH, UNSUPPORTED_PROTOCOL_VERSION } from '../mcp/error-code.ts';
import type { RpcError, RpcResponse } from '../mcp/message.ts';
import type { Payload } from '../mcp/raw-json.ts';
import type { AgentSessions } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import { failure } from './failure.ts';
import type { ModernConnection } from './modern-connection.ts';
import { leaveOutInvalidTools } from './valid-tools.ts';

export interface ModernTools {
  sessions: AgentSessions;
  /** The server turned out not to speak the modern era (any more): find out again. */
  doubtEra(): void;
}

/** Resolves with what `read` makes of the response. */
export async function sendToModern<T>(
  connection: ModernConnection,
  request: UpstreamRequest,
  params: Payload,
  tools: ModernTools,
  read: (response: RpcResponse) => T,
): Promise<T> {
  const { method, peer, client, signal, inputSchema } = request;
  try {
    const response = await connection.request({ method, params, peer, client, signal, inputSchema, timeoutMs: connection.timeoutMs });
    if (response.error) checkHop(connection.server, response.error);
    return read(method === 'tools/list' ? leaveOutInvalidTools(response, connection.options.surroundings.report) : response);
  } catch (error) {
    // It may have become a legacy server; the next call finds out.
    if (error instanceof GatewayError && error.code === 'upstream_protocol') tools.doubtEra();
    throw error;
  }
}

function checkHop(server: string, error: RpcError): void {
  if (error.code === HEADER_MISMATCH) throw failure('upstream_header_mismatch', server, error.message);
  if (error.code === UNSUPPORTED_PROTOCOL_VERSION) throw failure('upstream_protocol', server, `${error.code}: ${error.message}`);
}
