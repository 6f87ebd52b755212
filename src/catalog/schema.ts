// JSON Schema 2020-12 (and the draft-07 keywords servers use) as an interpreter that survives hostile schemas and hostile values:
// no recursion over what was not vetted, no native RegExp on a server's pattern, nothing fetched, a budget for every validation.
// `content…` and, unless it is asked for, `format` are annotations (2020-12 validation §7.2.1) and decide nothing.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { compilePattern, type SafePattern } from './safe-pattern.ts';
import { applicatorKeywords } from './schema-applicator.ts';
import { arrayKeywords, unevaluatedItems } from './schema-array.ts';
import { formatKeyword } from './schema-format.ts';
import type { Keyword, KeywordContext } from './schema-keyword.ts';
import { MAX_EVALUATION_DEPTH, MAX_PATTERN_INSTRUCTIONS, MAX_PATTERNS } from './schema-limits.ts';
import { objectKeywords, unevaluatedProperties } from './schema-object.ts';
import { BudgetSpent, type Check, type Issue, newSeen, Run, type SchemaNode } from './schema-run.ts';
import { scalarKeywords } from './schema-scalar.ts';
import { type Place, SchemaScope, Unusable } from './schema-scope.ts';
import { isWithinDepth, vetSchema } from './schema-vet.ts';

export type { Issue } from './schema-run.ts';

export type Schema = UsableSchema | { unusable: string };

export interface UsableSchema {
  unusable?: undefined;
  /** What is wrong with the value, at most MAX_ISSUES; empty when it fits. Never throws; a value that costs too much to check does not fit. */
  validate(value: unknown): Issue[];
}

export interface SchemaOptions {
  /** Texts must be of the `format` that is stated, as official clients want it. */
  formats?: boolean;
}

/** Never throws. `unusable` says why, for the operator and the agent. */
export function compileSchema(schema: unknown, { formats = false }: SchemaOptions = {}): Schema {
  try {
    if (typeof schema !== 'boolean' && !isObject(schema)) throw new Unusable('a schema must be an object or true or false');
    const problem = vetSchema(schema);
    if (problem) throw new Unusable(problem);
    const compiler = new Compiler(schema, formats);
    const root = compiler.compile();
    const { tracking } = compiler;
    return { validate: (value) => validateWith(root, tracking, value) };
  } catch (error) {
    return { unusable: error instanceof Unusable ? error.message : 'it could not be compiled' };
  }
}

const MAX_VALUE_DEPTH = MAX_EVALUATION_DEPTH / 2;

function validateWith(root: SchemaNode, tracking: boolean, value: unknown): Issue[] {
  const run = new Run(tracking);
  try {
    if (!isWithinDepth(value, MAX_VALUE_DEPTH)) return [{ path: '', message: `is nested deeper than ${MAX_VALUE_DEPTH} levels` }];
    const fits = run.check(root, value as Json, tracking ? newSeen() : undefined);
    if (!fits && run.issues.length === 0) run.fail('does not fit');
  } catch (error) {
    const why = error instanceof BudgetSpent ? 'takes more work to check than is allowed' : 'could not be checked';
    return [{ path: '', message: why }];
  }
  return run.issues;
}

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(
  Object.entries({ ...scalarKeywords, ...objectKeywords, ...arrayKeywords, ...applicatorKeywords }),
);

const ALWAYS: SchemaNode = { checks: [] };
const NEVER: SchemaNode = { checks: [(_value, run) => run.fail('is not allowed here')] };

class Compiler {
  readonly #scope: SchemaScope;
  readonly #nodes = new Map<JsonObject, SchemaNode>();
  /** Nodes that are applied to the same value as their key: the graph that must not have a cycle. */
  readonly #inPlace = new Map<SchemaNode, SchemaNode[]>();
  readonly #pending: { node: SchemaNode; schema: JsonObject; base: string }[] = [];
  readonly #patterns = new Map<string, SafePattern>();
  readonly #refHidesSiblings: boolean;
  readonly #formats: boolean;
  #instructions = 0;

  constructor(schema: Json, formats: boolean) {
    this.#scope = new SchemaScope(schema);
    this.#formats = formats;
    const dialect = isObject(schema) ? schema.$schema : undefined;
    // Up to draft-07 a `$ref` stood alone.
    this.#refHidesSiblings = typeof dialect === 'string' && /draft-0[3-7]/.test(dialect);
  }

  get tracking(): boolean {
    return this.#scope.tracking;
  }

  compile(): SchemaNode {
    const root = this.#node(this.#scope.root, 'the schema');
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) this.#fill(next.node, next.schema, next.base);
    refuseLoops(this.#inPlace);
    return root;
  }

  /** The node of a place; filled later, so that a chain of references is no recursion. */
  #node({ schema, base }: Place, keyword: string): SchemaNode {
    if (schema === true) return ALWAYS;
    if (schema === false) return NEVER;
    if (!isObject(schema)) throw new Unusable(`${keyword}: a schema must be an object or true or false`);
    const known = this.#nodes.get(schema);
    if (known) return known;
    const node: SchemaNode = { checks: [] };
    this.#nodes.set(schema, node);
    this.#pending.push({ node, schema, base: this.#scope.baseWithin(schema, base) });
    return node;
  }

  #fill(node: SchemaNode, schema: JsonObject, base: string): void {
    const context = this.#context(node, schema, base);
    const add = (keyword: Keyword | undefined, value: Json | undefined): void => {
      const check: Check | undefined = keyword && value !== undefined ? keyword(value, context) : undefined;
      if (check) node.checks.push(check);
    };
    if (this.#refHidesSiblings && schema.$ref !== undefined) {
      add(KEYWORDS.get('$ref'), schema.$ref);
      return;
    }
    // The type first: its message is the one that helps most.
    add(KEYWORDS.get('type'), own(schema, 'type'));
    for (const key of Object.keys(schema)) if (key !== 'type') add(KEYWORDS.get(key), schema[key]);
    if (this.#formats) add(formatKeyword, own(schema, 'format'));
    node.ownSeen = schema.unevaluatedProperties !== undefined || schema.unevaluatedItems !== undefined;
    add(unevaluatedProperties, own(schema, 'unevaluatedProperties'));
    add(unevaluatedItems, own(schema, 'unevaluatedItems'));
  }

  #context(node: SchemaNode, schema: JsonObject, base: string): KeywordContext {
    const apply = (target: SchemaNode): SchemaNode => {
      const targets = this.#inPlace.get(node);
      if (targets) targets.push(target);
      else this.#inPlace.set(node, [target]);
      return target;
    };
    return {
      schema,
      here: (sub, keyword) => apply(this.#node({ schema: sub, base }, `"${keyword}"`)),
      below: (sub, keyword) => this.#node({ schema: sub, base }, `"${keyword}"`),
      reference: (ref) => apply(this.#node(this.#scope.resolve(ref, base), '"$ref"')),
      pattern: (source) => this.#pattern(source),
    };
  }

  #pattern(source: string): SafePattern {
    const known = this.#patterns.get(source);
    if (known) return known;
    if (this.#patterns.size >= MAX_PATTERNS) throw new Unusable(`it has more than ${MAX_PATTERNS} patterns`);
    const pattern = compilePattern(source);
    this.#instructions += pattern.size;
    if (this.#instructions > MAX_PATTERN_INSTRUCTIONS)
      throw new Unusable(`its patterns take more than ${MAX_PATTERN_INSTRUCTIONS} instructions`);
    this.#patterns.set(source, pattern);
    return pattern;
  }
}

function own(schema: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(schema, key) ? schema[key] : undefined;
}

/** A schema that applies itself to the same value would never end. Depth-first with an explicit stack. */
function refuseLoops(edges: ReadonlyMap<SchemaNode, readonly SchemaNode[]>): void {
  const done = new Set<SchemaNode>();
  const open = new Set<SchemaNode>();
  for (const start of edges.keys()) {
    const stack: { node: SchemaNode; next: number }[] = [{ node: start, next: 0 }];
    while (stack.length) {
      const top = stack[stack.length - 1] as { node: SchemaNode; next: number };
      if (top.next === 0) {
        if (done.has(top.node)) {
          stack.pop();
          continue;
        }
        open.add(top.node);
      }
      const target = edges.get(top.node)?.[top.next++];
      if (target === undefined) {
        open.delete(top.node);
        done.add(top.node);
        stack.pop();
      } else if (open.has(target)) throw new Unusable('it refers to itself without end');
      else if (!done.has(target)) stack.push({ node: target, next: 0 });
    }
  }
}
