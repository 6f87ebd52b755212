// What the class of a recorded call was read from: read once more from the definition and the arguments of then. Reads only. What it gives may quote arguments.
import type { Evidence } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { RecordedDecision } from '../policy/rehearse/recorded-decision.ts';
import type { AdminContext } from './context.ts';

/** The log holds the class of a call, not what it was read from: that is read once more. What comes out otherwise is not passed off as the reason of then. */
export async function evidenceOf(
  context: AdminContext,
  { capability, server, definition, intent }: RecordedDecision,
  view: ControlView,
  args: JsonObject | undefined,
  missing: string[],
): Promise<readonly Evidence[] | undefined> {
  const spec = server === undefined ? undefined : view.server(server)?.spec;
  if (intent === undefined || capability?.kind !== 'tool' || definition === undefined || args === undefined || !spec) return undefined;
  const text = await context.definitions.text(definition);
  // What a trusted server states is not kept, but may still be what it states.
  const stated = context.definitions.stated(server ?? '').find(({ hash }) => hash === definition)?.value;
  const value = text === undefined ? stated : parseJson(text);
  if (!isObject(value)) return undefined;
  const verdict = context.intentOf(spec, capability.name, { value, hash: definition }, args);
  if (verdict.intent === intent.intent) return verdict.evidence;
  missing.push(`why the class of the call was ${intent.intent}: it would be ${verdict.intent} now`);
  return undefined;
}
