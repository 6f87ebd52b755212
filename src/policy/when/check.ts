// Type-checks a condition against what is known of the values it will see. A problem is an error at activation; a warning is a member that may
// be absent and is read without asking first, which would be an error, and a denial, during a call.
import { didYouMean } from '../../lib/suggest.ts';
import { compilePattern, openBudget } from './budget.ts';
import { misfit } from './misfit.ts';
import { FUNCTION_NAMES, SIGNATURES, type Signature } from './signature.ts';
import type { Node } from './syntax.ts';
import { unreadable } from './time.ts';
import { ANY, BOOL, DOUBLE, type Field, INT, listOf, mapOf, NULL, nameOf, TEXT, type ValueType } from './value-type.ts';

export interface Finding {
  message: string;
  offset: number;
}

export interface Checked {
  problems: Finding[];
  warnings: Finding[];
}

export type Scope = ReadonlyMap<string, ValueType>;

/** At most so many of each. */
const MAX_FINDINGS = 20;

export function checkWhen(root: Node, scope: Scope): Checked {
  const checker = new Checker();
  const type = checker.type(root, scope, new Set());
  if (type.kind !== 'bool' && type.kind !== 'any') checker.problem(`a condition is true or false; this is ${nameOf(type)}`, root.at);
  return { problems: checker.problems, warnings: checker.warnings };
}

/** Paths known to be there, as written: `args.x`. */
type Present = ReadonlySet<string>;

class Checker {
  readonly problems: Finding[] = [];
  readonly warnings: Finding[] = [];

  problem(message: string, offset: number): ValueType {
    if (this.problems.length < MAX_FINDINGS) this.problems.push({ message, offset });
    return ANY;
  }

  type(node: Node, scope: Scope, present: Present): ValueType {
    switch (node.type) {
      case 'ident':
        return scope.get(node.name) ?? this.problem(`there is no "${node.name}".${didYouMean(node.name, scope.keys())}`, node.at);
      case 'literal':
        return typeOfLiteral(node.value);
      case 'list':
        return listOf(joined(node.items.map((item) => this.type(item, scope, present))));
      case 'map':
        return this.#map(node, scope, present);
      case 'select':
        return this.#select(node, scope, present);
      case 'loop':
        return this.#loop(node, scope, present);
      case 'call':
        return this.#call(node, scope, present);
    }
  }

  #map(node: Extract<Node, { type: 'map' }>, scope: Scope, present: Present): ValueType {
    const values = node.entries.map(({ key, value }) => {
      const kind = this.type(key, scope, present).kind;
      if (kind !== 'string' && kind !== 'any') this.problem('the keys of a map are text', key.at);
      return this.type(value, scope, present);
    });
    return mapOf({}, joined(values));
  }

  #select(node: Extract<Node, { type: 'select' }>, scope: Scope, present: Present): ValueType {
    const of = this.type(node.of, scope, present);
    const isAsked = node.presence || present.has(pathOf(node) ?? '');
    const member = this.#member(of, node.field, node, isAsked);
    if (node.presence) return BOOL;
    if (member && !member.required && !isAsked && this.warnings.length < MAX_FINDINGS)
      this.warnings.push({
        message: `${pathOf(node) ?? node.field} may be absent, and the call is then denied; ask first: has(${pathOf(node) ?? node.field}) && …`,
        offset: node.at,
      });
    return member?.type ?? ANY;
  }

  #member(of: ValueType, name: string, node: Node, asked = false): Field | undefined {
    if (of.kind === 'any') return undefined;
    if (of.kind !== 'map') {
      this.problem(`"${name}" is asked of ${nameOf(of)}; only objects have members`, node.at);
      return undefined;
    }
    const field = of.fields.get(name);
    if (field) return field;
    if (of.rest) return of.fields.size > 0 || of.rest.kind !== 'any' ? { type: of.rest, required: false } : undefined;
    // Asking whether it is there is no mistake: a rule may be about several tools.
    if (!asked) this.problem(`there is no "${name}" here.${didYouMean(name, of.fields.keys())}`, node.at);
    return undefined;
  }

  #loop({ loop, at }: Extract<Node, { type: 'loop' }>, scope: Scope, present: Present): ValueType {
    const range = this.type(loop.range, scope, present);
    if (range.kind !== 'list' && range.kind !== 'map' && range.kind !== 'any')
      this.problem(`this goes through the items of ${nameOf(range)}; it needs a list or an object`, at);
    if (scope.has(loop.variable)) this.problem(`"${loop.variable}" is something else already; take another name`, at);
    const item = range.kind === 'list' ? range.item : range.kind === 'map' ? TEXT : ANY;
    const start = this.type(loop.start, scope, present);
    const inner = new Map([...scope, [loop.variable, item], [loop.accumulator, start.kind === 'list' ? listOf(ANY) : start]]);
    this.type(loop.condition, inner, present);
    const step = this.type(loop.step, inner, present);
    const last = this.type(loop.result, new Map([...inner, [loop.accumulator, start.kind === 'list' ? step : start]]), present);
    return last;
  }

  #call(node: Extract<Node, { type: 'call' }>, scope: Scope, present: Present): ValueType {
    const { name, args } = node;
    if (name === '_&&_' || name === '_||_') return this.#connective(name, args, scope, present);
    if (name === '_?_:_') return this.#choice(args, scope, present);
    if (name === '_[_]') return this.#index(node, scope, present);
    const signatures = Object.hasOwn(SIGNATURES, name) ? SIGNATURES[name] : undefined;
    if (!signatures) return this.problem(`there is no function "${name}".${didYouMean(name, FUNCTION_NAMES)}`, node.at);
    const target = node.target && this.type(node.target, scope, present);
    const types = args.map((arg) => this.type(arg, scope, present));
    if (name === 'matches') this.#pattern(args[0], node.at);
    this.#time(name, node.target, args[0]);
    const fitting = signatures.find((signature) => fits(signature, target, types));
    if (!fitting) {
      const nodes = node.target ? [node.target, ...args] : args;
      const given = target ? [target, ...types] : types;
      return this.problem(
        misfit(
          name,
          nodes.map((one, i) => ({ node: one, path: pathOf(one), type: given[i] ?? ANY })),
        ),
        node.at,
      );
    }
    return resultOf(fitting, target, types);
  }

  /** Warnings of the right side know what the left side asked for. */
  #connective(name: string, args: readonly Node[], scope: Scope, present: Present): ValueType {
    let known = present;
    for (const arg of args) {
      const { kind } = this.type(arg, scope, known);
      if (kind !== 'bool' && kind !== 'any') this.problem(`"${name === '_&&_' ? '&&' : '||'}" connects what is true or false`, arg.at);
      known = new Set([...known, ...(name === '_&&_' ? foundBy(arg, true) : foundBy(arg, false))]);
    }
    return BOOL;
  }

  #choice([condition, yes, no]: readonly Node[], scope: Scope, present: Present): ValueType {
    if (!condition || !yes || !no) return ANY;
    const { kind } = this.type(condition, scope, present);
    if (kind !== 'bool' && kind !== 'any') this.problem('what stands before "?" is true or false', condition.at);
    const types = [
      this.type(yes, scope, new Set([...present, ...foundBy(condition, true)])),
      this.type(no, scope, new Set([...present, ...foundBy(condition, false)])),
    ];
    return joined(types);
  }

  #index(node: Extract<Node, { type: 'call' }>, scope: Scope, present: Present): ValueType {
    const [of, key] = node.args;
    if (!of || !key) return ANY;
    const type = this.type(of, scope, present);
    const keyType = this.type(key, scope, present);
    if (type.kind === 'list') {
      if (!fitsKind('number', keyType)) this.problem('a list is asked by number', key.at);
      return type.item;
    }
    if (type.kind !== 'map' && type.kind !== 'any')
      return this.problem(`[…] is asked of ${nameOf(type)}; it needs a list or an object`, node.at);
    if (type.kind === 'map' && key.type === 'literal' && typeof key.value === 'string')
      return this.#member(type, key.value, node)?.type ?? ANY;
    return ANY;
  }

  /** A time, a span or a time zone that is written out. */
  #time(name: string, target: Node | undefined, arg: Node | undefined): void {
    const what = name === 'timestamp' || name === 'duration' ? name : target && /^get[A-Z]/.test(name) ? 'zone' : undefined;
    if (what === undefined || arg?.type !== 'literal' || typeof arg.value !== 'string') return;
    openBudget();
    const wrong = unreadable(what, arg.value);
    if (wrong !== undefined) this.problem(`${wrong}: ${JSON.stringify(arg.value.slice(0, 64))}`, arg.at);
  }

  #pattern(arg: Node | undefined, at: number): void {
    if (arg?.type !== 'literal' || typeof arg.value !== 'string') {
      this.problem('the pattern of matches() is written out, in quotes', arg?.at ?? at);
      return;
    }
    try {
      openBudget();
      compilePattern(arg.value);
    } catch (error) {
      this.problem(`this is no pattern that can be used: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`, arg.at);
    }
  }
}

/** What is surely there when the node came out as `outcome`. */
function foundBy(node: Node, outcome: boolean): string[] {
  if (node.type === 'select' && node.presence && outcome) return [pathOf({ ...node, presence: false }) ?? ''];
  if (node.type !== 'call') return [];
  const [first, second] = node.args;
  if (node.name === '!_' && first) return foundBy(first, !outcome);
  if (node.name === '@in' && outcome && first?.type === 'literal' && second && pathOf(second) !== undefined)
    return [`${pathOf(second)}.${String(first.value)}`];
  if ((node.name === '_&&_' && outcome) || (node.name === '_||_' && !outcome)) return node.args.flatMap((arg) => foundBy(arg, outcome));
  return [];
}

/** `args.a.b`; undefined for anything but members of a variable. */
export function pathOf(node: Node): string | undefined {
  if (node.type === 'ident') return node.name;
  if (node.type !== 'select' || node.presence) return undefined;
  const of = pathOf(node.of);
  return of === undefined ? undefined : `${of}.${node.field}`;
}

function typeOfLiteral(value: string | number | bigint | boolean | null): ValueType {
  if (value === null) return NULL;
  return { string: TEXT, number: DOUBLE, bigint: INT, boolean: BOOL }[typeof value as 'string' | 'number' | 'bigint' | 'boolean'];
}

function joined(types: readonly ValueType[]): ValueType {
  const [first] = types;
  return first && types.every((type) => type.kind === first.kind) ? first : ANY;
}

function fits(signature: Signature, target: ValueType | undefined, types: readonly ValueType[]): boolean {
  if ((signature.target === undefined) !== (target === undefined) || signature.args.length !== types.length) return false;
  if (target && signature.target && !fitsKind(signature.target, target)) return false;
  if (signature.args[0] === 'T') return comparable(types[0] ?? ANY, types[1] ?? ANY);
  return signature.args.every((wanted, i) => fitsKind(wanted, types[i] ?? ANY));
}

function fitsKind(wanted: Signature['args'][number], { kind }: ValueType): boolean {
  return wanted === 'any' || kind === 'any' || wanted === kind || (wanted === 'number' && (kind === 'int' || kind === 'double'));
}

/** Null may be compared with everything: that is how it is asked for. */
function comparable(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'any' || b.kind === 'any' || a.kind === 'null' || b.kind === 'null') return true;
  return a.kind === b.kind || (fitsKind('number', a) && fitsKind('number', b));
}

function resultOf({ result }: Signature, _target: ValueType | undefined, types: readonly ValueType[]): ValueType {
  if (result === 'number') return types.every(({ kind }) => kind === 'int') ? INT : types.some(({ kind }) => kind === 'any') ? ANY : DOUBLE;
  if (result === 'list') return types[0]?.kind === 'list' && types[0].item.kind !== 'any' ? types[0] : (types[1] ?? listOf(ANY));
  return result === 'map' ? mapOf({}, ANY) : { kind: result };
}
