// The nouns of the pipeline: what a call is and what is known about it. Types, constants, and how a call is made; no other logic.
//
// Glossary (DESIGN §2). organization: tenant, owns a log chain. agent: non-human caller. principal: who a call is attributed to (agent,
// optional user, token). token: opaque bearer `sp_…`. server: registered upstream MCP server. definition: what a server says a capability is;
// its pin is the hash in force. call: one request travelling the table. decision: allow / deny / hold with rule, reason code and trace.
// finding: what a detector saw. intent, risk: what a call does and how much that is to worry about. freeze: a kill-switch object. lease: an upstream credential for one call. entry / receipt: a log record and the proof that it is durable.

import type { Receipt } from './audit/port.ts';
import type { Abortable } from './lib/cutoff.ts';
import type { Json, JsonObject } from './lib/json.ts';
import type { RpcError } from './mcp/message.ts';
import type { ServerSpec } from './object/kinds.ts';

export type Era = 'legacy' | 'modern';

/** Columns of the stage table (DESIGN §3). */
export type MethodKind = 'call' | 'read' | 'list' | 'meta' | 'notification' | 'subscription' | 'reverse';

/** Which endpoint the call came in on. */
export type Surface = { type: 'server'; server: string } | { type: 'all' };

/** What the agent-side codec knows about the client. Asserted by the client: labels and wire behaviour only, never a policy input. */
export interface ClientContext {
  era: Era;
  /** Negotiated (legacy) or claimed and validated (modern) revision, e.g. `2025-11-25`. */
  protocolVersion: string;
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
  /** Legacy: our own session id. Modern: undefined. */
  sessionId: string | undefined;
  /** Modern: `_meta` logLevel of this request. Legacy: undefined, the level lives with the session. */
  logLevel: string | undefined;
}

export interface Principal {
  org: string;
  agent: string;
  agentClass: string | undefined;
  environment: string | undefined;
  /** Teams of the agent and of its user, sorted. */
  teams: readonly string[];
  /** Roles granted to agent, class, user or team, sorted. */
  roles: readonly string[];
  /** Labels of the agent object. */
  labels: Readonly<Record<string, string>>;
  user: string | undefined;
  /** Object name of the token; undefined for the loopback conformance profile and for the gateway's own calls. */
  token: string | undefined;
  /** Token scopes, already compiled: is this capability of this server within the token? */
  inScope(server: string, capability: CapabilityRef | undefined, method: string): boolean;
}

export type CapabilityKind = 'tool' | 'prompt' | 'resource';

/** A capability by its upstream name (tool or prompt name, resource URI). */
export interface CapabilityRef {
  kind: CapabilityKind;
  name: string;
}

/** What `resolve` found. `definition` is undefined when the server is not known to offer the capability. */
export interface Target {
  server: string;
  spec: ServerSpec;
  capability: CapabilityRef | undefined;
  definition: Definition | undefined;
  /** Digest of the approved snapshot in force; undefined when there is none. */
  snapshot: string | undefined;
}

/** A capability's definition as the server stated it, and the pin: SHA-256 of its RFC 8785 form, hex. */
export interface Definition {
  value: JsonObject;
  hash: string;
}

/** What a call does, weakest first. */
export type Intent = 'read' | 'write' | 'destructive' | 'exfiltrative';

export interface IntentVerdict {
  intent: Intent;
  /** What it is about, e.g. `financial`, `database`, `communication`; undefined when nothing says. */
  category: string | undefined;
  /** Why, strongest first; never shown to the agent. May quote parts of the arguments: who may not read those gets `withoutArguments` of it. */
  evidence: readonly Evidence[];
}

export interface Evidence {
  /** What spoke: `name`, `description`, `schema`, `annotation`, `sql`, `shell`, … */
  signal: string;
  /** JSON pointer of the argument or of the part of the definition it was seen in. Keys of arguments are the caller's words. */
  path: string | undefined;
  why: string;
}

/** Evidence as it is kept and shown; of what was read from arguments the signal alone may be left. */
export type ShownEvidence = Pick<Evidence, 'signal'> & Partial<Evidence>;

/** What a detector saw. Never the value itself. */
export interface Finding {
  /** Stable name, a policy matcher: `secret.api-key`, `pii.email`, `injection`, `flow.private`, … */
  type: string;
  where: 'arguments' | 'result' | 'definition' | 'question';
  /** JSON pointer; undefined for text without structure. */
  path: string | undefined;
  count: number;
  /** 0–1. */
  confidence: number;
  /** What was done about it; undefined when it was only noted. */
  action: string | undefined;
}

export interface RiskScore {
  /** 0–100, whole. */
  score: number;
  /** The band of the profile that the score falls in. */
  band: RiskBand;
  /** Of each signal that counts, 0–100, in the order of their names. */
  scores: Readonly<Record<string, number>>;
  /** With why: made when somebody asks, for most calls nobody does. */
  parts(): readonly RiskPart[];
  /** Name of the risk object it was scored under. */
  profile: string;
}

export type RiskBand = 'allow' | 'log' | 'hold' | 'deny';

export interface RiskPart {
  signal: string;
  /** 0–100, whole. */
  score: number;
  /** Share of the composite, 0–1. */
  weight: number;
  why: string;
}

/** What a rule asks for besides its effect. */
export interface Obligations {
  /** Level at which the call is told in the process log. */
  log?: 'info' | 'warn' | 'critical' | undefined;
  /** Channels that are told. */
  notify?: readonly string[] | undefined;
  /** Finding types that are masked in this call. */
  redact?: readonly string[] | undefined;
  /** Quotas that must have room. */
  quota?: readonly string[] | undefined;
  /** Who decides about what the rule holds. */
  approvers?: Approvers | undefined;
}

interface Named {
  /** User objects; an operator is linked to one. */
  users?: readonly string[] | undefined;
  teams?: readonly string[] | undefined;
  /** Role objects. */
  roles?: readonly string[] | undefined;
}

/** Who may decide about a held call: anyone that is named in any of these; every reviewer when none is given. */
export interface Approvers extends Named {
  /** Approvals that a grant takes, each by somebody else; 1 unless given. */
  quorum?: number | undefined;
  /** false: no standing grant answers this hold. */
  standing?: boolean | undefined;
  /** true: approving takes the reviewer's passkey, and no standing grant answers this hold. */
  passkey?: boolean | undefined;
  /** Reviewers are reminded each time a ticket has waited this long, milliseconds. */
  remindAfterMs?: number | undefined;
  /** After so long these may decide, too. */
  escalate?: (Named & { afterMs: number }) | undefined;
}

export type DecisionEffect = 'allow' | 'deny' | 'hold';

export interface Decision {
  effect: DecisionEffect;
  /** `policy/rule`, or `builtin/…` for what is built in (default deny, handshake, freeze, scope). */
  rule: string;
  /** Rule the agent is told in its place: what is hidden, and what went wrong inside, is the operator's business. */
  shownRule?: string | undefined;
  /** Stable reason code: docs/errors.md. */
  code: DenialCode | 'allowed';
  /** For the agent; names no other rule, no other capability. */
  reason: string;
  /** Every candidate rule looked at, in order, until the first match. */
  trace: readonly TraceStep[];
  /** Control revision the call was judged under. */
  revision: number;
  /** Of the rule that matched; undefined when it has none. */
  obligations?: Obligations | undefined;
  /** A rule hides the capability: it is answered like one that does not exist. `asAbsent`: rules without the hiding one would let it be asked for. */
  hidden?: { asAbsent: boolean } | undefined;
  /** Why the policy could not be evaluated, for the operator. Holds no argument values. */
  error?: string | undefined;
}

export interface TraceStep {
  rule: string;
  matched: boolean;
  /** The first matcher that failed, when not matched; `error` when it could not be evaluated. */
  failedOn?: string;
  /** What could not be evaluated, for the operator. Holds no argument values. */
  error?: string;
  /** What its matchers and its condition saw, by matcher (`intent`) or path (`args.amount`); only where the whole trace was asked for. */
  values?: Readonly<Record<string, Json>>;
}

export type DenialCode =
  | 'unauthenticated'
  | 'token_expired'
  | 'token_revoked'
  | 'source_refused'
  | 'frozen'
  | 'out_of_scope'
  | 'denied_by_rule'
  | 'no_rule_allows'
  | 'policy_error'
  | 'approval_required'
  | 'blocked_content'
  | 'invalid_arguments'
  | 'schema_unusable'
  | 'method_not_allowed'
  | 'limit_exceeded'
  | 'log_unavailable'
  | 'credential_unavailable'
  | 'cancelled'
  | 'unknown_capability'
  | 'invalid_request'
  | 'internal';

/** A message stream towards the agent, owned by one call. Implemented by the agent-side codec. */
export interface Peer {
  /** Server → client notification on this call's stream. Resolves when the stream can take more (back-pressure); never rejects. */
  notify(method: string, params: JsonObject | undefined, paramsText?: string): Promise<void> | undefined;
  /** Server → client request (legacy agents only); undefined when this agent cannot be asked on a live stream. */
  request: ((method: string, params: JsonObject | undefined, signal: Abortable) => Promise<PeerAnswer>) | undefined;
  /**
   * The server put the agent off: it closed the call's stream on purpose and wants it taken up again after `retryMs` (2025-11-25
   * basic/transports, sending messages). The agent's stream does the same, if the agent can take it up again; nothing is lost. Never throws.
   */
  disconnect?: ((retryMs: number) => void) | undefined;
}

export type PeerAnswer = { result: JsonObject; error?: undefined } | { error: RpcError; result?: undefined };

/** One request (or notification) of an agent, as the codec hands it to the pipeline. */
export interface Call {
  /** `call_…`; also the request id in every log line. */
  readonly id: string;
  readonly startedMs: number;
  readonly kind: MethodKind;
  readonly surface: Surface;
  readonly method: string;
  /** Parsed `params`; replaced (never mutated) by rows up to inspect-args. */
  params: JsonObject | undefined;
  /** Exact text of `params`; set to undefined by whoever replaces `params`. */
  paramsText: string | undefined;
  readonly client: ClientContext;
  /** SHA-256 of the bearer token as presented, hex; undefined when none was. The token itself goes no further than the request's headers. */
  readonly bearerHash: string | undefined;
  /** Address of the TCP peer, or the one that trusted proxies name (auth/client-address.ts); empty when they name none that can be read. */
  readonly remoteAddress: string;
  /** Lower-cased HTTP request headers that start with `mcp-` (modern header validation). */
  readonly mcpHeaders: Readonly<Record<string, string>>;
  readonly peer: Peer;
  /** Aborted when the agent is gone (modern), cancelled, killed, or the gateway stops. */
  readonly signal: Abortable;
  /** Aborts `signal`; the codec owns the controller, the kill switch uses this. */
  abort(reason: unknown): void;
  /** Of a standing stream: ends what its agent hears, at once and with the reason. Whoever calls it aborts the call, too. */
  readonly silence?: ((reason: Error) => void) | undefined;
  /** Who started it: an agent, or the gateway itself (definition discovery). */
  readonly origin: 'agent' | 'gateway';
  /** Organization for which the gateway acts as itself, on an operator's request; never set by what an agent sends. */
  readonly actsFor?: string | undefined;
  /** The gateway makes a held call by itself, on the grant of this ticket and on no other; never set by what an agent sends. */
  readonly redeems?: string | undefined;
  /** For `reverse`: the call during which the server asked. */
  readonly parent: Call | undefined;
  /** For `reverse` and locally handled notifications: what forward does instead of asking a server. */
  readonly local: ((signal: Abortable) => Promise<CallReply>) | undefined;

  // Filled by rows, in table order.
  principal: Principal | undefined;
  target: Target | undefined;
  /** tools/call only. */
  intent: IntentVerdict | undefined;
  /** In the order they were made; those of the result are added after forward. */
  findings: readonly Finding[];
  risk: RiskScore | undefined;
  /** What is remembered of this agent and tool, for conditions of rules; undefined when nobody asks for it. Set by the row `score`. */
  facts: JsonObject | undefined;
  decision: Decision | undefined;
  receipt: Receipt | undefined;
}

/** What rows fill. */
type FilledByRows = 'principal' | 'target' | 'intent' | 'findings' | 'risk' | 'facts' | 'decision' | 'receipt';
type LeftOut = 'silence' | 'mcpHeaders' | 'origin' | 'actsFor' | 'redeems' | 'parent' | 'local';

/** A call before the first row; what is left out is that of an ordinary call of an agent. All calls are made here, so all have one shape. */
export function newCall(given: Omit<Call, FilledByRows | LeftOut> & Partial<Pick<Call, LeftOut>>): Call {
  return {
    id: given.id,
    startedMs: given.startedMs,
    kind: given.kind,
    surface: given.surface,
    method: given.method,
    params: given.params,
    paramsText: given.paramsText,
    client: given.client,
    bearerHash: given.bearerHash,
    remoteAddress: given.remoteAddress,
    mcpHeaders: given.mcpHeaders ?? {},
    peer: given.peer,
    signal: given.signal,
    abort: given.abort,
    silence: given.silence,
    origin: given.origin ?? 'agent',
    actsFor: given.actsFor,
    redeems: given.redeems,
    parent: given.parent,
    local: given.local,
    principal: undefined,
    target: undefined,
    intent: undefined,
    findings: [],
    risk: undefined,
    facts: undefined,
    decision: undefined,
    receipt: undefined,
  };
}

/** What a server (or the gateway in its place) answered, before it is written in the agent's era. */
export type CallReply =
  | { type: 'result'; era: Era; result: JsonObject; resultText: string | undefined }
  | { type: 'error'; era: Era; error: RpcError }
  /** Notification accepted. */
  | { type: 'accepted' };

/** How a call ended; the codec writes it in the agent's era. */
export type CallOutcome = CallReply | Denied;

/** What an agent is told of the ticket that its call waits for. */
export interface ApprovalRef {
  id: string;
  /** `used`: the call ran on it, or was begun. */
  state: 'open' | 'approved' | 'refused' | 'used';
  /** RFC 3339. */
  expiresAt: string;
}

export interface Denied {
  type: 'denied';
  code: DenialCode;
  /** For the agent: what was refused and the next step. */
  message: string;
  rule: string | undefined;
  callId: string;
  /** What would pass, when that can be said without revealing other rules. */
  hint: string | undefined;
  /** When the call may pass; undefined when waiting is not known to help. */
  retryAfterMs?: number | undefined;
  /** Ticket of a held call. */
  approval?: ApprovalRef | undefined;
  /** What the agent is answered in place of a refusal: a task, a question, or what the identical call got before. Nothing was run for it. */
  answer?: Exclude<CallReply, { type: 'accepted' }> | undefined;
  /** When set, the JSON-RPC error to answer with, exactly: the request itself was wrong, as any server would say. */
  rpc?: RpcError | undefined;
}
