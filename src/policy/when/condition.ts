// One condition, ready to run: planned by the CEL library, on a budget, over the few values it names.
// Never runs on more than those, never longer than its budget, and never says what a value was in the text of an error.
import { type CelEnv, type CelInput, celEnv, isCelError, plan } from '@bufbuild/cel';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Json } from '../../lib/json.ts';
import { budgetSpent, MAX_STEPS, openBudget } from './budget.ts';
import { pathOf } from './check.ts';
import { MEMBERS, TURN, whenFunctions } from './function.ts';
import { type Expr, type Node, parseWhen } from './syntax.ts';

/** Values one condition is given at most, counted inside of lists and objects. */
export const MAX_INPUT_VALUES = 20_000;
/** Levels of what it is given. */
export const MAX_INPUT_DEPTH = 64;
/** Paths whose values are shown in a trace. */
export const MAX_SHOWN_PATHS = 32;

/** Gives the value of a variable, as JSON; `undefined` when it has none. `now` is in milliseconds. */
export type Values = (variable: string) => Json | undefined;

export interface Condition {
  readonly source: string;
  readonly root: Node;
  /** Variables it reads. */
  readonly uses: ReadonlySet<string>;
  /** Paths it reads, as written: `args.amount`. */
  readonly paths: readonly string[];
  /** Throws ConditionFailed: what cannot be evaluated is neither true nor false. */
  holds(values: Values): boolean;
}

/** `message` is for the operator and holds no value. */
export class ConditionFailed extends Error {}

/** Throws WhenProblem when it is no condition. */
export function compileCondition(source: string): Condition {
  const { root, expr } = parseWhen(source);
  const uses = usesOf(root);
  const inputs = [...uses.variables].map(([name, members]): Input => ({ name, members: members === 'all' ? members : [...members] }));
  const run = plan(environment(), onBudget(expr) as unknown as Parameters<typeof plan>[1]) as (
    bindings: Record<string, CelInput>,
  ) => unknown;
  return {
    source,
    root,
    uses: new Set(uses.variables.keys()),
    paths: [...uses.paths].slice(0, MAX_SHOWN_PATHS),
    holds(values) {
      const bindings = bind(inputs, values);
      openBudget();
      const result = run(bindings);
      if (budgetSpent()) throw new ConditionFailed(`the condition takes more than ${MAX_STEPS} steps`);
      if (isCelError(result)) throw new ConditionFailed(whyOf(result.message, source));
      if (typeof result !== 'boolean') throw new ConditionFailed('the condition came out neither true nor false');
      return result;
    },
  };
}

let shared: CelEnv | undefined;

function environment(): CelEnv {
  shared ??= celEnv({ funcs: whenFunctions() });
  return shared;
}

interface Uses {
  /** By variable: the members that are read of it, or `all`. */
  variables: Map<string, Set<string> | 'all'>;
  paths: Set<string>;
}

/** What is read of which variable: nothing else is handed over. */
function usesOf(root: Node): Uses {
  const uses: Uses = { variables: new Map(), paths: new Set() };
  const note = (variable: string, member: string | undefined): void => {
    const known = uses.variables.get(variable);
    if (member === undefined) uses.variables.set(variable, 'all');
    else if (known === undefined) uses.variables.set(variable, new Set([member]));
    else if (known !== 'all') known.add(member);
  };
  const walk = (node: Node, own: ReadonlySet<string>): void => {
    if (node.type === 'ident' && !own.has(node.name)) note(node.name, undefined);
    if (node.type === 'select') {
      const path = pathOf({ ...node, presence: false });
      const [variable, member] = path?.split('.') ?? [];
      if (path === undefined || variable === undefined || own.has(variable)) walk(node.of, own);
      else {
        note(variable, member);
        uses.paths.add(path);
      }
    }
    if (node.type === 'call') for (const one of [...(node.target ? [node.target] : []), ...node.args]) walk(one, own);
    if (node.type === 'list') for (const one of node.items) walk(one, own);
    if (node.type === 'map') for (const { key, value } of node.entries) for (const one of [key, value]) walk(one, own);
    if (node.type === 'loop') {
      const { loop } = node;
      const inner = new Set([...own, loop.variable, loop.accumulator]);
      for (const one of [loop.range, loop.start]) walk(one, own);
      for (const one of [loop.condition, loop.step, loop.result]) walk(one, inner);
    }
  };
  walk(root, new Set());
  return uses;
}

interface Input {
  name: string;
  members: readonly string[] | 'all';
}

/** The library looks names up in it: it inherits nothing. Made by a constructor, for the engine is slow with what is made without a prototype. */
class Bindings {
  [variable: string]: CelInput;
}
Reflect.deleteProperty(Bindings.prototype, 'constructor');
Object.setPrototypeOf(Bindings.prototype, null);
Object.freeze(Bindings.prototype);

function bind(inputs: readonly Input[], values: Values): Record<string, CelInput> {
  const bindings = new Bindings();
  const count = { left: MAX_INPUT_VALUES };
  for (const { name, members } of inputs) {
    const value = values(name);
    if (value === undefined) continue;
    if (name === 'now') bindings.now = timestampFromMs(Number(value)) as CelInput;
    else if (members === 'all' || value === null || typeof value !== 'object' || Array.isArray(value))
      bindings[name] = celValue(value, count, 0);
    else {
      const map = new Map<string, CelInput>();
      for (const member of members) if (Object.hasOwn(value, member)) map.set(member, celValue(value[member] as Json, count, 1));
      bindings[name] = map as CelInput;
    }
  }
  return bindings;
}

/** Maps instead of objects: own members only, whatever they are called. */
function celValue(value: Json, count: { left: number }, depth: number): CelInput {
  if (--count.left < 0) throw new ConditionFailed(`a condition looks at ${MAX_INPUT_VALUES} values at most`);
  if (depth > MAX_INPUT_DEPTH) throw new ConditionFailed(`a condition looks at ${MAX_INPUT_DEPTH} levels at most`);
  if (value === null || typeof value !== 'object') return value as CelInput;
  if (Array.isArray(value)) return value.map((item) => celValue(item, count, depth + 1)) as CelInput;
  const map = new Map<string, CelInput>();
  for (const key of Object.keys(value)) map.set(key, celValue(value[key] as Json, count, depth + 1));
  return map as CelInput;
}

/** Every turn of a loop pays before it begins; and what is asked for a member must be able to have one. */
function onBudget(expr: Expr): Expr {
  return rewritten(expr, new Set()) as Expr;
}

/** `own`: variables of loops. */
function rewritten(value: unknown, own: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => rewritten(one, own));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const isLoop = 'case' in value && value.case === 'comprehensionExpr' && 'value' in value;
  const inner = isLoop ? new Set([...own, (value.value as { iterVar: string }).iterVar]) : own;
  const copy = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rewritten(member, inner)])) as Record<string, unknown>;
  if (isLoop) {
    const loop = copy.value as { loopCondition: Expr };
    loop.loopCondition = called('_&&_', loop.loopCondition.id, [called(TURN, loop.loopCondition.id, []), loop.loopCondition]);
  }
  if (copy.case === 'selectExpr') {
    const select = copy.value as { testOnly: boolean; operand?: Expr };
    const { operand } = select;
    // What the rules are given are objects, or are not there at all.
    const isGiven = operand?.exprKind.case === 'identExpr' && !own.has((operand.exprKind.value as { name: string }).name);
    if (select.testOnly && operand && !isGiven) select.operand = called(MEMBERS, operand.id, [operand]);
  }
  return copy;
}

function called(name: string, id: Expr['id'], args: readonly Expr[]): Expr {
  return { id, exprKind: { case: 'callExpr', value: { function: name, args } } } as unknown as Expr;
}

/** What the library says, as far as it can hold no value of the call. */
function whyOf(message: string, source: string): string {
  const absent = /^field not found: ([\w.-]{1,64})$/.exec(message)?.[1];
  if (absent !== undefined) return source.includes(absent) ? `"${absent}" is absent` : 'a member is absent';
  if (/^found no matching overload for '[^']{1,40}' applied to '[\w.(), ]{0,200}'$/.test(message)) return message;
  if (message === 'unresolved attribute') return 'it asks for something that is not known of this call';
  if (/^index .* out of bounds/.test(message)) return 'an index is out of bounds';
  return OWN_MESSAGE.test(message) ? message : 'it could not be evaluated';
}

/** Texts of budget.ts, function.ts and place.ts: none of them quotes a value. */
const OWN_MESSAGE =
  /^(?:the (?:condition|path|folder|address|URL|host|text) [\w ".~-]{1,80}|a (?:number|pattern|condition) [\w ]{1,80}|this is not? [\w -]{1,80}|int overflow.{0,40}|int divide by zero)$/;
