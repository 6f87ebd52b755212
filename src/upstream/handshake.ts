// The params of the handshake with a legacy server: the agent's own words where there are any, else what is known of the agent.
import type { JsonObject } from '../lib/json.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import { initializeParams } from '../mcp/rev-2025-11-25/initialize.ts';
import { isLegacyVersion, LATEST_LEGACY_VERSION } from '../mcp/rev-2025-11-25/version.ts';
import type { UpstreamRequest } from './exchange.ts';

export function handshakeOf(request: UpstreamRequest, capabilities: JsonObject, gateway: { name: string; version: string }): Payload {
  if (request.client.era === 'legacy' && request.method === 'initialize' && request.params)
    return payload(request.params, request.paramsText);
  const { protocolVersion, clientInfo } = request.client;
  return payload(
    initializeParams({
      protocolVersion: isLegacyVersion(protocolVersion) ? protocolVersion : LATEST_LEGACY_VERSION,
      capabilities,
      clientInfo: clientInfo ?? { ...gateway },
    }),
  );
}
