// What an anchor needs from the network, and what comes of asking one. Types and bounds only; who connects decides where to (app/guarded-wire.ts).

/** Bytes of an answer, and milliseconds until it must be there, the connection included. */
export const MAX_ANSWER_BYTES = 64 * 1024;
export const ANSWER_TIMEOUT_MS = 15_000;

export interface AnchorRequest {
  method: 'POST' | 'PUT' | 'GET';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | undefined;
}

export interface AnchorAnswer {
  status: number;
  body: Uint8Array;
}

/** Follows no redirect; rejects when there is no answer, or one beyond the bounds. */
export interface AnchorWire {
  send(request: AnchorRequest): Promise<AnchorAnswer>;
}

/** Signature lines for the note (none for a place that only keeps it), or why the anchor did not do its part. */
export type Anchored = { lines: readonly string[]; problem?: undefined } | { lines?: undefined; problem: string };
