// One call travelling the table: its working state, what the rows may use, and the verdicts they may return.
// Types only. Rows get their ports from here; they never reach for a singleton.
import type { Deliveries } from '../approval/deliveries.ts';
import type { ApprovalDesk } from '../approval/desk.ts';
import type { Asking } from '../approval/ticket.ts';
import type { UsedBook } from '../approval/used-book.ts';
import type { ShadowDifference } from '../audit/entry.ts';
import type { AuditLog } from '../audit/log.ts';
import type { LastUsed } from '../auth/last-used.ts';
import type { ApprovalRef, Call, CallOutcome, CallReply, DenialCode } from '../call.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { UriRoutes } from '../catalog/uri-routes.ts';
import type { InFlight } from '../kill/inflight.ts';
import type { Clock } from '../lib/clock.ts';
import type { Abortable } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Lru } from '../lib/lru.ts';
import type { FloodGate } from '../limit/flood.ts';
import type { Hold } from '../limit/hold.ts';
import type { Limiter } from '../limit/limiter.ts';
import type { RpcError } from '../mcp/message.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Amounts } from '../risk/amounts.ts';
import type { HistorySource } from '../risk/history-source.ts';
import type { Lease, Upstreams } from '../upstream/exchange.ts';
import type { Watchdog } from '../upstream/watchdog.ts';
import type { Control, ControlSource } from './control.ts';
import type { Readings } from './discovery.ts';
import type { ViewBook } from './view-book.ts';
import type { ViewWatch } from './view-watch.ts';

export interface Ports {
  clock: Clock;
  log: AuditLog;
  control: ControlSource;
  upstreams: Upstreams;
  catalog: Catalog;
  /** Which server lists which resource, by principal. */
  routes: UriRoutes;
  readings: Readings;
  /** What agents hold of lists, so that they are told when that changes. */
  views: ViewBook;
  sealer: TextSealer;
  /** Sealed ids in use by upstream task, so that every mention of a task gets the id the agent knows. Bounded; nothing is lost without it. */
  taskIds: Lru<string, string>;
  lastUsed: LastUsed;
  /** Thins out the recording of attempts nobody can be blamed for. */
  strangers: { admit(nowMs: number): boolean };
  limiter: Limiter;
  /** Thins out the recording of calls that come too often. */
  floods: Pick<FloodGate, 'admit'>;
  /** Thins out the entries about incidents. */
  incidents: { admit(thing: string, nowMs: number): number | undefined };
  /** Told what policies of mode shadow would have decided otherwise. */
  shadows: { note(org: string, difference: Omit<ShadowDifference, 'count'>, nowMs: number): void };
  inFlight: InFlight;
  /** Ends calls that take too long, without a timer for each. */
  watchdog: Watchdog;
  /** In the order they look. */
  inspectors: readonly Inspector[];
  /** Stops an agent that touched what nobody has a reason to touch, in the name of the gateway. */
  freezer: { freezeAgent(org: string, agent: string, reason: string): Promise<void> };
  histories: HistorySource;
  approvals: ApprovalDesk;
  deliveries: Deliveries;
  /** Calls that were made on an approval lately. */
  usedGrants: UsedBook;
  /** Where a person signs in and sees the ticket; undefined where nobody could reach it. */
  reviewUrl(org: string, ticket: string, untilMs: number): string | undefined;
  /** Told when a server's definitions are not what they were, and when they may not be and have to be read. */
  drift: { noticed(org: string, server: string): void; changed(org: string, server: string): void };
  logger: Logger;
  metrics: Metrics;
  settings: PipelineSettings;
}

/**
 * One look at what passes: intent, DLP, data flow, injected instructions. Adds to `call.findings`; may replace `call.params` (arguments)
 * or `flight.reply` (result), never mutate them. A throw is a denial: what could not be inspected does not pass.
 */
export interface Inspector {
  readonly name: string;
  /** Before the decision; absent when it has nothing to say about arguments. */
  readonly inspectArguments?: (flight: Flight) => Verdict | Promise<Verdict>;
  /** After the answer, before it is recorded and released. */
  readonly inspectResult?: (flight: Flight) => Verdict | Promise<Verdict>;
  /** What a server says on the way to an answer (progress, log messages); undefined when the agent is not to hear it. */
  readonly inspectNotification?: (
    flight: Flight,
    server: string,
    method: string,
    params: JsonObject | undefined,
  ) => JsonObject | undefined | Promise<JsonObject | undefined>;
  /** What a server lists, or says of itself in its handshake; undefined when nothing of it may be shown. `flight.call.method` says which. */
  readonly inspectListed?: (flight: Flight, server: string, said: JsonObject) => JsonObject | undefined | Promise<JsonObject | undefined>;
}

export interface PipelineSettings {
  /** Organization that anonymous loopback traffic is attributed to; undefined outside the conformance profile. */
  anonymousOrg: string | undefined;
  /** Deadline of one server in an aggregated list, milliseconds. */
  aggregateDeadlineMs: number;
  /** Longest time a call may take in all, milliseconds; standing streams excepted. */
  callTimeoutMs: number;
  /** Age after which definitions are fetched again in the background, milliseconds. */
  definitionAgeMs: number;
  /** Which full values are kept, sealed, beside the log. */
  payloads: 'none' | 'arguments' | 'all';
  /** Values longer than this are committed to but not kept, UTF-16 code units. */
  maxPayloadUnits: number;
  /** Name of this gateway process in the log. */
  instance: string;
  /** How long a held call waits for a decision, when its client asked for progress; 0: not at all. */
  approvalWaitMs: number;
}

/** Can a person decide about such a call? The kinds that the row `approve` applies to. */
export function isApprovable(kind: Call['kind']): boolean {
  return kind === 'call' || kind === 'read' || kind === 'reverse';
}

/** Short authenticated and encrypted strings that travel through agents: task ids, cursors. */
export interface TextSealer {
  sealText(org: string, purpose: string, text: string): string;
  openText(org: string, purpose: string, sealed: string): string | undefined;
}

export interface Flight {
  readonly call: Call;
  readonly ports: Ports;
  /** The control state this round of judging runs under. Replaced when the call is judged again. */
  control: Control;
  /** That of the call, until a grant is used: then the work goes on when the agent is gone. */
  signal: Abortable;
  /** Aborts `signal`. */
  abort(reason: unknown): void;
  /** `params` as the agent sent it: what the entry commits to, and where judging again starts from. */
  received: { params: JsonObject | undefined; text: string | undefined };
  /** Amounts in the arguments, for the history; undefined when nobody asked for them. */
  amounts: Amounts | undefined;
  /** An inspector wants a person to approve this call; `decide` turns an allowance into a hold. */
  heldBy: { rule: string; reason: string } | undefined;
  /** A rule on content wants a person to release the answer; `inspect-result` makes it a ticket. Without one the answer stays refused. */
  heldAnswer: HeldAnswer | undefined;
  /** What a person let go, and the rule and its text then. */
  released: { rule: string; ruleHash: string; finds: string } | undefined;
  /** Ticket this call waits for, or whose grant it used. */
  ticket: string | undefined;
  /** The grant this call used up; it stays used when the call is judged again. */
  used:
    | {
        binding: string;
        asking: Pick<Asking, 'rule' | 'ruleHash' | 'approvers'>;
        grant?: string | undefined;
        ticket?: string | undefined;
        release?: (() => void) | undefined;
      }
    | undefined;
  /** Monotonic milliseconds until which it waits for people; undefined before it waits. */
  waitUntilMs: number | undefined;
  /** A further round of a call that was answered with the question to have it approved. */
  round: { ticket: string; number: number; declined: boolean } | undefined;
  /** Ticket of the held call that the task this call follows up stands for. */
  heldTask: string | undefined;
  /** A canary or decoy was touched: an incident once the denial is recorded. */
  touched: { what: 'canary' | 'decoy'; name: string } | undefined;
  /** The arguments as received hold what may not be kept: they are committed to, not stored. */
  sensitiveArguments: boolean;
  /** The arguments do not fit the schema as they came, but hold what may be tokens: they are compared once values are in their places. */
  validateRevealed: boolean;
  /** The capability is there, but not as it was approved: refused as if it were not there. */
  isQuarantined: boolean;
  lease: Lease | undefined;
  reply: CallReply | undefined;
  /** Set by a row that refused. */
  denial: Denial | undefined;
  /** Runs another call through the same table (definition discovery, questions from servers). */
  run(call: Call): Promise<CallOutcome>;
  /** The agent's own (sealed) id of the task this call follows up. */
  sealedTaskId: string | undefined;
  /** The server could not be reached or broke off: the outcome says so. */
  upstreamFailed: boolean;
  /** For a standing stream, or a call during which the server spoke of its lists: tells the agent when its own view changed. */
  watch: ViewWatch | undefined;
  /** Run, in order, when the outcome was handed to the codec. */
  whenAnswered: (() => void)[] | undefined;
  /** What this call holds of its limits; undefined when none applies. */
  hold: Hold | undefined;
  /** Ticket of an earlier round whose reservations were taken over. */
  claimed: string | undefined;
  /** It was handed to the server side: it may have had an effect. */
  forwarded: boolean;
  /** A server answered, or an agent a question: what does not go on from here, the gateway withholds. */
  answered: boolean;
  /** The server side says that it sent nothing. */
  neverSent: boolean;
  /** Takes the call out of the kill switch's sight. */
  release: (() => void) | undefined;
  /** Of a call towards several servers: what ends the part at each, for the kill switch. */
  parts: Map<string, (reason: Error) => void> | undefined;
}

export interface HeldAnswer {
  rule: string;
  reason: string;
  /** SHA-256 over every find that is held, with its place and its rule, hex: a release is for exactly these. */
  finds: string;
}

export interface Denial {
  code: DenialCode;
  message: string;
  rule: string | undefined;
  hint: string | undefined;
  rpc?: RpcError | undefined;
  /** Name of the limit without room. */
  limit?: string | undefined;
  /** When it may pass; undefined when waiting does not help or is not known to. */
  retryAfterMs?: number | undefined;
  approval?: ApprovalRef | undefined;
  /** See Denied. */
  answer?: Exclude<CallReply, { type: 'accepted' }> | undefined;
}

export type Verdict =
  | typeof PASS
  | { verdict: 'deny'; denial: Denial }
  | { verdict: 'reply'; reply: CallReply }
  /** The control revision moved between judging and recording: judge again from the top. `approve`, after a wait, asks for the same. */
  | { verdict: 'again'; revision: number };

export const PASS: unique symbol = Symbol('pass');

export interface Row {
  readonly name: RowName;
  /** Certainly nothing to do for this call: the row is neither run nor timed. Never true when `run` could say anything but PASS. */
  readonly idle?: (flight: Flight) => boolean;
  run(flight: Flight): Verdict | Promise<Verdict>;
}

export type RowName =
  | 'identify'
  | 'freeze'
  | 'resolve'
  | 'limit'
  | 'limit-target'
  | 'validate'
  | 'inspect-args'
  | 'score'
  | 'decide'
  | 'require-quota'
  | 'approve'
  | 'record-decision'
  | 'lease'
  | 'forward'
  | 'inspect-result'
  | 'narrow'
  | 'record-result';

export function deny(code: DenialCode, message: string, rule?: string, hint?: string): Verdict {
  return { verdict: 'deny', denial: { code, message, rule, hint } };
}

/** The request itself is wrong: refused like any server would, with this JSON-RPC error. */
export function denyRpc(code: DenialCode, error: RpcError): Verdict {
  return { verdict: 'deny', denial: { code, message: error.message, rule: undefined, hint: undefined, rpc: error } };
}

export function reply(value: CallReply): Verdict {
  return { verdict: 'reply', reply: value };
}
