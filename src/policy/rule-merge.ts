// Walks several lists of rules as one, in rule order. Reads only as far as the visitor wants.
import type { CompiledRule } from './rule.ts';

/** Visits the rules of all lists (each in order) in the order of their position, each once, until the visitor returns true. */
export function visitInOrder(lists: readonly (readonly CompiledRule[])[], visit: (rule: CompiledRule) => boolean): void {
  const [only] = lists;
  if (lists.length === 1 && only) {
    for (const rule of only) if (visit(rule)) return;
    return;
  }
  const at: number[] = new Array(lists.length).fill(0);
  let last = -1;
  for (;;) {
    let next: CompiledRule | undefined;
    let from = -1;
    for (let i = 0; i < lists.length; i++) {
      const head = lists[i]?.[at[i] ?? 0];
      if (head && (!next || head.position < next.position)) {
        next = head;
        from = i;
      }
    }
    if (!next) return;
    at[from] = (at[from] ?? 0) + 1;
    // A rule that names two teams of one caller stands in two lists.
    if (next.position === last) continue;
    last = next.position;
    if (visit(next)) return;
  }
}
