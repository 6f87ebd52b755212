// Remembers for each caller which tools rules let it use in principle: a call asks that several times before it is decided.
// Holds nothing longer than its caller lives, and nothing that depends on a call.
import type { Who } from './decide-input.ts';

/** Names remembered for each caller and server, and servers for each caller; beyond that it begins anew. */
export const MAX_SHOWN_TOOLS = 1_000;

type Answers = Map<string, boolean>;

export class ShownTools {
  readonly #byCaller = new WeakMap<Who, Map<string, Answers>>();

  /** undefined: not remembered. */
  find(caller: Who, server: string, tool: string): boolean | undefined {
    return this.#byCaller.get(caller)?.get(server)?.get(tool);
  }

  keep(caller: Who, server: string, tool: string, found: boolean): void {
    let servers = this.#byCaller.get(caller);
    if (!servers) {
      servers = new Map();
      this.#byCaller.set(caller, servers);
    }
    const answers = servers.get(server);
    if (answers && answers.size < MAX_SHOWN_TOOLS) {
      answers.set(tool, found);
      return;
    }
    if (!answers && servers.size >= MAX_SHOWN_TOOLS) servers.clear();
    servers.set(server, new Map([[tool, found]]));
  }
}
