// Policies that are not in force: of a file, of an earlier revision, or a file that joins what is in force. Parsed and checked as `apply` does;
// never written anywhere.
import type { JsonObject } from '../lib/json.ts';
import type { Kind, StoredObject } from '../object/kinds.ts';
import { formatObjectError, type ParsedObject, parseObjects } from '../object/parse.ts';
import { isSecretDraft } from '../object/secret-draft.ts';
import { buildView, type ControlView } from '../object/snapshot.ts';
import { type ActivationProblem, checkConditions } from '../policy/activation.ts';
import type { World } from '../policy/rehearse/space.ts';
import { allPrincipals } from './access.ts';
import { callerNames } from './caller-names.ts';
import type { AdminContext } from './context.ts';
import { failure } from './route.ts';

export interface Source {
  text?: string | undefined;
  fileName?: string | undefined;
  revision?: number | undefined;
}

/** All objects with the policies of the source in place of those in force. A Response says why not. */
export async function objectsOf(context: AdminContext, source: Source, view: ControlView): Promise<StoredObject[] | Response> {
  if (source.text !== undefined) {
    const read = readPolicies(source.text, source.fileName ?? 'policy');
    return read instanceof Response ? read : withPolicies(view, read, true);
  }
  if (source.revision === undefined || source.revision === view.revision) return view.all();
  if (source.revision > view.revision)
    return failure(404, 'unknown_revision', `There is no revision ${source.revision} yet; the newest is ${view.revision}.`);
  return buildView(await context.objects.store.loadAt(context.org, source.revision)).all();
}

/** Objects of a file: policies, and servers for their tags. */
export function readPolicies(text: string, fileName: string): StoredObject[] | Response {
  const { objects, errors } = parseObjects(text, fileName);
  const [error] = errors;
  if (error) return failure(422, 'refused', formatObjectError(error), errors.map(formatObjectError));
  const found = objects.map(({ object }) => object).filter((object): object is StoredObject => !isSecretDraft(object));
  const changed = new Set(found.filter(({ kind }) => kind === 'policy').map(({ metadata }) => metadata.name));
  if (changed.size === 0) return failure(422, 'refused', `${fileName} holds no object of kind policy.`);
  const lines = checkConditions({ objects: found, changed, toolsOf: () => NO_TOOLS }).problems.map((problem) => placed(problem, objects));
  return lines.length === 0 ? found : failure(422, 'refused', `${lines[0]}`, lines);
}

const NO_TOOLS: ReadonlyMap<string, JsonObject> = new Map();

function placed({ policy, message, path, offset }: ActivationProblem, objects: readonly ParsedObject[]): string {
  const given = objects.find(({ object }) => object.kind === 'policy' && object.metadata.name === policy);
  const at = given?.locate([...path], offset);
  return `${at ? `${given?.file}:${at.line}:${at.column}: ` : ''}policy/${policy}: ${message}`;
}

/** `alone`: policies that are not given do not count. A policy that only watches counts as if it were in force. */
export function withPolicies(view: ControlView, given: readonly StoredObject[], alone: boolean): StoredObject[] {
  const key = ({ kind, metadata }: StoredObject): string => `${kind}/${metadata.name}`;
  const replaced = new Set(given.map(key));
  const kept = view.all().filter((object) => !replaced.has(key(object)) && !(alone && object.kind === ('policy' satisfies Kind)));
  return [...kept, ...given.map(enforced)];
}

function enforced(object: StoredObject): StoredObject {
  if (object.kind !== 'policy') return object;
  const { mode: _, replaces: _also, ...spec } = object.spec as StoredObject<'policy'>['spec'];
  return { ...object, spec } as StoredObject;
}

/** Who and what is registered: where calls to try are looked for. */
export async function worldOf(context: AdminContext): Promise<World> {
  const state = await context.access();
  const servers = state.view.servers().map(({ metadata: { name } }) => ({
    name,
    tools: new Map(
      context.definitions
        .stated(name)
        .filter(({ kind }) => kind === 'tool')
        .map((stated) => [stated.name, stated.value]),
    ),
  }));
  return { principals: allPrincipals(state, context.clock.nowMs()), servers, names: callerNames(state.view) };
}
