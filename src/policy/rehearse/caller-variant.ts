// A request of a caller who is in one team or role more or less, for conditions that ask for those. Pure; bounded.
import type { DecideInput } from '../decide-input.ts';
import type { CompiledRule } from '../rule.ts';
import { pathOf } from '../when/check.ts';
import type { Node } from '../when/syntax.ts';
import { partsOf } from './node-part.ts';
import { withMember } from './other-caller.ts';
import { valueAt, withValue } from './variant.ts';

/** Teams, or roles, tried for one condition. */
export const MAX_CALLER_NAMES = 16;

/** Teams and roles that there are, whoever has them. */
export interface CallerNames {
  readonly roles: readonly string[];
  readonly teams: readonly string[];
}

export const NO_NAMES: CallerNames = Object.freeze({ roles: [], teams: [] });

export interface CallerVariant {
  input: DecideInput;
  /** What is so of it and was not before, as a condition would ask for it. Holds no value of an argument. */
  text: string;
}

const SETS = ['roles', 'teams'] as const;

/** With each team and role that the condition names or that there is, and without each that the caller has; none where it asks for neither. */
export function* callerVariants(rule: CompiledRule, input: DecideInput, known: CallerNames): Generator<CallerVariant> {
  const condition = rule.onCall?.condition;
  if (!condition || 'broken' in condition) return;
  for (const set of SETS) {
    const path = `principal.${set}`;
    if (!condition.paths.includes(path)) continue;
    const now = input.principal[set];
    const spoken = spokenOf(condition.root, path);
    for (const item of spoken.items) {
      const value = valueAt(input, item);
      if (typeof value === 'string' && !now.includes(value))
        yield { input: withMember(input, set, value, true), text: `${item} in ${path}` };
    }
    const names = [...new Set([...spoken.names, ...now, ...known[set]])];
    for (const name of names.slice(0, MAX_CALLER_NAMES)) {
      const has = now.includes(name);
      yield { input: withMember(input, set, name, !has), text: `${JSON.stringify(name)} ${has ? 'not in' : 'in'} ${path}` };
    }
    if (now.length > 1) yield { input: { ...input, principal: { ...input.principal, [set]: [] } }, text: `${path}.size() == 0` };
  }
}

/** A caller who is in the team or role that an argument, or a label, names, and one is named; for conditions that ask whether it is. */
export function withItsOwn(root: Node, input: DecideInput): DecideInput {
  let made = input;
  for (const set of SETS)
    for (const item of spokenOf(root, `principal.${set}`).items) {
      const value = valueAt(made, item);
      const name = typeof value === 'string' ? value : (made.principal[set][0] ?? 'same');
      made = withMember(withValue(made, item, name) ?? made, set, name, true);
    }
  return made;
}

interface Spoken {
  /** Texts that stand in one comparison or loop with the path. */
  names: Set<string>;
  /** Paths that are looked for in it: `args.team in principal.teams`. */
  items: Set<string>;
}

function spokenOf(root: Node, path: string): Spoken {
  const spoken: Spoken = { names: new Set(), items: new Set() };
  const walk = (node: Node): void => {
    if (node.type === 'call' && CONNECTIVES.has(node.name)) {
      for (const arg of node.args) walk(arg);
      return;
    }
    if (!partsOf(node).some((one) => pathOf(one) === path)) return;
    for (const one of partsOf(node)) if (one.type === 'literal' && typeof one.value === 'string') spoken.names.add(one.value);
    if (node.type !== 'call' || node.name !== '@in') return;
    const item = node.args[0] && pathOf(node.args[0]);
    if (item?.includes('.') && !item.includes('@')) spoken.items.add(item);
  };
  walk(root);
  return spoken;
}

const CONNECTIVES: ReadonlySet<string> = new Set(['_&&_', '_||_', '!_', '_?_:_']);
