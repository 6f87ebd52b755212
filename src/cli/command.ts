// What a command of the command line is: its usage, options and examples as data, and an action that is loaded only when it is run.
// Never imports anything heavy: this is what `--help` has to load.
import type { Terminal } from './terminal.ts';

export interface OptionSpec {
  /** As commander reads it: `-f, --file <path>`. */
  flags: string;
  help: string;
  /** May be given several times; `list`: each time as a comma-separated list, too. */
  repeat?: 'one' | 'list';
  /** It is passed on as it is and narrows nothing: may be empty. */
  blank?: true;
  choices?: readonly string[];
}

export interface CommandSpec {
  /** Name and arguments as commander reads them: `get <kind> [name]`. */
  usage: string;
  summary: string;
  /** Paragraphs after the summary in help and documentation. */
  details?: string;
  /** Which options come on top: those of a running gateway, of the store, of all settings, or only `--json`. */
  needs: 'gateway' | 'store' | 'settings' | 'nothing';
  options?: readonly OptionSpec[];
  /** Command line after the program name, and what it does. */
  examples?: readonly (readonly [string, string])[];
  /** Heading in the list of commands. */
  group?: string;
  load?: () => Promise<Action>;
  commands?: readonly CommandSpec[];
}

/** One run of a command. */
export interface Run {
  terminal: Terminal;
  json: boolean;
  options: Options;
}

/** Resolves with the exit code. Arguments that were not given are undefined; variadic ones come as a list. */
export type Action = (run: Run, ...args: readonly (string | undefined)[]) => Promise<number>;

export class Options {
  readonly #values: Readonly<Record<string, unknown>>;
  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }
  flag(name: string): boolean {
    return this.#values[name] === true;
  }
  /** Was it given at all, with or without a value? */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }
  list(name: string): string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }
}

/** The result of a command: one JSON value with `--json`, the text otherwise. */
export function show(run: Run, value: unknown, text: () => string): void {
  run.terminal.out(run.json ? JSON.stringify(value) : text());
}
