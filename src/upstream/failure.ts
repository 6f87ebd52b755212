// The ways a server can fail, as GatewayErrors with stable codes. The message may reach the agent: it never carries what the server said;
// that goes to `detail`, for the operator.
import { GatewayError } from '../lib/error.ts';
import type { RpcError } from '../mcp/message.ts';

export type FailureCode =
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'upstream_too_large'
  | 'upstream_closed'
  | 'upstream_auth'
  | 'upstream_overloaded'
  | 'upstream_protocol'
  | 'upstream_header_mismatch';

const DETAIL_MAX_CHARS = 512;

const MESSAGES: Record<FailureCode, (server: string) => string> = {
  upstream_unreachable: (server) => `Server "${server}" cannot be reached. Ask the operator whether it is running.`,
  upstream_timeout: (server) => `Server "${server}" did not answer in time.`,
  upstream_too_large: (server) => `Server "${server}" answered with more than the gateway accepts.`,
  upstream_closed: (server) => `Server "${server}" closed the connection before it answered. The call may have run.`,
  upstream_auth: (server) => `Server "${server}" refused the gateway's credential. Ask the operator to check it.`,
  upstream_overloaded: (server) => `Server "${server}" has as many calls in flight as it is allowed. Try again later.`,
  upstream_protocol: (server) => `Server "${server}" answered with something that is not valid MCP.`,
  upstream_header_mismatch: (server) =>
    `Server "${server}" expects other Mcp-Param headers: the gateway's copy of its definitions is out of date.`,
};

export function failure(code: FailureCode, server: string, detail?: string, cause?: unknown): GatewayError {
  const options: { detail?: string; cause?: unknown } = {};
  if (detail !== undefined) options.detail = detail.slice(0, DETAIL_MAX_CHARS);
  if (cause !== undefined) options.cause = cause;
  return new GatewayError(code, MESSAGES[code](server), options);
}

/** What any thrown thing looks like as a failure of this server; a GatewayError stays what it is. */
export function asFailure(error: unknown, server: string): GatewayError {
  if (error instanceof GatewayError) return error;
  return failure('upstream_unreachable', server, error instanceof Error ? error.message : String(error), error);
}

/** The server answered the handshake with an error. */
export class InitializeRefused extends GatewayError {
  readonly rpc: RpcError;
  constructor(server: string, rpc: RpcError) {
    super('upstream_protocol', `Server "${server}" refused the handshake.`, {
      detail: `${rpc.code}: ${rpc.message}`.slice(0, DETAIL_MAX_CHARS),
    });
    this.rpc = rpc;
  }
}
