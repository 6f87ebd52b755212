// Makes the Call that travels the table out of one message and one HTTP exchange, and says which methods cannot become one.
// Never fills what rows fill: principal, target, decision, receipt.

import { type Call, type CallReply, type ClientContext, type Era, type MethodKind, newCall, type Peer } from '../call.ts';
import type { Abortable, Aborter } from '../lib/cutoff.ts';
import { newId } from '../lib/id.ts';
import { METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import type { RpcError, RpcNotification, RpcRequest } from '../mcp/message.ts';
import { methodInfo, methodKind } from '../mcp/method-kind.ts';
import type { AgentContext, Exchange } from './agent-context.ts';

export interface CallParts {
  message: RpcRequest | RpcNotification;
  exchange: Exchange;
  client: ClientContext;
  peer: Peer;
  controller: Aborter;
  silence?: Call['silence'];
  local?: ((signal: Abortable) => Promise<CallReply>) | undefined;
}

export function openCall(context: AgentContext, parts: CallParts): Call {
  const { message, exchange } = parts;
  return newCall({
    id: newId('call', context.clock.nowMs(), context.random),
    startedMs: context.clock.monotonicMs(),
    kind: kindOf(message),
    surface: exchange.surface,
    method: message.method,
    params: message.params,
    paramsText: message.paramsText,
    client: parts.client,
    bearerHash: exchange.bearerHash,
    remoteAddress: exchange.remoteAddress,
    mcpHeaders: exchange.mcpHeaders,
    peer: parts.peer,
    signal: parts.controller.signal,
    abort: (reason) => parts.controller.abort(reason),
    silence: parts.silence,
    local: parts.local,
  });
}

/** A method that the tables know, but not for this era, this direction or this shape. Methods nobody knows are for the policy to decide. */
export function notOfEra(message: RpcRequest | RpcNotification, era: Era): RpcError | undefined {
  const info = methodInfo(message.method);
  if (info === undefined) return undefined;
  const known = (era === 'legacy' ? info.legacy : info.modern) && info.from !== 'server' && info.shape === message.shape;
  return known ? undefined : { code: METHOD_NOT_FOUND, message: `Method not found: ${message.method}.` };
}

/** Methods no table knows count as reads: every check that does not need a schema applies to them. */
function kindOf(message: RpcRequest | RpcNotification): MethodKind {
  if (message.shape === 'notification') return 'notification';
  const kind = methodKind(message.method, 'request');
  return kind === 'unknown' ? 'read' : kind;
}
