// Which parts of a message are read one after the other, as one text: blocks of an answer, messages of a prompt, contents of a resource. What names or
// describes such a part stands beside it, not between two of them.
import type { MessagePart } from './message-part.ts';

const BESIDE = new Set<string | number>(['title', 'name', 'description']);

/** Their indexes; none where there is but one. */
export function readingOrder(parts: readonly MessagePart[]): readonly number[] {
  if (parts.length < 2) return NONE;
  const chain: number[] = [];
  for (const [index, { kind, path }] of parts.entries())
    if (kind !== 'json' && !path.includes('_meta') && !BESIDE.has(path[path.length - 1] as string | number)) chain.push(index);
  return chain.length < 2 ? NONE : chain;
}

const NONE: readonly number[] = [];
