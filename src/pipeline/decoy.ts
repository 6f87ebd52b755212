// Decoy tools on the path: listed like any tool to whoever may use their server, refused like one that does not exist, and told as an incident.
import type { Json, JsonObject } from '../lib/json.ts';
import type { Flight, Verdict } from './flight.ts';
import { unknownTool } from './unknown-tool.ts';

const NONE: readonly JsonObject[] = Object.freeze([]);

/** To be listed behind the tools of a server. `items`: what it lists itself; a name it has is no decoy. */
export function decoyItems(flight: Flight, server: string, items: readonly Json[]): readonly JsonObject[] {
  const { call, control, ports } = flight;
  const { principal } = call;
  if (!control.flow || !principal || call.origin !== 'agent' || call.method !== 'tools/list') return NONE;
  const decoys = control.flow.decoysOn(server);
  if (decoys.length === 0) return NONE;
  const taken = new Set(items.map((item) => (item as { name?: Json } | null)?.name));
  const nowMs = ports.clock.nowMs();
  return decoys
    .filter(
      ({ name }) =>
        !taken.has(name) &&
        control.policies.visible(principal, server, { kind: 'tool', name }) &&
        !control.freezes.frozen(principal, server, nowMs, name),
    )
    .map(({ definition }) => definition);
}

/** The refusal of a call on a decoy; undefined for every other call. */
export function decoyTouched(flight: Flight, server: string, name: string): Verdict | undefined {
  const { call, control } = flight;
  if (!control.flow || call.method !== 'tools/call' || call.origin !== 'agent' || !call.principal) return undefined;
  if (!control.flow.decoysOn(server).some((decoy) => decoy.name === name)) return undefined;
  if (!control.policies.visible(call.principal, server, { kind: 'tool', name })) return undefined;
  flight.touched = { what: 'decoy', name };
  return unknownTool(name);
}
