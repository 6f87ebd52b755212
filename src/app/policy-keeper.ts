// Policies that are in the store, looked at as those that are applied: a version that is stricter than the one that took them would refuse them now.
// They stay in force and their conditions deny what they cannot judge; here it is said which, where, and since when. Never changes anything.
import { setImmediate as breathe } from 'node:timers/promises';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import type { Logger } from '../observe/log.ts';
import type { Control, ControlSource } from '../pipeline/control.ts';
import { type ActivationProblem, checkConditions, failingCases } from '../policy/activation.ts';
import type { KnownTools } from './object-context.ts';

/** Problems of one organization that are remembered and told. */
export const MAX_TOLD_PROBLEMS = 100;
/** Definitions read from the store to look at the policies of one organization. */
const MAX_DEFINITIONS = 5_000;

export interface StoredProblem {
  policy: string;
  /** `spec.rules[2].when`, and from which character on. */
  where: string;
  message: string;
}

export interface PolicyKeeperOptions {
  controls: Pick<ControlSource, 'current' | 'all'>;
  logger: Pick<Logger, 'error' | 'info'>;
  /** Tools as servers stated them to this process. */
  toolsOf: KnownTools;
  /** Text of a definition that somebody approved. */
  definition(org: string, hash: string): Promise<string | undefined>;
}

export class PolicyKeeper {
  readonly #options: PolicyKeeperOptions;
  readonly #found = new Map<string, readonly StoredProblem[]>();
  /** Tools that were approved, of each organization by server, as last looked at. */
  readonly #pinned = new Map<string, ReadonlyMap<string, ReadonlyMap<string, JsonObject>>>();
  readonly #waiting = new Map<string, Promise<readonly StoredProblem[]>>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: PolicyKeeperOptions) {
    this.#options = options;
  }

  /** Not waited for: calls are judged meanwhile, as the rules stand. */
  start(): void {
    for (const { org } of this.#options.controls.all()) this.#soon(org);
  }

  /** What had a problem may be mended now. */
  follow(next: Control, previous: Control | undefined): void {
    if (previous && next.policies !== previous.policies && this.problems(next.org).length > 0) this.#soon(next.org);
  }

  /** As last looked at. */
  problems(org: string): readonly StoredProblem[] {
    return this.#found.get(org) ?? [];
  }

  /** Tools that conditions are checked against: as the server stated them to this process, else as they were approved before it started. */
  toolsOf(org: string, server: string): ReadonlyMap<string, JsonObject> {
    const stated = this.#options.toolsOf(org, server);
    return stated.size > 0 ? stated : (this.#pinned.get(org)?.get(server) ?? NO_TOOLS);
  }

  /** Looks now. Those who ask while a look has not begun share it: however many ask, one runs and one waits. */
  check(org: string): Promise<readonly StoredProblem[]> {
    const waiting = this.#waiting.get(org);
    if (waiting) return waiting;
    const next = this.#running.then(() => {
      this.#waiting.delete(org);
      return this.#look(org);
    });
    this.#waiting.set(org, next);
    this.#running = next.catch(() => undefined);
    return next;
  }

  async settled(): Promise<void> {
    await this.#running;
  }

  #soon(org: string): void {
    const { logger } = this.#options;
    this.check(org).catch((error: unknown) => logger.error({ org, why: String(error) }, 'stored policies could not be looked at'));
  }

  async #look(org: string): Promise<readonly StoredProblem[]> {
    const control = this.#options.controls.current(org);
    if (!control) return [];
    const objects = control.view.all();
    this.#pinned.set(org, await this.#approved(control));
    const found: ActivationProblem[] = [];
    for (const { metadata } of control.view.list('policy')) {
      const { problems } = checkConditions({
        objects,
        changed: new Set([metadata.name]),
        toolsOf: (server) => this.toolsOf(org, server),
      });
      found.push(...problems);
      if (found.length >= MAX_TOLD_PROBLEMS) break;
      // There can be thousands, and calls wait meanwhile.
      await breathe();
    }
    const broken = new Set(found.map(({ policy }) => policy));
    found.push(...failingCases(objects).filter(({ policy }) => !broken.has(policy)));
    return this.#keep(org, found.slice(0, MAX_TOLD_PROBLEMS).map(placed));
  }

  #keep(org: string, problems: readonly StoredProblem[]): readonly StoredProblem[] {
    const { logger } = this.#options;
    const known = new Set(this.problems(org).map(textOf));
    this.#found.set(org, problems);
    for (const problem of problems)
      if (!known.has(textOf(problem)))
        logger.error(
          { org, ...problem },
          'a stored policy would be refused by this version: what its rule looks at is denied where it cannot be judged',
        );
    if (known.size > 0 && problems.length === 0) logger.info({ org }, 'stored policies are as this version wants them');
    return problems;
  }

  async #approved({ org, view }: Control): Promise<ReadonlyMap<string, ReadonlyMap<string, JsonObject>>> {
    const found = new Map<string, ReadonlyMap<string, JsonObject>>();
    let left = MAX_DEFINITIONS;
    for (const { metadata, spec } of view.list('snapshot')) {
      const tools = new Map<string, JsonObject>();
      // What was read from the server already counts more.
      const wanted = this.#options.toolsOf(org, metadata.name).size > 0 ? [] : spec.definitions;
      for (const { kind, name, hash } of wanted) {
        if (kind !== 'tool' || left-- <= 0) continue;
        const text = await this.#options.definition(org, hash);
        const value = text === undefined ? undefined : parseJson(text);
        if (value !== undefined && isObject(value)) tools.set(name, value);
      }
      found.set(metadata.name, tools);
    }
    return found;
  }
}

const NO_TOOLS: ReadonlyMap<string, JsonObject> = new Map();

function placed({ policy, message, path, offset }: ActivationProblem): StoredProblem {
  const at = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return { policy, where: at.slice(1) + (offset === undefined ? '' : `, character ${offset + 1}`), message };
}

function textOf({ policy, where, message }: StoredProblem): string {
  return `${policy} ${where} ${message}`;
}
