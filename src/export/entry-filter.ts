// Which log entries somebody asked for: by time, type and content, with globs. An outcome is taken where its decision is.
// Takes an entry it cannot read for one that does not match; changes nothing.
import { compileGlob, type Glob } from '../lib/glob.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

/** Globs, any of which may fit; members that are not given take everything. */
export interface EntryMatch {
  type?: readonly string[] | undefined;
  /** Of system entries. */
  event?: readonly string[] | undefined;
  effect?: readonly string[] | undefined;
  agent?: readonly string[] | undefined;
  user?: readonly string[] | undefined;
  server?: readonly string[] | undefined;
  tool?: readonly string[] | undefined;
  rule?: readonly string[] | undefined;
  code?: readonly string[] | undefined;
  sinceMs?: number | undefined;
  /** Not any more. */
  untilMs?: number | undefined;
}

export interface EntryFilter {
  /** True when everything is taken. */
  readonly isOpen: boolean;
  /** True when what an outcome belongs to has to be known. */
  readonly needsDecision: boolean;
  test(content: JsonObject, decision: JsonObject | undefined): boolean;
}

export function compileFilter(match: EntryMatch): EntryFilter {
  const own = (['type', 'event'] as const).flatMap((name) => patternsOf(match, name));
  const joined = (['effect', 'server', 'tool', 'rule', 'code'] as const).flatMap((name) => patternsOf(match, name));
  const [agent, user] = [patternsOf(match, 'agent')[0], patternsOf(match, 'user')[0]];
  const { sinceMs, untilMs } = match;
  const isTimed = sinceMs !== undefined || untilMs !== undefined;
  const needsDecision = joined.length > 0 || agent !== undefined || user !== undefined;
  return {
    isOpen: own.length === 0 && !needsDecision && !isTimed,
    needsDecision,
    test(content, decision) {
      if (isTimed && !isWithin(content.time, sinceMs, untilMs)) return false;
      if (!own.every(([name, globs]) => fits(content[name], globs))) return false;
      if (!needsDecision) return true;
      const about = decision ?? content;
      const principal = isObject(about.principal) ? about.principal : {};
      return (
        joined.every(([name, globs]) => fits(about[name], globs)) &&
        (agent === undefined || fits(principal.agent ?? about.agent, agent[1])) &&
        (user === undefined || fits(principal.user ?? about.asUser, user[1]))
      );
    },
  };
}

type Name = Exclude<keyof EntryMatch, 'sinceMs' | 'untilMs'>;

function patternsOf(match: EntryMatch, name: Name): [Name, readonly Glob[]][] {
  const given = match[name];
  return given === undefined ? [] : [[name, given.map(compileGlob)]];
}

function fits(value: Json | undefined, globs: readonly Glob[]): boolean {
  return typeof value === 'string' && globs.some((glob) => glob.test(value));
}

function isWithin(time: Json | undefined, sinceMs: number | undefined, untilMs: number | undefined): boolean {
  const timeMs = Date.parse(String(time));
  return timeMs >= (sinceMs ?? Number.NEGATIVE_INFINITY) && timeMs < (untilMs ?? Number.POSITIVE_INFINITY);
}
