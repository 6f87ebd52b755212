// From a flight to what goes to one server. Only a flight with a receipt gets this far.
import { nativeSignal } from '../lib/cutoff.ts';
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { Lease, UpstreamRequest } from '../upstream/exchange.ts';
import type { Flight } from './flight.ts';
import { governedPeer } from './question.ts';

/** The request to the server of `call.target`. */
export function requestOf(flight: Flight): UpstreamRequest {
  const { target } = flight.call;
  if (!target || !flight.lease) throw new Error('an incomplete call reached forward');
  return build(flight, target.server, target.spec, flight.lease, schemaOf(flight));
}

/** The same call towards one of several servers; undefined when its credential is missing. */
export function requestTo(flight: Flight, server: string, spec: ServerSpec): UpstreamRequest | undefined {
  const lease = flight.control.lease(server);
  return 'missing' in lease ? undefined : build(flight, server, spec, lease, undefined);
}

/** Runs the part of a call that goes to one server: it ends with the call, and by itself when that server is frozen. */
export async function asPart<T>(flight: Flight, server: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (reason: Error): void => controller.abort(reason);
  flight.parts?.set(server, abort);
  try {
    return await work(AbortSignal.any([nativeSignal(flight.signal), controller.signal]));
  } finally {
    if (flight.parts?.get(server) === abort) flight.parts.delete(server);
  }
}

function build(flight: Flight, server: string, spec: ServerSpec, lease: Lease, inputSchema: JsonObject | undefined): UpstreamRequest {
  const { call } = flight;
  const { principal, receipt } = call;
  if (!principal || !receipt) throw new Error('an undecided call reached forward');
  return {
    receipt,
    callId: call.id,
    org: principal.org,
    principal,
    server,
    spec,
    lease,
    principalKey: principal.user === undefined ? principal.agent : `${principal.agent}/${principal.user}`,
    client: call.client,
    shape: call.kind === 'notification' ? 'notification' : 'request',
    method: call.method,
    params: call.params,
    paramsText: call.paramsText,
    inputSchema,
    peer: governedPeer(flight, server, spec),
    signal: flight.signal,
    onOpen: flight.watch && ((capabilities) => flight.watch?.opened(server, capabilities)),
    repeatable: isRepeatable(flight, spec),
  };
}

/** Lists, reads, and tools of which both the definition and the operator say so. Never a further round of a call: its state opens once. */
function isRepeatable({ call }: Flight, spec: ServerSpec): boolean {
  if (call.params?.requestState !== undefined || call.params?.inputResponses !== undefined) return false;
  if (call.kind === 'list' || call.kind === 'read') return true;
  const { capability, definition } = call.target ?? {};
  if (call.method !== 'tools/call' || !spec.retryTools || capability?.kind !== 'tool') return false;
  const annotations = definition?.value.annotations;
  const saysSo = isObject(annotations) && (annotations.idempotentHint === true || annotations.readOnlyHint === true);
  return saysSo && retryGlobs(spec.retryTools).some((glob) => glob.test(capability.name));
}

const compiled = new WeakMap<readonly string[], readonly Glob[]>();

function retryGlobs(sources: readonly string[]): readonly Glob[] {
  let globs = compiled.get(sources);
  if (!globs) {
    globs = sources.map((source) => compileGlob(source));
    compiled.set(sources, globs);
  }
  return globs;
}

function schemaOf(flight: Flight): JsonObject | undefined {
  const { target } = flight.call;
  const schema = target?.capability?.kind === 'tool' ? target.definition?.value.inputSchema : undefined;
  return isObject(schema) ? schema : undefined;
}
