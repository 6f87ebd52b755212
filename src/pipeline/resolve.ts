// Row: public name → server, upstream name and pinned definition. A name that leads nowhere is left to `decide`, which refuses it exactly
// as it refuses what is forbidden. Task follow-ups are calls on the tool that made the task.
import type { Call, CapabilityRef } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { INVALID_PARAMS, METHOD_NOT_FOUND, MISSING_CLIENT_CAPABILITY } from '../mcp/error-code.ts';
import { methodInfo, namedCapability } from '../mcp/method-kind.ts';
import { setMember } from '../mcp/raw-json.ts';
import { TASKS_EXTENSION } from '../mcp/rev-2026-07-28/envelope.ts';
import { decoyTouched } from './decoy.ts';
import { ensureDefinitions } from './discovery.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { denyRpc, PASS } from './flight.ts';
import { narrowListenFilter } from './hearing.ts';
import { quarantine } from './quarantine.ts';
import { routeName } from './route.ts';
import { openTask } from './task.ts';

/** Characters of a method. Rules compare every method with their patterns, and servers are asked for it. */
export const MAX_METHOD_CHARS = 256;
/** Characters of the name or URI a call is about: it is compared with patterns and templates, and remembered by subscriptions. */
export const MAX_NAME_CHARS = 8_192;

export const resolve: Row = {
  name: 'resolve',
  run(flight) {
    const { call } = flight;
    if (call.parent) {
      call.target = call.parent.target && { ...call.parent.target, capability: call.parent.target.capability };
      return PASS;
    }
    if (call.method.length > MAX_METHOD_CHARS)
      return denyRpc('invalid_request', { code: METHOD_NOT_FOUND, message: `Method names have at most ${MAX_METHOD_CHARS} characters.` });
    const named = namedCapability(call.method, call.params);
    if (named !== undefined && named !== 'missing' && named.kind !== 'task' && named.name.length > MAX_NAME_CHARS)
      return denyRpc('invalid_request', { code: INVALID_PARAMS, message: `Names and URIs have at most ${MAX_NAME_CHARS} characters.` });
    if (named === 'missing') return denyRpc('invalid_request', { code: INVALID_PARAMS, message: missingText(call) });
    if (named?.kind === 'task') return resolveTask(flight, named.name);
    if (call.method === 'subscriptions/listen') narrowListenFilter(flight);
    if (call.surface.type === 'all') return named ? resolvePublic(flight, { kind: named.kind, name: named.name }) : PASS;
    return settle(flight, call.surface.server, named && { kind: named.kind, name: named.name });
  },
};

/** Sets the target and, for tools and prompts, makes sure that the definition is known. */
function settle(flight: Flight, server: string, capability: CapabilityRef | undefined): Verdict | Promise<Verdict> {
  const { call, control, ports } = flight;
  const spec = control.view.server(server)?.spec;
  if (!spec || spec.disabled) return PASS;
  call.target = { server, spec, capability, definition: undefined, snapshot: control.snapshots.hashOf(server) };
  if (!capability) return PASS;
  const known = ports.catalog.find(control.org, server, capability.kind, capability.name);
  call.target.definition = known;
  if (call.origin === 'gateway') return PASS;
  if (!needsDefinition(call)) return quarantine(flight);
  const { principal } = call;
  // What may not be used is not looked up: refusing it must not depend on whether it exists.
  if (!principal || !control.policies.visible(principal, server, capability)) return PASS;
  const pending = ensureDefinitions(flight, server, capability.kind, known !== undefined);
  if (!pending) return known ? quarantine(flight) : absent(flight, server, capability);
  return pending.then((failure) => {
    const found = ports.catalog.find(control.org, server, capability.kind, capability.name);
    if (call.target) call.target.definition = found;
    if (found) return quarantine(flight);
    const verdict = absent(flight, server, capability);
    // Whether it exists is not known: saying that it does not would be wrong (test/scenario/server-health.test.ts).
    return failure && verdict === PASS ? denyRpc('unknown_capability', failure) : verdict;
  });
}

function absent(flight: Flight, server: string, { kind, name }: CapabilityRef): Verdict {
  return (kind === 'tool' ? decoyTouched(flight, server, name) : undefined) ?? quarantine(flight);
}

function needsDefinition(call: Call): boolean {
  return call.method === 'tools/call' || call.method === 'prompts/get';
}

async function resolvePublic(flight: Flight, capability: CapabilityRef): Promise<Verdict> {
  const route = await routeName(flight, capability);
  if (!route) return PASS;
  if (route.name !== capability.name) rename(flight.call, route.name);
  return settle(flight, route.server, { kind: capability.kind, name: route.name });
}

function rename(call: Call, name: string): void {
  const { params } = call;
  if (!params) return;
  const member = methodInfo(call.method)?.names;
  if (member === 'ref') {
    const ref = params.ref as JsonObject;
    replace(call, 'ref', ref.type === 'ref/resource' ? { ...ref, uri: name } : { ...ref, name });
  } else if (member === 'uri') replace(call, 'uri', name);
  else replace(call, 'name', name);
}

function replace(call: Call, member: string, value: string | JsonObject): void {
  call.params = { ...call.params, [member]: value };
  if (call.paramsText !== undefined) call.paramsText = setMember(call.paramsText, member, JSON.stringify(value));
}

function resolveTask(flight: Flight, sealed: string): Verdict {
  const { call, control, ports } = flight;
  if (call.client.era === 'modern' && !declaresTasks(call)) {
    const data = { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } };
    return denyRpc('invalid_request', {
      code: MISSING_CLIENT_CAPABILITY,
      message: `${call.method} needs the extension ${TASKS_EXTENSION}, which this client did not declare.`,
      data,
    });
  }
  const task = openTask(flight, sealed);
  const here = call.surface.type === 'all' || call.surface.server === task?.server;
  const spec = task && here ? control.view.server(task.server)?.spec : undefined;
  if (!task || !spec || spec.disabled)
    return denyRpc('invalid_request', { code: INVALID_PARAMS, message: `Unknown task ${JSON.stringify(sealed.slice(0, 64))}.` });
  flight.sealedTaskId = sealed;
  replace(call, 'taskId', task.id);
  const capability: CapabilityRef | undefined = task.tool === '' ? undefined : { kind: 'tool', name: task.tool };
  const definition = capability && ports.catalog.find(control.org, task.server, 'tool', capability.name);
  call.target = { server: task.server, spec, capability, definition, snapshot: control.snapshots.hashOf(task.server) };
  return quarantine(flight);
}

function declaresTasks(call: Call): boolean {
  const extensions = call.client.capabilities.extensions;
  return isObject(extensions) && extensions[TASKS_EXTENSION] !== undefined;
}

function missingText(call: Call): string {
  return `Invalid params: ${call.method} must name what it is about (see the method's required members).`;
}
