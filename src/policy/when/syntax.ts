// A condition as a tree: parsed by the CEL library, bounded, and read into nodes of our own that checking and planning walk.
// What the language has and conditions do not (messages, optional fields, bytes, unsigned integers) is refused here, with its place in the text.
import { parse } from '@bufbuild/cel';

/** Nodes of one condition, those that macros add included. */
export const MAX_NODES = 2_000;
/** Levels of one condition. */
export const MAX_DEPTH = 64;
/** Macros inside of macros. */
export const MAX_LOOPS = 2;

/** What is wrong with a condition, and where: an offset into its text, UTF-16 code units. */
export class WhenProblem extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export type Node = { readonly at: number } & (
  | { readonly type: 'ident'; readonly name: string }
  | { readonly type: 'literal'; readonly value: string | number | bigint | boolean | null }
  | { readonly type: 'select'; readonly of: Node; readonly field: string; readonly presence: boolean }
  | { readonly type: 'call'; readonly name: string; readonly target: Node | undefined; readonly args: readonly Node[] }
  | { readonly type: 'list'; readonly items: readonly Node[] }
  | { readonly type: 'map'; readonly entries: readonly { key: Node; value: Node }[] }
  | { readonly type: 'loop'; readonly loop: Loop }
);

export interface Loop {
  variable: string;
  accumulator: string;
  range: Node;
  start: Node;
  condition: Node;
  step: Node;
  result: Node;
}

/** The library's tree, of which only what is named here is looked at. */
export interface Expr {
  id: bigint;
  exprKind: { case?: string | undefined; value?: unknown };
}

export interface Syntax {
  root: Node;
  /** For the planner. */
  expr: Expr;
}

/** Throws WhenProblem. */
export function parseWhen(source: string): Syntax {
  const parsed = parsedBy(source);
  const positions = parsed.sourceInfo?.positions ?? {};
  const reader = new Reader((id) => positions[String(id)] ?? 0);
  return { root: reader.read(parsed.expr as Expr, 0, 0), expr: parsed.expr as Expr };
}

function parsedBy(source: string): ReturnType<typeof parse> {
  try {
    return parse(source);
  } catch (error) {
    const { rawMessage, location, message } = error as {
      rawMessage?: string;
      message: string;
      location?: { start?: { offset?: number } };
    };
    const said = (rawMessage ?? message).replace(/^found end of input.*/, 'the condition ends too early').slice(0, 200);
    throw new WhenProblem(`this is no CEL expression: ${said}`, location?.start?.offset ?? 0);
  }
}

/** Members of the library's nodes; each is there for the kind that has it. */
interface Parts {
  name: string;
  field: string;
  operand: Expr;
  testOnly: boolean;
  function: string;
  target: Expr | undefined;
  args: Expr[];
  elements: Expr[];
  optionalIndices: unknown[];
  messageName: string;
  entries: { keyKind: { case?: string; value?: Expr }; value?: Expr; optionalEntry: boolean }[];
  constantKind: { case?: string; value?: unknown };
  iterVar: string;
  iterVar2: string;
  accuVar: string;
  iterRange: Expr;
  accuInit: Expr;
  loopCondition: Expr;
  loopStep: Expr;
  result: Expr;
}

class Reader {
  readonly #place: (id: bigint) => number;
  #nodes = 0;

  constructor(place: (id: bigint) => number) {
    this.#place = place;
  }

  read(expr: Expr, depth: number, loops: number): Node {
    const at = this.#place(expr.id);
    if (++this.#nodes > MAX_NODES) throw new WhenProblem('the condition is too long; make several rules of it', at);
    if (depth > MAX_DEPTH) throw new WhenProblem(`the condition is nested deeper than ${MAX_DEPTH} levels`, at);
    const parts = expr.exprKind.value as Parts;
    const inner = (one: Expr): Node => this.read(one, depth + 1, loops);
    switch (expr.exprKind.case) {
      case 'identExpr':
        return { at, type: 'ident', name: parts.name };
      case 'constExpr':
        return { at, type: 'literal', value: literal(parts.constantKind, at) };
      case 'selectExpr':
        return { at, type: 'select', of: inner(parts.operand), field: parts.field, presence: parts.testOnly };
      case 'callExpr':
        return { at, type: 'call', name: parts.function, target: parts.target && inner(parts.target), args: parts.args.map(inner) };
      case 'listExpr':
        if (parts.optionalIndices.length > 0) throw new WhenProblem('optional elements are not supported', at);
        return { at, type: 'list', items: parts.elements.map(inner) };
      case 'structExpr':
        return { at, type: 'map', entries: entriesOf(parts, at, inner) };
      case 'comprehensionExpr':
        return { at, type: 'loop', loop: this.#loop(parts, at, depth, loops) };
      default:
        throw new WhenProblem('this expression is not supported', at);
    }
  }

  #loop(parts: Parts, at: number, depth: number, loops: number): Loop {
    if (loops >= MAX_LOOPS) throw new WhenProblem(`macros stand at most ${MAX_LOOPS} deep in one another`, at);
    if (parts.iterVar2) throw new WhenProblem('macros with two variables are not supported', at);
    const outside = (one: Expr): Node => this.read(one, depth + 1, loops);
    const inside = (one: Expr): Node => this.read(one, depth + 1, loops + 1);
    return {
      variable: parts.iterVar,
      accumulator: parts.accuVar,
      range: outside(parts.iterRange),
      start: outside(parts.accuInit),
      condition: inside(parts.loopCondition),
      step: inside(parts.loopStep),
      result: inside(parts.result),
    };
  }
}

function entriesOf(parts: Parts, at: number, inner: (one: Expr) => Node): { key: Node; value: Node }[] {
  if (parts.messageName) throw new WhenProblem(`"${parts.messageName.slice(0, 64)}{…}": messages are not supported`, at);
  return parts.entries.map(({ keyKind, value, optionalEntry }) => {
    if (optionalEntry || keyKind.value === undefined || value === undefined)
      throw new WhenProblem('a map entry needs a key and a value', at);
    return { key: inner(keyKind.value), value: inner(value) };
  });
}

function literal({ case: kind, value }: Parts['constantKind'], at: number): string | number | bigint | boolean | null {
  if (kind === 'nullValue') return null;
  if (kind === 'stringValue' || kind === 'doubleValue' || kind === 'boolValue' || kind === 'int64Value')
    return value as string | number | boolean | bigint;
  throw new WhenProblem('only text, numbers, true, false and null can stand here', at);
}
