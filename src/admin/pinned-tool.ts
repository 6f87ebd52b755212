// The definition that a held call is bound to: since when it is the approved one, what the server says now, and what it said before.
// Reads only; knows of changes what snapshots, this process's catalog and the log of calls tell, and nothing more.
import type { Ticket } from '../approval/ticket.ts';
import type { PinState } from '../catalog/drift.ts';
import { isObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import type { SpecOf } from '../object/kinds.ts';
import type { AdminContext } from './context.ts';
import type { EarlierCalls } from './earlier-calls.ts';

/** Versions of a snapshot that are looked through. */
const MAX_VERSIONS = 100;

export interface PinnedTool {
  hash: string;
  /** What the server says now against what is approved; undefined where nothing is approved, or nothing was read since the gateway started. */
  state: PinState | undefined;
  /** First version of the snapshot that holds this definition; undefined when there is none. */
  pinned: { at: string; by: string; revision: number; isFirst: boolean } | undefined;
  /** Another definition that earlier calls ran under, and what the tool said then. */
  before: { hash: string; lastUsedAt: string; description: string | undefined } | undefined;
}

export async function pinnedTool(context: AdminContext, ticket: Ticket, earlier: EarlierCalls): Promise<PinnedTool | undefined> {
  const { definition: hash, server, capability } = ticket;
  if (hash === undefined || server === undefined || !capability) return undefined;
  const isOfTool = (one: { kind: string; name: string }): boolean => one.kind === capability.kind && one.name === capability.name;
  const versions = await context.versions('snapshot', server, MAX_VERSIONS);
  const holds = versions.filter(({ document }) => pinsOf(document).some((pin) => isOfTool(pin) && pin.hash === hash));
  const first = holds.at(-1);
  const held = first && versions.filter(({ revision }) => revision < first.revision);
  const isFirst = !held?.some(({ document }) => pinsOf(document).some(isOfTool));
  const { otherDefinition } = earlier;
  return {
    hash,
    state: first && context.definitions.compare(server).find(isOfTool)?.state,
    pinned: first && { at: new Date(first.timeMs).toISOString(), by: first.author, revision: first.revision, isFirst },
    before: otherDefinition && { ...otherDefinition, description: await descriptionOf(context, otherDefinition.hash) },
  };
}

function pinsOf(document: { spec: unknown } | undefined): SpecOf['snapshot']['definitions'] {
  return (document?.spec as SpecOf['snapshot'] | undefined)?.definitions ?? [];
}

async function descriptionOf(context: AdminContext, hash: string): Promise<string | undefined> {
  const text = await context.definitions.text(hash);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  return isObject(value) && typeof value.description === 'string' ? value.description : undefined;
}
