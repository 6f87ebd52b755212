// The limits of one organization at one control revision, indexed: a call meets only those that can be about it.
// INVARIANT: the index leaves out no limit that applies (limit-set.test.ts, against looking at all of them).
import type { Principal } from '../call.ts';
import { CallerMemory } from '../lib/caller-memory.ts';
import type { Kind, LimitSpec, StoredObject } from '../object/kinds.ts';
import { foldText } from './fold.ts';
import { type CompiledLimit, compileLimit, type Subject } from './rule.ts';

export interface LimitSet {
  readonly isEmpty: boolean;
  /** Nothing here needs a server, a tool or arguments. */
  readonly needsNoTarget: boolean;
  /** In order of their names. Those of tokens are named `token/<name>`. */
  readonly all: readonly CompiledLimit[];
  get(name: string): CompiledLimit | undefined;
  /** What applies by the caller alone: rates and places. */
  ofCaller(subject: Subject): readonly CompiledLimit[];
  /** What applies by the server, the tool and the arguments; and every quota. */
  ofTarget(subject: Subject): readonly CompiledLimit[];
}

const NONE: readonly CompiledLimit[] = Object.freeze([]);

export function compileLimits(objects: readonly StoredObject[]): LimitSet {
  const all: CompiledLimit[] = [];
  for (const object of objects) {
    const version = String(object.revision ?? 0);
    if (isKind(object, 'limit')) all.push(compileLimit(object.metadata.name, object.spec, version));
    else if (isKind(object, 'token') && object.spec.limits) {
      const { rate, concurrency, quota } = object.spec.limits;
      const name = object.metadata.name;
      const spec: LimitSpec = {
        match: { token: [name] },
        per: [],
        rate,
        concurrency,
        quota: quota && { ...quota, errors: 'count' },
        onRequest: false,
      };
      all.push(compileLimit(`token/${name}`, spec, version));
    }
  }
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  const byName = new Map(all.map((limit) => [limit.name, limit]));
  const automatic = all.filter(({ spec }) => !spec.onRequest);
  const early = new Index(
    automatic.filter(({ needsTarget, rate, concurrency }) => !needsTarget && (rate || concurrency !== undefined)).map(withoutQuota),
  );
  const late = new Index(
    automatic.filter(({ needsTarget, quota }) => needsTarget || quota).map((limit) => (limit.needsTarget ? limit : quotaAlone(limit))),
  );
  return {
    isEmpty: all.length === 0,
    needsNoTarget: late.size === 0,
    all,
    get: (name) => byName.get(name),
    ofCaller: (subject) => early.find(subject),
    ofTarget: (subject) => late.find(subject),
  };
}

/**
 * What is used up is counted once it is known that the caller may use it at all: otherwise calls that are refused anyway would take, for
 * a moment, what others need, and each would cost two writes.
 */
function withoutQuota(limit: CompiledLimit): CompiledLimit {
  return limit.quota ? { ...limit, quota: undefined } : limit;
}

function quotaAlone(limit: CompiledLimit): CompiledLimit {
  return limit.rate || limit.concurrency !== undefined ? { ...limit, rate: undefined, concurrency: undefined } : limit;
}

type Anchor = 'token' | 'agent' | 'user' | 'class' | 'tool' | 'server';
/** Most telling first. */
const ANCHORS: readonly Anchor[] = ['token', 'agent', 'user', 'tool', 'server', 'class'];

/** Each limit stands under the values of one matcher that has no wildcards; the rest is looked at for every call. */
class Index {
  readonly size: number;
  readonly #anchored = new Map<Anchor, Map<string, CompiledLimit[]>>();
  readonly #others: CompiledLimit[] = [];
  readonly #known = new CallerMemory<readonly CompiledLimit[]>();

  constructor(limits: readonly CompiledLimit[]) {
    this.size = limits.length;
    for (const limit of limits) this.#place(limit);
  }

  /** What applies does not depend on the method (rule.ts, `counts`, does). */
  find(subject: Subject): readonly CompiledLimit[] {
    const { principal, server, tool } = subject;
    return this.#known.find(principal, server, tool) ?? this.#known.keep(principal, server, tool, this.#search(subject));
  }

  #search(subject: Subject): readonly CompiledLimit[] {
    let found: CompiledLimit[] | undefined;
    const visit = (limits: readonly CompiledLimit[] | undefined): void => {
      if (!limits) return;
      for (const limit of limits) {
        if (!limit.appliesTo(subject)) continue;
        found ??= [];
        found.push(limit);
      }
    };
    visit(this.#others);
    for (const [anchor, limits] of this.#anchored) {
      const value = read(anchor, subject);
      if (value !== undefined) visit(limits.get(foldText(value)));
    }
    return found ?? NONE;
  }

  #place(limit: CompiledLimit): void {
    const { match } = limit.spec;
    const anchor = ANCHORS.find((name) => match[name]?.every((source) => !/[*?]/.test(foldText(source))));
    if (anchor === undefined) {
      this.#others.push(limit);
      return;
    }
    const limits = this.#anchored.get(anchor) ?? new Map<string, CompiledLimit[]>();
    this.#anchored.set(anchor, limits);
    for (const value of new Set(match[anchor]?.map((source) => foldText(source)))) {
      const listed = limits.get(value);
      if (listed) listed.push(limit);
      else limits.set(value, [limit]);
    }
  }
}

function read(anchor: Anchor, { principal, server, tool }: Subject): string | undefined {
  if (anchor === 'tool') return tool;
  if (anchor === 'server') return server;
  return anchor === 'class' ? principal.agentClass : (principal as Principal)[anchor];
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
