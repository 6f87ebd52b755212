// What one agent sees of one list of one server, as a number to compare: the sum of the digests of the items it may use, whatever their order.
// Pure. Equal numbers mean equal views; nothing of a hidden item goes into it.
import { pin } from '../catalog/catalog.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type Json } from '../lib/json.ts';
import { LIST_SHAPES } from './list-shape.ts';
import { pinnedParts } from './pinned-part.ts';

/** What `notifications/<what>/list_changed` is about. */
export type ListedWhat = 'tools' | 'prompts' | 'resources';

export const LISTS_OF: Readonly<Record<ListedWhat, readonly string[]>> = {
  tools: ['tools/list'],
  prompts: ['prompts/list'],
  resources: ['resources/list', 'resources/templates/list'],
};

const CHANGE_NOTICES: Readonly<Record<string, ListedWhat>> = {
  'notifications/tools/list_changed': 'tools',
  'notifications/prompts/list_changed': 'prompts',
  'notifications/resources/list_changed': 'resources',
};

/** Which list a notification says has changed; undefined for any other. */
export function changedList(method: string): ListedWhat | undefined {
  return Object.hasOwn(CHANGE_NOTICES, method) ? CHANGE_NOTICES[method] : undefined;
}

export function whatOf(method: string): ListedWhat {
  return method === 'tools/list' ? 'tools' : method === 'prompts/list' ? 'prompts' : 'resources';
}

/** One item of a list: its name, and the digest of everything that is said about it. */
export interface SeenItem {
  readonly name: string;
  readonly digest: bigint;
  /** Its pin, when asked for and when it has one: whether it is approved depends on that. */
  readonly pin: string | undefined;
}

/** What has no name is shown to nobody. */
export function seenItems(method: string, items: readonly Json[], withPins = false): SeenItem[] {
  const names = LIST_SHAPES[method]?.names ?? 'name';
  return items.flatMap((item) => {
    const name = isObject(item) ? item[names] : undefined;
    if (typeof name !== 'string') return [];
    const digest = BigInt(`0x${sha256Hex(JSON.stringify(item)).slice(0, DIGEST_DIGITS)}`);
    return [{ name, digest, pin: withPins ? pinOf(item) : undefined }];
  });
}

function pinOf(item: Json): string | undefined {
  const [part] = pinnedParts([item]);
  const pinned = part && pin(part);
  return typeof pinned === 'object' ? pinned.definition.hash : undefined;
}

export function sumOf(items: Iterable<SeenItem>): bigint {
  let sum = 0n;
  for (const { digest } of items) sum = (sum + digest) & MASK;
  return sum;
}

export function addUp(a: bigint, b: bigint): bigint {
  return (a + b) & MASK;
}

export const EMPTY_VIEW = 0n;

const DIGEST_DIGITS = 32;
const MASK = (1n << 128n) - 1n;
