// One limit, compiled: whom and what it is about, whose count a call goes into, and how much that may be. Pure.
import { createHash } from 'node:crypto';
import type { MethodKind, Principal } from '../call.ts';
import { CallerMemory } from '../lib/caller-memory.ts';
import type { LimitSpec, SpecOf } from '../object/kinds.ts';
import { type CompiledSum, unitsOf } from './amount.ts';
import { anyMatches, foldedGlobs, foldText } from './fold.ts';
import { type Pace, paceOf } from './gcra.ts';
import type { Window } from './window.ts';

/** What a limit looks at of a call. */
export interface Subject {
  principal: Principal;
  kind: MethodKind;
  method: string;
  /** undefined: not known (yet), or none. */
  server: string | undefined;
  /** Upstream name of the tool. */
  tool: string | undefined;
}

export interface CompiledQuota {
  maxUnits: number;
  window: Window;
  sum: CompiledSum | undefined;
  freeErrors: boolean;
}

export interface CompiledLimit {
  readonly name: string;
  /** Changes with every change of the object: what was taken under another version is taken again. */
  readonly version: string;
  readonly spec: LimitSpec;
  /** Needs a server, a tool or arguments: looked at once names are resolved. */
  readonly needsTarget: boolean;
  readonly rate: { max: number; windowMs: number; pace: Pace } | undefined;
  readonly concurrency: number | undefined;
  readonly quota: CompiledQuota | undefined;
  appliesTo(subject: Subject): boolean;
  /** Does this part of the limit count calls of this method? */
  counts(part: LimitPart, subject: Subject): boolean;
  keyOf(subject: Subject): string;
  keysOf(subject: Subject): LimitKeys;
}

/** Under which names a call of one subject counts for one limit. */
export interface LimitKeys {
  /** Among all limits of an organization. */
  count: string;
  /** The same with the version of the limit. */
  paid: string;
  /** The same among all organizations. */
  place: string;
}

export type LimitPart = 'rate' | 'concurrency' | 'quota';

/** Kinds each part counts when the limit names no method. Standing streams hold no place; stopping something is never too much. */
const COUNTED: Readonly<Record<LimitPart, ReadonlySet<MethodKind>>> = {
  rate: new Set(['call', 'read', 'list', 'subscription']),
  concurrency: new Set(['call', 'read', 'list']),
  quota: new Set(['call', 'read']),
};
/** Of these kinds a quota counts what is used, not what is asked about it. */
const USES: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get']);
const ALWAYS_FREE: ReadonlySet<string> = new Set(['notifications/cancelled']);

export function compileLimit(name: string, spec: LimitSpec, version: string): CompiledLimit {
  const matchers = compileMatch(spec.match);
  const methods = foldedGlobs(spec.match.method);
  const dimensions = spec.per.filter((dimension) => dimension !== 'organization');
  const keyOf = (subject: Subject): string => {
    let key = '';
    for (const dimension of dimensions) key += `${key === '' ? '' : '&'}${dimension}=${keyPart(dimensionOf(dimension, subject))}`;
    return key;
  };
  const known = new CallerMemory<LimitKeys>();
  const isAboutTool = spec.match.tool !== undefined || spec.per.includes('tool') || spec.quota?.sum !== undefined;
  const { rate } = spec;
  return {
    name,
    version: `${name}@${version}`,
    spec,
    needsTarget: isAboutTool || spec.match.server !== undefined || spec.per.includes('server'),
    rate: rate && { max: rate.max, windowMs: rate.windowMs, pace: paceOf(rate) },
    concurrency: spec.concurrency,
    quota: spec.quota && compileQuota(spec.quota),
    appliesTo: (subject) => matchers.every((holds) => holds(subject)),
    counts: (part, { kind, method, tool }) => {
      if (ALWAYS_FREE.has(method) || (isAboutTool && tool === undefined)) return false;
      if (methods) return anyMatches(methods, foldText(method));
      if (kind === 'reverse') return false;
      if (isAboutTool) return method === 'tools/call';
      return COUNTED[part].has(kind) && (part !== 'quota' || USES.has(method));
    },
    keyOf,
    keysOf: (subject) => {
      const { principal, server, tool } = subject;
      const remembered = known.find(principal, server, tool);
      if (remembered) return remembered;
      const count = `${name}|${keyOf(subject)}`;
      return known.keep(principal, server, tool, { count, paid: `${name}@${version}|${count}`, place: `${principal.org}\n${count}` });
    },
  };
}

type Holds = (subject: Subject) => boolean;

function compileMatch(match: LimitSpec['match']): Holds[] {
  const reads: Record<Exclude<keyof typeof match, 'method' | 'team'>, (subject: Subject) => string | undefined> = {
    agent: ({ principal }) => principal.agent,
    class: ({ principal }) => principal.agentClass,
    user: ({ principal }) => principal.user,
    token: ({ principal }) => principal.token,
    environment: ({ principal }) => principal.environment,
    server: ({ server }) => server,
    tool: ({ tool }) => tool,
  };
  const matchers: Holds[] = [];
  for (const [name, read] of Object.entries(reads)) {
    const globs = foldedGlobs(match[name as keyof typeof reads]);
    if (globs) matchers.push((subject) => anyMatches(globs, fold(read(subject))));
  }
  const teams = foldedGlobs(match.team);
  if (teams) matchers.push(({ principal }) => principal.teams.some((team) => anyMatches(teams, foldText(team))));
  return matchers;
}

function fold(text: string | undefined): string | undefined {
  return text === undefined ? undefined : foldText(text);
}

function dimensionOf(dimension: LimitSpec['per'][number], { principal, server, tool }: Subject): string | undefined {
  switch (dimension) {
    case 'agent':
      return principal.agent;
    case 'class':
      return principal.agentClass;
    case 'user':
      return principal.user;
    case 'token':
      return principal.token;
    case 'server':
      return server;
    case 'tool':
      return server === undefined || tool === undefined ? undefined : `${server}/${foldText(tool)}`;
    default:
      return undefined;
  }
}

/** Longest value that stands in a key as it is. */
const MAX_KEY_UNITS = 200;

function keyPart(value: string | undefined): string {
  if (value === undefined) return '';
  if (PLAIN_KEY.test(value)) return value;
  if (value.length <= MAX_KEY_UNITS) return encodeURIComponent(value.toWellFormed());
  return `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

const PLAIN_KEY = /^[A-Za-z0-9_.:/-]{1,200}$/;

function compileQuota(spec: NonNullable<SpecOf['limit']['quota']>): CompiledQuota {
  const { sum, calendar, windowMs } = spec;
  const decimals = sum?.decimals ?? 0;
  const maxUnits = unitsOf(String(spec.max), decimals);
  if (typeof maxUnits === 'string') throw new Error(`a quota that its schema should refuse: max ${maxUnits}`);
  return {
    maxUnits,
    window: calendar
      ? { type: 'calendar', unit: calendar, timeZone: spec.timeZone ?? 'UTC' }
      : { type: spec.fixed ? 'fixed' : 'sliding', windowMs: windowMs ?? 0 },
    sum: sum && {
      path: sum.path,
      steps: sum.path.split('.'),
      decimals,
      where: Object.entries(sum.where ?? {}).map(([path, values]) => ({
        steps: path.split('.'),
        values: new Set([values].flat().map((value) => foldText(String(value)))),
      })),
    },
    freeErrors: spec.errors === 'free',
  };
}
