// The comparisons a condition is made of: a path with literals beside it. From them come the values worth trying, and the words in which a near
// miss is told. Pure; reads conditions, never calls.
import type { Json } from '../../lib/json.ts';
import { pathOf } from '../when/check.ts';
import type { Node } from '../when/syntax.ts';

/** Comparisons looked at in one condition. */
export const MAX_ATOMS = 64;

export type Literal = string | number | boolean | null;

export interface Atom {
  /** Of what is compared: `args.amount`. */
  path: string;
  /** As it is written, and its opposite. */
  text: string;
  opposite: string;
  /** Values for the path under which it holds, and under which it does not. */
  holdsFor: readonly Json[];
  failsFor: readonly Json[];
  holds(value: Json | undefined): boolean | undefined;
}

/** `joined`: it stands in a conjunction at the top, so that it must hold for the whole to hold. */
export interface FoundAtom {
  atom: Atom;
  joined: boolean;
}

export function atomsOf(root: Node): FoundAtom[] {
  const found: FoundAtom[] = [];
  const walk = (node: Node, joined: boolean): void => {
    if (found.length >= MAX_ATOMS) return;
    const atom = atomOf(node);
    if (atom) {
      found.push({ atom, joined });
      return;
    }
    if (node.type === 'call') {
      const inside = joined && node.name === '_&&_';
      for (const one of [...(node.target ? [node.target] : []), ...node.args]) walk(one, inside);
    }
    if (node.type === 'select') walk(node.of, false);
    if (node.type === 'list') for (const one of node.items) walk(one, false);
    if (node.type === 'loop') for (const one of [node.loop.range, node.loop.step]) walk(one, false);
  };
  walk(root, true);
  return found;
}

/** Every pair of paths that are compared with each other. */
export function pairsOf(root: Node): [string, string][] {
  const found: [string, string][] = [];
  const walk = (node: Node): void => {
    if (node.type !== 'call') return;
    const [left, right] = node.args.map((one) => plainPath(one));
    if (node.name === '_==_' && left !== undefined && right !== undefined) found.push([left, right]);
    for (const one of node.args) walk(one);
  };
  walk(root);
  return found;
}

function atomOf(node: Node): Atom | undefined {
  if (node.type === 'select' && node.presence) return presence(node);
  if (node.type === 'select') return truth(node);
  if (node.type !== 'call') return undefined;
  const [first, second] = node.args;
  if (first && second && Object.hasOwn(MIRRORED, node.name)) return comparison(node.name, first, second);
  if (node.name === '@in' && first && second) return membership(first, second);
  if (node.name === 'path_within' && first && second) return called(node.name, first, second, within);
  const text = TEXT_TESTS[node.name];
  if (text && node.target && first) return onText(node.name, node.target, first, text);
  return undefined;
}

type Compare = (a: Literal, b: Literal) => boolean;

/** Operators, what each is when its sides are changed, and its opposite. */
const MIRRORED: Readonly<Record<string, readonly [symbol: string, mirrored: string, opposite: string, compare: Compare]>> = {
  '_<_': ['<', '_>_', '>=', (a, b) => ordered(a, b) && (a as number) < (b as number)],
  '_<=_': ['<=', '_>=_', '>', (a, b) => ordered(a, b) && (a as number) <= (b as number)],
  '_>_': ['>', '_<_', '<=', (a, b) => ordered(a, b) && (a as number) > (b as number)],
  '_>=_': ['>=', '_<=_', '<', (a, b) => ordered(a, b) && (a as number) >= (b as number)],
  '_==_': ['==', '_==_', '!=', (a, b) => a === b],
  '_!=_': ['!=', '_!=_', '==', (a, b) => a !== b],
};

function ordered(a: Literal, b: Literal): boolean {
  return typeof a === typeof b && a !== null;
}

function comparison(name: string, left: Node, right: Node): Atom | undefined {
  const [leftValue, rightValue] = [literalOf(left), literalOf(right)];
  if (leftValue !== undefined && rightValue === undefined) return comparison(MIRRORED[name]?.[1] ?? name, right, left);
  const [symbol, , opposite, compare] = MIRRORED[name] ?? [];
  if (rightValue === undefined || symbol === undefined || !compare) return undefined;
  const literal = rightValue;
  const measured = measure(left);
  if (!measured) return undefined;
  const { path, shown, make, read } = measured;
  const values = neighbours(literal);
  const holds = (value: Json | undefined): boolean | undefined => {
    const got = read(value);
    return got === undefined ? undefined : compare(got, literal);
  };
  const made = values.flatMap((value) => make(value) ?? []);
  return {
    path,
    text: `${shown} ${symbol} ${textOf(literal)}`,
    opposite: `${shown} ${opposite} ${textOf(literal)}`,
    holdsFor: made.filter((value) => holds(value) === true),
    failsFor: made.filter((value) => holds(value) === false),
    holds,
  };
}

interface Measured {
  path: string;
  shown: string;
  /** A value whose measure is this. */
  make(measure: Literal): Json[] | undefined;
  read(value: Json | undefined): Literal | undefined;
}

/** A path itself, or `size`, `domain_of`, `lowerAscii`, `dyn` of one. */
function measure(node: Node): Measured | undefined {
  const path = plainPath(node);
  if (path !== undefined) return { path, shown: path, make: (value) => [value], read: literalValue };
  if (node.type !== 'call') return undefined;
  const inner = node.target ?? node.args[0];
  const of = inner && plainPath(inner);
  if (of === undefined) return undefined;
  const shown = node.target ? `${of}.${node.name}()` : `${node.name}(${of})`;
  switch (node.name) {
    case 'size':
      return { path: of, shown, make: (n) => sized(n), read: sizeOf };
    case 'domain_of':
      return { path: of, shown, make: (d) => (typeof d === 'string' ? [`someone@${d}`] : undefined), read: domainOf };
    case 'lowerAscii':
      return { path: of, shown, make: (t) => [t], read: (v) => (typeof v === 'string' ? v.toLowerCase() : undefined) };
    case 'dyn':
      return { path: of, shown, make: (v) => [v], read: literalValue };
    default:
      return undefined;
  }
}

function membership(item: Node, list: Node): Atom | undefined {
  const ofCaller = callerMembership(item, list);
  if (ofCaller) return ofCaller;
  const measured = measure(item);
  const literals = list.type === 'list' ? list.items.map(literalOf) : [];
  if (!measured || literals.length === 0 || literals.includes(undefined)) return undefined;
  const members = literals as Literal[];
  const { path, shown, make, read } = measured;
  const shownList = `[${members.map(textOf).join(', ')}]`;
  const holds = (value: Json | undefined): boolean | undefined => {
    const got = read(value);
    return got === undefined ? undefined : members.includes(got);
  };
  return {
    path,
    text: `${shown} in ${shownList}`,
    opposite: `${shown} not in ${shownList}`,
    holdsFor: members.flatMap((one) => make(one) ?? []),
    failsFor: make('other') ?? [],
    holds,
  };
}

/** `"night" in principal.roles`: a path of its own, because callers have other roles beside it. */
function callerMembership(item: Node, list: Node): Atom | undefined {
  const [name, path] = [literalOf(item), plainPath(list)];
  if (typeof name !== 'string' || (path !== 'principal.roles' && path !== 'principal.teams')) return undefined;
  return {
    path: `${path}.${name}`,
    text: `${textOf(name)} in ${path}`,
    opposite: `${textOf(name)} not in ${path}`,
    holdsFor: [true],
    failsFor: [false],
    holds: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

interface TextTest {
  test(value: string, literal: string): boolean;
  makes(literal: string): string[];
}

const TEXT_TESTS: Readonly<Record<string, TextTest | undefined>> = {
  startsWith: { test: (v, l) => v.startsWith(l), makes: (l) => [l, `${l}x`] },
  endsWith: { test: (v, l) => v.endsWith(l), makes: (l) => [l, `x${l}`] },
  contains: { test: (v, l) => v.includes(l), makes: (l) => [l] },
};

const within: TextTest = {
  test: (value, folder) => value === folder || value.startsWith(folder.endsWith('/') ? folder : `${folder}/`),
  makes: (folder) => [`${folder.replace(/\/$/, '')}/file`, folder],
};

function onText(name: string, target: Node, argument: Node, test: TextTest): Atom | undefined {
  const [path, literal] = [plainPath(target), literalOf(argument)];
  if (path === undefined || typeof literal !== 'string') return undefined;
  return textAtom(path, literal, test, `${path}.${name}(${textOf(literal)})`);
}

function called(name: string, first: Node, second: Node, test: TextTest): Atom | undefined {
  const [path, literal] = [plainPath(first), literalOf(second)];
  if (path === undefined || typeof literal !== 'string') return undefined;
  return textAtom(path, literal, test, `${name}(${path}, ${textOf(literal)})`);
}

function textAtom(path: string, literal: string, { test, makes }: TextTest, text: string): Atom {
  return {
    path,
    text,
    opposite: `!${text}`,
    holdsFor: makes(literal),
    failsFor: ['/elsewhere', ''].filter((value) => !test(value, literal)),
    holds: (value) => (typeof value === 'string' ? test(value, literal) : undefined),
  };
}

function presence(node: Node & { type: 'select' }): Atom | undefined {
  const path = pathOf({ ...node, presence: false });
  if (path === undefined) return undefined;
  return {
    path,
    text: `${path} is given`,
    opposite: `${path} is not given`,
    holdsFor: ['x', 1, true],
    failsFor: [null],
    holds: (value) => value !== undefined && value !== null,
  };
}

/** A path that stands for itself: true or false. */
function truth(node: Node): Atom | undefined {
  const path = plainPath(node);
  if (path === undefined) return undefined;
  return {
    path,
    text: path,
    opposite: `!${path}`,
    holdsFor: [true],
    failsFor: [false],
    holds: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

function plainPath(node: Node): string | undefined {
  const path = node.type === 'select' ? pathOf(node) : undefined;
  return path?.includes('@') ? undefined : path;
}

function literalOf(node: Node): Literal | undefined {
  if (node.type !== 'literal') return undefined;
  return typeof node.value === 'bigint' ? Number(node.value) : node.value;
}

/** The literal, and what lies next to it on either side. */
function neighbours(literal: Literal): Literal[] {
  if (typeof literal === 'number') return [literal, literal - 1, literal + 1];
  if (typeof literal === 'string') return [literal, `${literal}x`, ''];
  if (typeof literal === 'boolean') return [literal, !literal];
  return [null, 'x'];
}

function literalValue(value: Json | undefined): Literal | undefined {
  return value === undefined || (typeof value === 'object' && value !== null) ? undefined : value;
}

const MAX_MADE_SIZE = 1_000;

function sized(size: Literal): Json[] | undefined {
  if (typeof size !== 'number' || size < 0 || size > MAX_MADE_SIZE) return undefined;
  return ['x'.repeat(size), Array.from({ length: size }, () => 'x')];
}

function sizeOf(value: Json | undefined): number | undefined {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined;
}

function domainOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? /@([\w.-]+)$/.exec(value)?.[1]?.toLowerCase() : undefined;
}

export function textOf(literal: Literal): string {
  return typeof literal === 'string' ? JSON.stringify(literal) : String(literal);
}
