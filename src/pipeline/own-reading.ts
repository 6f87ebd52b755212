// Reading all definitions of a server on an operator's behalf: list calls of origin `gateway`, without an agent, through the same table and into
// the log. The gateway acts as itself; no agent can, because only this file makes such calls.
import { type Call, newCall } from '../call.ts';
import type { DefinitionKind } from '../catalog/catalog.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { DISCOVERY_TIMEOUT_MS, readPages } from './discovery.ts';
import type { Pipeline } from './run.ts';

const LISTS: readonly { kind: DefinitionKind; method: string; member: string }[] = [
  { kind: 'tool', method: 'tools/list', member: 'tools' },
  { kind: 'prompt', method: 'prompts/list', member: 'prompts' },
  { kind: 'template', method: 'resources/templates/list', member: 'resourceTemplates' },
];

export interface OwnReading {
  /** What was read whole; kinds that the server does not have are empty. */
  lists: Map<DefinitionKind, JsonObject[]>;
  /** Why a list could not be read, by method. */
  problems: string[];
}

export async function readServer(pipeline: Pipeline, clock: Clock, org: string, server: string): Promise<OwnReading> {
  const reading: OwnReading = { lists: new Map(), problems: [] };
  for (const list of LISTS) {
    const found = await readPages(list, (method, cursor) => pipeline.run(ownCall(clock, org, server, method, cursor)));
    if (Array.isArray(found)) reading.lists.set(list.kind, found);
    else if (found.isMissing) reading.lists.set(list.kind, []);
    else reading.problems.push(`${list.method}: ${found.why}`);
  }
  return reading;
}

const PROTOCOL_VERSION = '2026-07-28';

function ownCall(clock: Clock, org: string, server: string, method: string, cursor: Json | undefined): Call {
  const clientInfo = { name: 'sallyport', version: '0' };
  const meta: JsonObject = {
    'io.modelcontextprotocol/protocolVersion': PROTOCOL_VERSION,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params: JsonObject = cursor === undefined ? { _meta: meta } : { cursor, _meta: meta };
  return newCall({
    id: newId('call', clock.nowMs()),
    startedMs: clock.monotonicMs(),
    kind: 'list',
    surface: { type: 'server', server },
    method,
    params,
    paramsText: JSON.stringify(params),
    client: { era: 'modern', protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo, sessionId: undefined, logLevel: undefined },
    bearerHash: undefined,
    remoteAddress: '127.0.0.1',
    peer: { notify: () => undefined, request: undefined },
    signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
    abort: () => undefined,
    origin: 'gateway',
    actsFor: org,
  });
}
