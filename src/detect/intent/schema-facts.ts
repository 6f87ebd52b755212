// What an input schema tells about a tool: arguments that hold content, that choose an action, that are run. Bounded, never throws.
// A schema is the server's word: it may raise a class, and says where to look; it lowers nothing.
import type { Intent } from '../../call.ts';
import { isObject, type JsonObject } from '../../lib/json.ts';
import type { Actions } from './profile.ts';
import { rank } from './verdict.ts';
import { anyName } from './world-phrase.ts';

/** Properties that are looked at, nested ones included. */
export const MAX_PROPERTIES = 256;
/** Values of an enum that are looked at. */
export const MAX_ENUM_VALUES = 256;
const MAX_DEPTH = 3;

export interface SchemaFacts {
  present: boolean;
  /** Top-level names. */
  properties: ReadonlySet<string>;
  /** Lower-cased names at any level looked at, with the pointer. */
  all: ReadonlyMap<string, string>;
  /** It takes content to store or send. */
  payload: boolean;
  actions: Actions | undefined;
}

const ACTION_KEY =
  /^(?:action|actions|method|operation|op|mode|command|subcommand|sub_command|verb|task|event|intent|request_type|action_type|operation_type|transaction_type)$/i;
const PAYLOAD_KEY =
  /^(?:content|contents|body|text|message|data|value|values|payload|html|markdown|patch|fields|properties|updates|new_\w+|title|subject)$/i;

export function readSchema(schema: JsonObject | undefined): SchemaFacts {
  const all = new Map<string, string>();
  const facts: SchemaFacts = { present: false, properties: new Set(), all, payload: false, actions: undefined };
  if (!schema || !isObject(schema.properties)) return facts;
  facts.present = true;
  facts.properties = new Set(Object.keys(schema.properties).slice(0, MAX_PROPERTIES));
  collect(schema.properties, '/inputSchema/properties', 0, all, facts);
  facts.payload = [...facts.properties].some((key) => PAYLOAD_KEY.test(key));
  return facts;
}

function collect(properties: JsonObject, path: string, depth: number, all: Map<string, string>, facts: SchemaFacts): void {
  for (const [key, value] of Object.entries(properties)) {
    if (all.size >= MAX_PROPERTIES) return;
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!all.has(key.toLowerCase())) all.set(key.toLowerCase(), at);
    if (!isObject(value)) continue;
    if (depth === 0 && ACTION_KEY.test(key)) facts.actions ??= actionsOf(key, at, value);
    if (depth < MAX_DEPTH && isObject(value.properties)) collect(value.properties, `${at}/properties`, depth + 1, all, facts);
  }
}

function actionsOf(key: string, path: string, schema: JsonObject): Actions | undefined {
  const values = enumOf(schema);
  if (values.length === 0) return undefined;
  // The method of a request that is configured, not sent; executors look at it when they are called.
  if (/method|verb/i.test(key) && values.every((value) => /^(?:get|head|post|put|patch|delete|options|trace|connect)$/i.test(value)))
    return undefined;
  const byValue = new Map<string, Intent>();
  // Values that are not looked at could be anything.
  let strongest: Intent = values.length > MAX_ENUM_VALUES ? 'destructive' : 'read';
  let surest: Intent = strongest;
  for (const value of values.slice(0, MAX_ENUM_VALUES)) {
    const phrase = anyName(value);
    if (!phrase) continue;
    byValue.set(value, phrase.intent);
    if (rank(phrase.intent) > rank(strongest)) strongest = phrase.intent;
    if (phrase.isVerb && rank(phrase.intent) > rank(surest)) surest = phrase.intent;
  }
  // Modes of output and the like choose nothing: without at least two known verbs it is no list of actions.
  return byValue.size >= 2 || /^(?:action|method|operation|op)$/i.test(key) ? { key, path, byValue, strongest, surest } : undefined;
}

function enumOf(schema: JsonObject): string[] {
  const list = Array.isArray(schema.enum)
    ? schema.enum
    : Array.isArray(schema.anyOf)
      ? schema.anyOf.map((part) => (isObject(part) ? part.const : undefined))
      : [];
  return list.slice(0, MAX_ENUM_VALUES + 1).filter((value): value is string => typeof value === 'string');
}
