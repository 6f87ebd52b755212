// Is a capability as it was approved? What is not is hidden and refused as if it were not there; the entry says why, the agent does not hear it.
// Tools, prompts and templates are pinned one by one; resources, whose lists are data, are open when the server has a snapshot.
import type { CapabilityKind, Finding } from '../call.ts';
import { pin } from '../catalog/catalog.ts';
import type { PinnedKind } from '../catalog/snapshot-index.ts';
import { isObject, type Json } from '../lib/json.ts';
import type { Flight, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { pinnedParts } from './pinned-part.ts';

/** INVARIANT: nothing that is not approved is called, read or followed (test/scenario/snapshot.test.ts). */
export function quarantine(flight: Flight): Verdict {
  const { call, control } = flight;
  const { target } = call;
  if (!target?.capability || isApproved(flight, target.server, target.capability.kind, target.capability.name)) return PASS;
  flight.isQuarantined = true;
  if (target.definition) call.findings = [...call.findings, unapproved(control.snapshots.isOpen(target.server))];
  target.definition = undefined;
  return PASS;
}

export function isApproved(flight: Flight, server: string, kind: CapabilityKind, name: string): boolean {
  const { control, ports } = flight;
  const { snapshots } = control;
  if (snapshots.isTrusted(server)) return true;
  if (kind === 'resource') return snapshots.isOpen(server);
  const known = flight.call.target?.definition ?? ports.catalog.find(control.org, server, kind, name);
  return known !== undefined && snapshots.admits(server, kind, name, known.hash);
}

function unapproved(isOpen: boolean): Finding {
  const type = isOpen ? 'definition.changed' : 'definition.unapproved';
  return { type, where: 'definition', path: undefined, count: 1, confidence: 1, action: 'quarantine' };
}

/** For lists: is this item, as it stands in the list, approved? */
export function isItemApproved(flight: Flight, server: string, kind: PinnedKind | 'resource', name: string, item: Json): boolean {
  const { snapshots } = flight.control;
  if (snapshots.isTrusted(server)) return true;
  if (kind === 'resource') return snapshots.isOpen(server);
  const [part] = isObject(item) ? pinnedParts([item]) : [];
  const pinned = part && pin(part);
  return typeof pinned === 'object' && snapshots.admits(server, kind, name, pinned.definition.hash);
}
