// What every part of the agent side works with: the ports it was given, its limits, its state. Types only.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, CallOutcome, Surface } from '../call.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/id.ts';
import type { AcceptedMedia } from './http-reply.ts';
import type { AgentServerLimits } from './limits.ts';
import type { BodyBudget } from './read-body.ts';
import type { RunningCalls } from './running-calls.ts';
import type { SessionTable } from './session-table.ts';
import type { Ticker } from './ticker.ts';

/** What the agent side needs of the pipeline. Resolves for every expected outcome; a rejection is a bug and becomes `internal`. */
export interface PipelinePort {
  run(call: Call): Promise<CallOutcome>;
}

/** Structured log; fields never carry tokens, arguments or results. */
export interface AgentLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface AgentContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: AgentServerLimits;
  readonly logger: AgentLogger;
  readonly ticker: Ticker;
  readonly sessions: SessionTable;
  readonly calls: RunningCalls;
  readonly bodies: BodyBudget;
}

/** One HTTP request, its checks passed. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly surface: Surface;
  /** Of the bearer token as presented; undefined when none was. */
  readonly bearerHash: string | undefined;
  readonly accepts: AcceptedMedia;
  /** Lower-cased request headers that start with `mcp-`. */
  readonly mcpHeaders: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
}
