// The seam between the pipeline and the servers: one request to one server, in the terms of the agent's era.
// Types only. Whoever implements `Upstreams` must not do anything towards a server before it holds the receipt.

import type { Receipt } from '../audit/port.ts';
import type { CallReply, ClientContext, Peer, Principal } from '../call.ts';
import type { Abortable } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import type { RequestId } from '../mcp/message.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { Health } from './breaker.ts';

/** A credential for one call: ready values, never logged. */
export interface Lease {
  headers: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string>>;
  /** The secrets in these values: taken out of what the server says. */
  secrets?: readonly string[];
  /** Stable digest of the credential, part of the pool key; empty when there is none. */
  fingerprint: string;
  /** `none` or `static`; goes into the entry. */
  mode: 'none' | 'static';
}

export interface UpstreamRequest {
  /** Proof that the decision is durable: nothing is sent without it. */
  receipt: Receipt;
  callId: string;
  org: string;
  /** Who the call is attributed to; looked at when it waits for its agent and the rules change. Absent: nobody's. */
  principal?: Principal;
  server: string;
  spec: ServerSpec;
  lease: Lease;
  /** Who the connection belongs to: agent (and user) name. Part of the pool key. */
  principalKey: string;
  client: ClientContext;
  /** A notification gets `{type:'accepted'}`. */
  shape: 'request' | 'notification';
  method: string;
  params: JsonObject | undefined;
  /** Exact text of params; undefined when it must be written anew from `params`. */
  paramsText: string | undefined;
  /** Pinned input schema of the tool, for Mcp-Param-* headers towards a modern HTTP server. */
  inputSchema: JsonObject | undefined;
  peer: Peer;
  signal: Abortable;
  /** It may be sent a second time when the first may or may not have arrived. */
  repeatable?: boolean;
  /** JSON-RPC id of the agent's request: the subscription id of a modern listen. Absent: subscription ids are left to the codec. */
  requestId?: RequestId;
  /** For a standing stream: called whenever the server's end of it stands (again), with what the server can do. What changes from then on is heard. */
  onOpen?: ((capabilities: JsonObject) => void) | undefined;
}

/** Why a waiting call may run no longer; undefined when it may. */
export type ParkedJudge = (subject: { principal: Principal; server: string; tool: string | undefined }) => Error | undefined;

export interface Upstreams {
  /** Resolves with the server's answer. Rejects with the signal's reason when aborted, with GatewayError `upstream_*` when the server fails. */
  exchange(request: UpstreamRequest): Promise<CallReply>;
  /** A legacy agent session ended (DELETE, expiry): close what belongs to it. */
  endSession(org: string, sessionId: string): Promise<void>;
  /** What ends each call that waits for its agent's next round and may run no longer (kill/stopper.ts). */
  doomedParked(org: string, judge: ParkedJudge): (() => void)[];
  /** Called when a server says that its definitions changed. */
  onListChanged(listener: (org: string, server: string, what: 'tools' | 'prompts' | 'resources') => void): () => void;
  /** Per server: reachable, era, open connections, last error. */
  status(): UpstreamStatus[];
  close(): Promise<void>;
}

export interface UpstreamStatus {
  org: string;
  server: string;
  transport: ServerSpec['transport'];
  era: 'legacy' | 'modern' | 'unknown';
  connections: number;
  inFlight: number;
  lastError: string | undefined;
  /** `up`; `trial`: left alone until now, one call tries it; `resting`: left alone. Of several endpoints the best. */
  health: Health;
  /** Only when there are several. URLs without user, password and query. */
  endpoints: { url: string; health: Health; lastError: string | undefined }[] | undefined;
}
