// What was read in a message (part-reader.ts) put back with a new text. The message that came stays as it was.
import { bytesOf } from '../detect/text-bytes.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { readJson } from '../mcp/large-message.ts';
import type { MessagePart, Path } from './part-reader.ts';

/**
 * The message with a part's new text in its place; everything beside the path is the old objects. `fresh`: copies that were made for this message before
 * and that nobody else has, changed in place, so that many parts cost no copy of the whole list each.
 */
export function* withPartInSteps(
  message: JsonObject,
  part: MessagePart,
  text: string,
  fresh: WeakSet<object> = new WeakSet(),
): Generator<void, JsonObject, void> {
  let by: Change = { value: text };
  if (part.as === 'name') by = { name: text };
  else if (part.as === 'left-out') by = { name: undefined };
  else if (part.kind === 'json') by = changeOf(part, yield* readJson(text));
  else if (part.kind === 'bytes') by = { value: written(part, text) };
  return replaceAt(message, part.path, 0, by, fresh) as JsonObject;
}

/** What is absent stays; a name that is undefined takes the member with it. */
interface Change {
  value?: Json;
  name?: string | undefined;
}

function changeOf({ as }: MessagePart, value: Json): Change {
  if (as === undefined) return { value };
  const [only] = isObject(value) ? Object.entries(value) : [];
  if (only === undefined) return { name: undefined };
  return as === 'value' ? { value: only[1] as Json } : { name: only[0], value: only[1] as Json };
}

function written({ head, encoding }: MessagePart, text: string): string {
  if (encoding === undefined) return `${head ?? ''}${encodeURIComponent(text.toWellFormed())}`;
  return `${head ?? ''}${bytesOf(text, encoding).toString('base64')}`;
}

function replaceAt(value: Json, path: Path, index: number, by: Change, fresh: WeakSet<object>): Json {
  const step = path[index];
  if (step === undefined) return by.value ?? value;
  if (Array.isArray(value)) {
    if (typeof step !== 'number' || step >= value.length) return value;
    const list = fresh.has(value) ? value : [...value];
    fresh.add(list);
    list[step] = replaceAt(value[step] as Json, path, index + 1, by, fresh);
    return list;
  }
  if (!isObject(value) || !Object.hasOwn(value, step)) return value;
  if (index === path.length - 1 && 'name' in by && by.name !== step) return renamed(value, String(step), by, fresh);
  const object: JsonObject = fresh.has(value) ? value : { ...value };
  fresh.add(object);
  object[step] = replaceAt(value[step] as Json, path, index + 1, by, fresh);
  return object;
}

/** The member goes to the end. A name that is taken gets a number: no member takes the place of another. */
function renamed(object: JsonObject, from: string, { name, value }: Change, fresh: WeakSet<object>): JsonObject {
  const copy: JsonObject = fresh.has(object) ? object : { ...object };
  fresh.add(copy);
  const one = value ?? (copy[from] as Json);
  Reflect.deleteProperty(copy, from);
  if (name !== undefined)
    Object.defineProperty(copy, freeName(copy, name), { value: one, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** By copy and name: the number that was given last, so that as many members of one name as there may be cost one look each. */
const numbers = new WeakMap<object, Map<string, number>>();

function freeName(object: JsonObject, name: string): string {
  if (!Object.hasOwn(object, name)) return name;
  const given = numbers.get(object) ?? new Map<string, number>();
  numbers.set(object, given);
  let number = (given.get(name) ?? 1) + 1;
  while (Object.hasOwn(object, `${name}#${number}`)) number++;
  given.set(name, number);
  return `${name}#${number}`;
}
