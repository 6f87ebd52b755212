// Policies and standing grants that are in the store, looked at as those that are applied: a stricter version than the one that took them would refuse
// them now, or the tools they are about are others. They stay in force, and their conditions let nothing through that they cannot judge; here it is
// said which, where, and since when: as soon as what they are checked against is another, without anybody asking. Never changes anything.
import { setImmediate as breathe } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import type { Kind, StoredObject } from '../object/kinds.ts';
import type { Logger } from '../observe/log.ts';
import type { Control, ControlSource } from '../pipeline/control.ts';
import { type ActivationProblem, checkConditions, failingCases } from '../policy/activation.ts';
import { type CompiledRule, matchesAny } from '../policy/rule.ts';
import { checkGrantCondition } from '../policy/standing-grant.ts';
import type { KnownTools } from './object-context.ts';

/** Problems of one organization that are remembered and told: of its policies, and as many of its grants. */
export const MAX_TOLD_PROBLEMS = 100;
/** Definitions read from the store to look at the policies of one organization. */
const MAX_DEFINITIONS = 5_000;

export interface StoredProblem {
  /** One of the two. */
  policy?: string;
  grant?: string;
  /** `spec.rules[2].when`, and from which character on. */
  where: string;
  message: string;
}

interface Found {
  told: StoredProblem;
  /** Of a grant: after its end nothing is wrong with it. */
  untilMs: number;
}

export interface PolicyKeeperOptions {
  controls: Pick<ControlSource, 'current' | 'all'>;
  clock: Pick<Clock, 'nowMs'>;
  logger: Pick<Logger, 'error' | 'info'>;
  /** Tools as servers stated them to this process. */
  toolsOf: KnownTools;
  /** Text of a definition that somebody approved. */
  definition(org: string, hash: string): Promise<string | undefined>;
}

export class PolicyKeeper {
  readonly #options: PolicyKeeperOptions;
  readonly #found = new Map<string, readonly Found[]>();
  readonly #cases = new Map<string, CaseLook>();
  /** Tools that were approved, of each organization by server, as last looked at. */
  readonly #pinned = new Map<string, ReadonlyMap<string, ReadonlyMap<string, JsonObject>>>();
  readonly #waiting = new Map<string, Promise<readonly StoredProblem[]>>();
  #running: Promise<unknown> = Promise.resolve();
  #isStarted = false;

  constructor(options: PolicyKeeperOptions) {
    this.#options = options;
  }

  /** Not waited for: calls are judged meanwhile, as the rules stand. */
  start(): void {
    this.#isStarted = true;
    for (const { org } of this.#options.controls.all()) this.#soon(org);
  }

  /** Other tools may be approved or trusted now; cases may come out otherwise; what had a problem may be mended. What is new was looked at when it was applied. */
  follow(next: Control, previous: Control | undefined): void {
    if (!previous) {
      // An organization that another gateway made, with all it has.
      if (this.#isStarted) this.#soon(next.org);
      return;
    }
    const isOther = (kind: Kind): boolean => next.view.list(kind) !== previous.view.list(kind);
    const isMended = (isOther('policy') || isOther('grant')) && this.problems(next.org).length > 0;
    const isJudged = next.view.list('policy').some(({ spec }) => (spec.cases ?? []).length > 0) && JUDGING_CASES.some(isOther);
    if (isMended || isJudged || isOther('snapshot') || isOther('server')) this.#soon(next.org);
  }

  /** What a server states of its tools is, or may be, not as before. */
  definitionsRead(org: string, server: string): void {
    if (this.asksAbout(org, server)) this.#soon(org);
  }

  /** May a condition be about the tools of this server? */
  asksAbout(org: string, server: string): boolean {
    const control = this.#options.controls.current(org);
    if (!control) return false;
    const { policies, view } = control;
    const rules = [...policies.rules, ...(policies.shadow?.rules ?? [])];
    const isAbout = (rule: CompiledRule): boolean =>
      rule.onCall?.condition !== undefined && (!rule.server || matchesAny(rule.server, server));
    return rules.some(isAbout) || view.list('grant').some(({ spec }) => spec.when !== undefined && spec.server === server);
  }

  /** As last looked at. */
  problems(org: string): readonly StoredProblem[] {
    const nowMs = this.#options.clock.nowMs();
    return (this.#found.get(org) ?? []).filter(({ untilMs }) => nowMs < untilMs).map(({ told }) => told);
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
    const toolsOf = (server: string) => this.toolsOf(org, server);
    const found: ActivationProblem[] = [];
    for (const { metadata } of control.view.list('policy')) {
      found.push(...checkConditions({ objects, changed: new Set([metadata.name]), toolsOf }).problems);
      if (found.length >= MAX_TOLD_PROBLEMS) break;
      // There can be thousands, and calls wait meanwhile.
      await breathe();
    }
    const broken = new Set(found.map(({ policy }) => policy));
    found.push(...this.#failingCases(control, objects).filter(({ policy }) => !broken.has(policy)));
    const ofPolicies = found.map((one) => ({ told: { policy: one.policy, ...placed(one) }, untilMs: Number.POSITIVE_INFINITY }));
    const ofGrants = await this.#lookAtGrants(control, toolsOf);
    this.#keep(org, [...ofPolicies.slice(0, MAX_TOLD_PROBLEMS), ...ofGrants]);
    return this.problems(org);
  }

  async #lookAtGrants({ view }: Control, toolsOf: Parameters<typeof checkGrantCondition>[2]): Promise<Found[]> {
    const found: Found[] = [];
    for (const [i, { metadata, spec }] of view.list('grant').entries()) {
      const untilMs = Date.parse(spec.until);
      if (!(this.#options.clock.nowMs() < untilMs)) continue;
      for (const one of checkGrantCondition(metadata.name, spec, toolsOf).problems)
        found.push({ told: { grant: one.grant, ...placed(one) }, untilMs });
      if (found.length >= MAX_TOLD_PROBLEMS) break;
      if (i % GRANTS_AT_ONCE === GRANTS_AT_ONCE - 1) await breathe();
    }
    return found.slice(0, MAX_TOLD_PROBLEMS);
  }

  /** Cases are judged by objects alone: they come out as before as long as those are the same. */
  #failingCases({ org, view }: Control, objects: readonly StoredObject[]): readonly ActivationProblem[] {
    const of = JUDGING_CASES.map((kind): unknown => view.list(kind));
    const before = this.#cases.get(org);
    if (before?.of.every((list, i) => list === of[i])) return before.problems;
    const problems = failingCases(objects);
    this.#cases.set(org, { of, problems });
    return problems;
  }

  #keep(org: string, found: readonly Found[]): void {
    const { logger } = this.#options;
    const known = new Set(this.problems(org).map(textOf));
    this.#found.set(org, found);
    for (const { told } of found)
      if (!known.has(textOf(told))) logger.error({ org, ...told }, told.grant === undefined ? REFUSED_POLICY : REFUSED_GRANT);
    if (known.size > 0 && found.length === 0) logger.info({ org }, 'nothing is wrong any more with stored policies and standing grants');
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

/** Grants looked at between two turns of the event loop. */
const GRANTS_AT_ONCE = 100;

const REFUSED_POLICY =
  'a stored policy would be refused if it were applied now: what its rule looks at is denied where it cannot be judged';
const REFUSED_GRANT =
  'a standing grant would be refused if it were written now: where its condition cannot be judged it answers no call, and people are asked';

/** Kinds of objects that cases of policies are judged by. */
const JUDGING_CASES = ['policy', 'server', 'role', 'organization', 'risk'] as const;

interface CaseLook {
  of: readonly unknown[];
  problems: readonly ActivationProblem[];
}

function placed({
  message,
  path,
  offset,
}: Pick<ActivationProblem, 'message' | 'path' | 'offset'>): Pick<StoredProblem, 'where' | 'message'> {
  const at = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return { where: at.slice(1) + (offset === undefined ? '' : `, character ${offset + 1}`), message };
}

function textOf({ policy, grant, where, message }: StoredProblem): string {
  return `${policy ?? ''} ${grant ?? ''} ${where} ${message}`;
}
