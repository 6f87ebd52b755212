// Request params across eras: the envelope is added towards modern servers and removed towards legacy ones; all other bytes survive.
// Never forwards one hop's envelope as another's.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { edit, type Payload, payload } from '../raw-json.ts';
import {
  ENVELOPE_MEMBERS,
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_LOG_LEVEL,
  META_PROTOCOL_VERSION,
} from '../rev-2026-07-28/envelope.ts';

/** What the gateway says about itself and the client on a request to a modern server. */
export interface EnvelopeValues {
  protocolVersion: string;
  clientCapabilities: JsonObject;
  clientInfo?: JsonObject | undefined;
  /** Undefined stamps none: then the server must not log. */
  logLevel?: string | undefined;
}

/** Params with the envelope members set (replaced when present); progressToken, trace context and vendor `_meta` members are kept. */
export function addEnvelope(params: Payload | undefined, values: EnvelopeValues): Payload {
  let enveloped = params ?? payload({});
  enveloped = edit(enveloped, ['_meta', META_PROTOCOL_VERSION], values.protocolVersion);
  enveloped = edit(enveloped, ['_meta', META_CLIENT_CAPABILITIES], values.clientCapabilities);
  enveloped = edit(enveloped, ['_meta', META_CLIENT_INFO], values.clientInfo);
  return edit(enveloped, ['_meta', META_LOG_LEVEL], values.logLevel);
}

/** Params without the envelope members, and without `_meta` when nothing else was in it; undefined when params held only the envelope. */
export function stripEnvelope(params: Payload | undefined): Payload | undefined {
  if (params === undefined) return undefined;
  let stripped = params;
  for (const member of ENVELOPE_MEMBERS) stripped = edit(stripped, ['_meta', member], undefined);
  if (stripped === params) return params;
  const meta = stripped.value['_meta'];
  if (isObject(meta) && Object.keys(meta).length === 0) stripped = edit(stripped, ['_meta'], undefined);
  return Object.keys(stripped.value).length === 0 ? undefined : stripped;
}
