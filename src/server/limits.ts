// Every bound of the agent side, with its unit. One place, so that a test can stand at each limit.
// Never read a bound from anywhere else: a number without a name here is a bug.

export interface AgentServerLimits {
  /** Longest accepted request body, bytes. Beyond it: 413. */
  maxBodyBytes: number;
  /** Bytes of bodies that are arriving or whose calls run, all requests together. Beyond it: 503. */
  maxBodyBytesTotal: number;
  /** How much of a refused body is still read and thrown away, so that the refusal reaches its sender, bytes. */
  maxDrainBytes: number;
  /** Longest request head, bytes. Beyond it: 431. */
  maxHeaderBytes: number;
  /** Time to send the whole head, milliseconds. */
  headersTimeoutMs: number;
  /** Time to send the whole request, milliseconds. */
  requestTimeoutMs: number;
  /** How long an idle connection is kept, milliseconds. */
  keepAliveTimeoutMs: number;
  maxConnections: number;

  maxSessions: number;
  maxSessionsPerPrincipal: number;
  /** A session without calls, streams and requests for so long ends, milliseconds. */
  sessionIdleMs: number;
  maxInFlightPerSession: number;
  /** Requests of servers that an agent has not answered yet, per session. */
  maxAskedPerSession: number;

  /** Streams that can be resumed, per session; ended ones are forgotten first. */
  maxStreamsPerSession: number;
  /** Events kept for resumption, per session. */
  maxEventsPerSession: number;
  /** Bytes of events kept for resumption, per session. */
  maxEventBytesPerSession: number;
  /** Bytes of events kept for resumption, all sessions together. */
  maxEventBytes: number;
  /** How long the events of an ended stream are kept, milliseconds. */
  resumeTtlMs: number;
  /** How long a standing stream goes on without a reader, milliseconds. */
  standingGraceMs: number;
  /** The `retry` value of a priming event, milliseconds. */
  retryMs: number;

  /** A waiting POST becomes a stream after so long, so that keep-alives can flow, milliseconds. */
  streamAfterMs: number;
  /** The same for agents of 2025-11-25, which can resume a stream from its first byte on, milliseconds. */
  resumableAfterMs: number;
  /** A standing stream opens after so long even when nothing was sent, milliseconds. */
  standingOpenMs: number;
  /** Pause between keep-alive comments, milliseconds. */
  keepAliveMs: number;
  /** A reader that owes data and takes none for so long is dropped, milliseconds. */
  stallTimeoutMs: number;
  /** Bytes waiting for a slow reader beyond which it is dropped. */
  maxBufferedBytes: number;
  /** Bytes that all readers together owe to take. Beyond it the longest waiting of them are dropped. */
  maxUnreadBytesTotal: number;
  /** Resolution of all the timings above that concern streams and sessions, milliseconds. */
  tickMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const DEFAULT_LIMITS: AgentServerLimits = {
  maxBodyBytes: 4 * MIB,
  maxBodyBytesTotal: 512 * MIB,
  maxDrainBytes: 16 * MIB,
  maxHeaderBytes: 32 * KIB,
  headersTimeoutMs: 10 * SECOND,
  requestTimeoutMs: 30 * SECOND,
  keepAliveTimeoutMs: 75 * SECOND,
  maxConnections: 16_384,

  maxSessions: 10_000,
  maxSessionsPerPrincipal: 1_000,
  sessionIdleMs: 12 * 60 * MINUTE,
  maxInFlightPerSession: 256,
  maxAskedPerSession: 64,

  maxStreamsPerSession: 1_000,
  maxEventsPerSession: 1_000,
  maxEventBytesPerSession: 8 * MIB,
  maxEventBytes: 256 * MIB,
  resumeTtlMs: 5 * MINUTE,
  standingGraceMs: 30 * SECOND,
  retryMs: 1 * SECOND,

  streamAfterMs: 5 * SECOND,
  resumableAfterMs: 100,
  standingOpenMs: 250,
  keepAliveMs: 15 * SECOND,
  stallTimeoutMs: 60 * SECOND,
  maxBufferedBytes: 16 * MIB,
  maxUnreadBytesTotal: 512 * MIB,
  tickMs: 100,
};
