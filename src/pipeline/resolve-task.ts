// Which call a follow-up of a task belongs to: the server's own task, or a held call of ours that stands as one. Never tells a forged id from a
// foreign one.
import type { Call, CapabilityRef } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { INVALID_PARAMS, MISSING_CLIENT_CAPABILITY } from '../mcp/error-code.ts';
import { setMember } from '../mcp/raw-json.ts';
import { declaresTasks, TASKS_EXTENSION } from '../mcp/rev-2026-07-28/envelope.ts';
import type { Flight, Verdict } from './flight.ts';
import { denyRpc } from './flight.ts';
import { openHeldTask } from './held-task.ts';
import { quarantine } from './quarantine.ts';
import { openTask } from './task.ts';

export function resolveTask(flight: Flight, sealed: string): Verdict {
  const { call, control, ports } = flight;
  if (call.client.era === 'modern' && !declaresTasks(call.client.capabilities)) {
    const data = { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } };
    return denyRpc('invalid_request', {
      code: MISSING_CLIENT_CAPABILITY,
      message: `${call.method} needs the extension ${TASKS_EXTENSION}, which this client did not declare.`,
      data,
    });
  }
  const held = openHeldTask(flight, sealed);
  const task = held ? { server: held.server, tool: held.tool, id: sealed } : openTask(flight, sealed);
  flight.heldTask = held?.ticket;
  const here = call.surface.type === 'all' || call.surface.server === task?.server;
  const spec = task && here ? control.view.server(task.server)?.spec : undefined;
  if (!task || !spec || spec.disabled)
    return denyRpc('invalid_request', { code: INVALID_PARAMS, message: `Unknown task ${JSON.stringify(sealed.slice(0, 64))}.` });
  flight.sealedTaskId = sealed;
  replaceMember(call, 'taskId', task.id);
  const capability: CapabilityRef | undefined = task.tool === '' ? undefined : { kind: 'tool', name: task.tool };
  const definition = capability && ports.catalog.find(control.org, task.server, 'tool', capability.name);
  call.target = { server: task.server, spec, capability, definition, snapshot: control.snapshots.hashOf(task.server) };
  return quarantine(flight);
}

/** Puts one member of the params in another's place, text included. */
export function replaceMember(call: Call, member: string, value: string | JsonObject): void {
  call.params = { ...call.params, [member]: value };
  if (call.paramsText !== undefined) call.paramsText = setMember(call.paramsText, member, JSON.stringify(value));
}
