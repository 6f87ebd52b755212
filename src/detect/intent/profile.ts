// What is known of a tool before it is called, compiled once per definition. Types only.
import type { Evidence, Intent } from '../../call.ts';
import type { Category } from '../../object/intent-name.ts';

/** Languages that arguments may be written in. */
export type Language = 'sql' | 'shell' | 'code' | 'graphql' | 'cypher' | 'gremlin' | 'mongo' | 'redis' | 'http' | 'elasticsearch' | 'any';

/** A tool that does what its arguments say. */
export interface Executor {
  language: Language;
  /** SQL dialect or programming language, as far as name and description tell. */
  dialect: string | undefined;
  /** The description says that only reading is let through. */
  readOnly: boolean;
  path: string;
  why: string;
}

/** An argument that chooses what a tool does. */
export interface Actions {
  key: string;
  path: string;
  /** Class of each value that says something. */
  byValue: ReadonlyMap<string, Intent>;
  strongest: Intent;
  /** As `strongest`, of the values whose word cannot be a noun. */
  surest: Intent;
}

export interface ToolProfile {
  name: string;
  words: readonly string[];
  /** Upper bound: what a call is taken for unless its arguments were understood. */
  intent: Intent;
  /** The class of name and description alone. */
  base: Intent;
  category: Category | undefined;
  evidence: readonly Evidence[];
  executor: Executor | undefined;
  actions: Actions | undefined;
  hasSchema: boolean;
  /** Names of the top-level arguments that the schema states. */
  properties: ReadonlySet<string>;
  /** The name says that it does several things (`manage_x`, `x_write`). */
  manages: boolean;
  /** The name has no true verb: an action among the arguments says what is done. */
  openName: boolean;
  /** Set by the operator: arguments change nothing. */
  fixed: boolean;
}
