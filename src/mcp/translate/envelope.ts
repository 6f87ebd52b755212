// Request params across eras: the envelope is added towards modern servers and removed towards legacy ones; all other bytes survive.
// Never forwards one hop's envelope as another's.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { edit, type Payload, payload } from '../raw-json.ts';
import { META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_LOG_LEVEL, META_PROTOCOL_VERSION } from '../rev-2026-07-28/envelope.ts';

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
  const from = params ?? payload({});
  const own: JsonObject = { [META_PROTOCOL_VERSION]: values.protocolVersion, [META_CLIENT_CAPABILITIES]: values.clientCapabilities };
  if (values.clientInfo !== undefined) own[META_CLIENT_INFO] = values.clientInfo;
  if (values.logLevel !== undefined) own[META_LOG_LEVEL] = values.logLevel;
  const meta = isObject(from.value['_meta']) ? from.value['_meta'] : {};
  const kept = Object.fromEntries(Object.entries(meta).filter(([key]) => !ENVELOPE.has(key)));
  return edit(from, ['_meta'], { ...kept, ...own });
}

/** Params without the envelope members, and without `_meta` when nothing else was in it; undefined when nothing is left and nothing was there. */
export function stripEnvelope(params: Payload | undefined): Payload | undefined {
  const meta = params?.value['_meta'];
  if (params === undefined || !isObject(meta)) return params;
  const kept = Object.fromEntries(Object.entries(meta).filter(([key]) => !ENVELOPE.has(key)));
  const size = Object.keys(kept).length;
  if (size === Object.keys(meta).length) return params;
  const stripped = edit(params, ['_meta'], size === 0 ? undefined : kept);
  return Object.keys(stripped.value).length === 0 ? undefined : stripped;
}

const ENVELOPE: ReadonlySet<string> = new Set([META_PROTOCOL_VERSION, META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_LOG_LEVEL]);
