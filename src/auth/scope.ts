// Token scopes, compiled once per token: which servers, capabilities and methods a token reaches at most. A scope only narrows; it never allows.
import type { CapabilityKind, CapabilityRef, Principal } from '../call.ts';
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { TokenSpec } from '../object/kinds.ts';

/**
 * - `servers`, `methods`: absent means all.
 * - `tools`, `prompts`, `resources`: when none of them is named, every capability is within; as soon as one is named, only the named kinds are.
 * - A method that opens, closes or keeps up a connection is within whatever `methods` says, or such a token could not be used at all.
 */
export function compileScope(scopes: TokenSpec['scopes']): Principal['inScope'] {
  if (!scopes) return everything;
  const servers = compileAll(scopes.servers);
  const methods = compileAll(scopes.methods);
  const byKind: Record<CapabilityKind, Glob[] | undefined> = {
    tool: compileAll(scopes.tools),
    prompt: compileAll(scopes.prompts),
    resource: compileAll(scopes.resources),
  };
  const anyKindNamed = Boolean(byKind.tool || byKind.prompt || byKind.resource);
  return (server: string, capability: CapabilityRef | undefined, method: string): boolean => {
    if (servers && !matchesAny(servers, server)) return false;
    if (methods && !CONNECTION_METHODS.has(method) && !matchesAny(methods, method)) return false;
    if (!capability || !anyKindNamed) return true;
    const names = byKind[capability.kind];
    return names !== undefined && matchesAny(names, capability.name);
  };
}

const CONNECTION_METHODS: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
]);

const everything = (): boolean => true;

function compileAll(sources: readonly string[] | undefined): Glob[] | undefined {
  return sources?.map((source) => compileGlob(source));
}

function matchesAny(globs: readonly Glob[], name: string): boolean {
  for (const glob of globs) if (glob.test(name)) return true;
  return false;
}
