// What a shell text comes down to: pipelines of commands with words and redirections. Types and bounds only.
import type { HttpRequest } from '../http.ts';
import type { Finding } from '../verdict.ts';

/** UTF-16 units of one shell text; longer ones are not understood. */
export const MAX_SHELL_CHARS = 32_768;
/** UTF-16 units that are given to the tree parser, which costs about half a microsecond each. */
export const MAX_TREE_CHARS = 8_192;
/** Commands in one text. */
export const MAX_COMMANDS = 1_000;
/** Levels of substitutions, and of shells within shells. */
export const MAX_SHELL_DEPTH = 24;

export interface ShellWord {
  /** Quotes removed; expansions as they were written. */
  text: string;
  /** False: holds an expansion or a substitution, so that its value is not known. */
  literal: boolean;
}

export interface Redirect {
  /** `>`, `>>`, `<`, `<<`, `<<<`, `&>` … */
  sign: string;
  target: ShellWord;
}

export interface ShellCommand {
  words: ShellWord[];
  redirects: Redirect[];
  /** Variables set in front of the command. */
  assigns: boolean;
  /** Of them those whose text is known, as `NAME=value`. */
  assigned: string[];
}

export interface ShellScript {
  /** Commands that are joined by `|`; substitutions come as pipelines of their own. */
  pipelines: ShellCommand[][];
  /** False: something in the text was not understood. */
  whole: boolean;
}

/** Other languages that shell texts hold. */
export interface Inner {
  shell(text: string): Finding;
  sql(text: string, dialect: string): Finding;
  code(text: string, language: string): Finding;
  redis(command: string, args: readonly string[]): Finding;
  mongo(text: string): Finding;
  http(request: HttpRequest): Finding;
}
