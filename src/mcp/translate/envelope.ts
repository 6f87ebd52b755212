// Request params across eras: the envelope is added towards modern servers and removed towards legacy ones; all other bytes survive.
// Never forwards one hop's envelope as another's.
import type { JsonObject } from '../../lib/json.ts';
import type { Payload } from '../raw-json.ts';

/** What the gateway says about itself and the client on a request to a modern server. */
export interface EnvelopeValues {
  protocolVersion: string;
  clientCapabilities: JsonObject;
  clientInfo?: JsonObject | undefined;
  /** Undefined stamps none: then the server must not log. */
  logLevel?: string | undefined;
}

/** Params with the envelope members set (replaced when present); progressToken, trace context and vendor `_meta` members are kept. */
export function addEnvelope(_params: Payload | undefined, _values: EnvelopeValues): Payload {
  throw new Error('not written yet');
}

/** Params without the envelope members, and without `_meta` when nothing else was in it; undefined when nothing is left and nothing was there. */
export function stripEnvelope(_params: Payload | undefined): Payload | undefined {
  throw new Error('not written yet');
}
