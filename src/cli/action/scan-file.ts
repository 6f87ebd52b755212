// Definitions in a file, in whatever form somebody kept them: a list, one definition, results and responses of lists, pages of them, a handshake. Reads all
// of it or says what it cannot read; never leaves out something without a word.
import { readFileSync, statSync } from 'node:fs';
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { usageError } from '../failure.ts';

export type ScannedKind = 'tool' | 'prompt' | 'template' | 'resource' | 'handshake';

export interface FileDefinition {
  kind: ScannedKind;
  name: string;
  definition: JsonObject;
}

/** Longest file that is read, bytes, and definitions of one report. */
const MAX_FILE_BYTES = 67_108_864;
export const MAX_DEFINITIONS = 30_000;
/** Lists in lists: pages of responses. */
const MAX_LEVELS = 4;

const LISTS: readonly (readonly [member: string, kind: ScannedKind])[] = [
  ['tools', 'tool'],
  ['prompts', 'prompt'],
  ['resourceTemplates', 'template'],
  ['resources', 'resource'],
];

export function readDefinitions(path: string): FileDefinition[] {
  if (statSync(path).size > MAX_FILE_BYTES) throw usageError(`${path} is longer than ${MAX_FILE_BYTES} bytes. Scan a part of it.`);
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw usageError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const found: FileDefinition[] = [];
  if (!collect(value, path, '', 0, found))
    throw usageError(
      `${path} holds no definitions: it needs a list "tools", "prompts", "resourceTemplates" or "resources", as in the result of tools/list, or one definition.`,
    );
  if (found.length > MAX_DEFINITIONS)
    throw usageError(`${path} holds ${found.length} definitions, more than ${MAX_DEFINITIONS}. Scan a part of it.`);
  return found;
}

/** False when it is nothing that holds definitions. */
function collect(value: Json, path: string, at: string, level: number, found: FileDefinition[]): boolean {
  if (level > MAX_LEVELS) return false;
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries())
      if (!collect(one, path, `${at}/${index}`, level + 1, found)) throw usageError(`${path} is no list of definitions at ${at}/${index}.`);
    return value.length > 0;
  }
  if (!isObject(value)) return false;
  const isResponse = isObject(value.result) && collect(value.result, path, `${at}/result`, level + 1, found);
  const lists = LISTS.filter(([member]) => Array.isArray(value[member]));
  for (const [member, kind] of lists) addList(value[member] as Json[], kind, path, `${at}/${member}`, found);
  const isHandshake = typeof value.instructions === 'string' && typeof value.name !== 'string';
  if (isHandshake) found.push({ kind: 'handshake', name: 'instructions', definition: { instructions: value.instructions as string } });
  const kind = kindOf(value);
  // Members of other forms beside those of a definition make it none the less.
  if (kind === undefined) return isResponse || lists.length > 0 || isHandshake;
  found.push({ kind, name: nameOf(kind, value), definition: value });
  return true;
}

function addList(list: readonly Json[], kind: ScannedKind, path: string, at: string, found: FileDefinition[]): void {
  for (const [index, one] of list.entries()) {
    if (!isObject(one)) throw usageError(`${path} holds what is no definition at ${at}/${index}.`);
    found.push({ kind, name: nameOf(kind, one), definition: one });
  }
}

/** Of a definition that stands alone. */
function kindOf(value: JsonObject): ScannedKind | undefined {
  if (typeof value.uriTemplate === 'string') return 'template';
  if (typeof value.uri === 'string') return 'resource';
  if (Array.isArray(value.arguments)) return 'prompt';
  return typeof value.name === 'string' || isObject(value.inputSchema) || typeof value.description === 'string' ? 'tool' : undefined;
}

function nameOf(kind: ScannedKind, definition: JsonObject): string {
  const name = definition[kind === 'template' ? 'uriTemplate' : kind === 'resource' ? 'uri' : 'name'];
  return typeof name === 'string' ? name : '';
}
