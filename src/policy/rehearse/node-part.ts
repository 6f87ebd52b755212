// The nodes of a condition, one after the other. Pure; a condition has so many at most (when/syntax.ts).
import type { Node } from '../when/syntax.ts';

/** The node and everything in it. */
export function partsOf(node: Node): Node[] {
  const inside = (): readonly Node[] => {
    switch (node.type) {
      case 'select':
        return [node.of];
      case 'call':
        return [...(node.target ? [node.target] : []), ...node.args];
      case 'list':
        return node.items;
      case 'map':
        return node.entries.flatMap(({ key, value }) => [key, value]);
      case 'loop':
        return [node.loop.range, node.loop.start, node.loop.condition, node.loop.step, node.loop.result];
      default:
        return [];
    }
  };
  return [node, ...inside().flatMap(partsOf)];
}
