// What stands in lists and handshakes. Words that are shown are read like any other text; what is asked for by (names, addresses) and what a call is written by
// (schemas) is read as well, and stays as it is or the entry is not shown.
import { ANNOTATIONS, every, ICONS, implementation, META, MIME } from './message-content.ts';
import { ID_OR_STOP } from './message-id.ts';
import { FILLED, formed, listOf, NAME, NUMBER, named, objectOf, type Place, type Reader, recordOf, TEXT, word } from './part-reader.ts';

/** undefined: the method has neither a list nor a handshake for an answer. */
export function listedOf(method: string): Place | undefined {
  return LISTED.get(method);
}

const shown: readonly [string, Reader][] = [...named(TEXT, 'title description'), ['icons', ICONS], ['_meta', META]];
const resource: readonly [string, Reader][] = [
  ...shown,
  ['name', TEXT],
  ['mimeType', MIME],
  ['size', NUMBER],
  ['annotations', ANNOTATIONS],
];
const one: Place = new Map<string, Reader>([...resource, ['uri', NAME]]);
const template: Place = new Map<string, Reader>([...resource, ['uriTemplate', NAME]]);

const argument: Place = new Map<string, Reader>([...named(TEXT, 'title description'), ['name', NAME], ['required', NUMBER]]);
const prompt: Place = new Map<string, Reader>([...shown, ['name', NAME], ['arguments', listOf(objectOf(() => argument))]]);

/** JSON Schema. What it says is for people; what it demands is what arguments are compared with. */
const SCHEMA: Reader = {
  skips: NUMBER.skips,
  read: (value, path, parts, parent) => objectOf(() => schema).read(value, path, parts, parent),
};
const schema: Place = new Map<string, Reader>([
  ...named(TEXT, 'title description $comment'),
  ...named(FILLED, 'default examples'),
  ...named(listOf(NAME), 'enum const pattern format $ref $dynamicRef $id $anchor $dynamicAnchor contentEncoding contentMediaType required'),
  ['$schema', formed(/^https?:\/\/json-schema\.org\/[a-z0-9/.-]{1,60}#?$/)],
  ['type', listOf(word('object string number integer boolean array null'))],
  ...named(recordOf(SCHEMA, 'fixed'), 'properties patternProperties $defs definitions dependentSchemas'),
  ...named(
    listOf(SCHEMA),
    'items prefixItems additionalItems additionalProperties propertyNames unevaluatedItems unevaluatedProperties contains not if then else allOf anyOf oneOf',
  ),
  ...named(
    NUMBER,
    'minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems minContains maxContains minProperties maxProperties readOnly writeOnly deprecated',
  ),
]);
const hints: Place = new Map<string, Reader>([
  ['title', TEXT],
  ...named(NUMBER, 'readOnlyHint destructiveHint idempotentHint openWorldHint'),
]);
const execution: Place = new Map([['taskSupport', word('forbidden optional required')]]);
const tool: Place = new Map<string, Reader>([
  ...shown,
  ['name', NAME],
  ...named(SCHEMA, 'inputSchema outputSchema'),
  ['annotations', objectOf(() => hints)],
  ['execution', objectOf(() => execution)],
]);

const VERSION = formed(/^20\d\d-\d\d-\d\d$/);
/** What a server can do: names of extensions, and what they say of themselves. */
const capabilities: Place = new Map();
const handshake: Place = new Map<string, Reader>([
  ...every,
  ['protocolVersion', VERSION],
  ['supportedVersions', listOf(VERSION)],
  ['capabilities', objectOf(() => capabilities)],
  ['serverInfo', objectOf(() => implementation)],
  ['instructions', TEXT],
  ['ttlMs', NUMBER],
]);

const LISTED: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['tools/list', listedAs('tools', tool)],
  ['prompts/list', listedAs('prompts', prompt)],
  ['resources/list', listedAs('resources', one)],
  ['resources/templates/list', listedAs('resourceTemplates', template)],
  ['initialize', handshake],
  ['server/discover', handshake],
]);

function listedAs(member: string, item: Place): Place {
  return new Map<string, Reader>([...every, ['nextCursor', ID_OR_STOP], ['ttlMs', NUMBER], [member, listOf(objectOf(() => item))]]);
}
