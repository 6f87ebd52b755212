// What the owner of a server says of one of its tools: the most exact entry of `tools` that fits its name. Pure; compiled once per spec.
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { ToolOverride } from './kind/server.ts';
import type { ServerSpec } from './kinds.ts';

type Entry = readonly [Glob, ToolOverride];

const compiled = new WeakMap<object, readonly Entry[]>();

/** A name without wildcards before patterns, long patterns before short ones, then in the order of the alphabet. */
export function toolOverride(spec: ServerSpec, tool: string): ToolOverride | undefined {
  const { tools } = spec;
  if (!tools) return undefined;
  if (Object.hasOwn(tools, tool)) return tools[tool];
  let entries = compiled.get(tools);
  if (!entries) {
    entries = Object.entries(tools)
      .map(([source, override]): Entry => [compileGlob(source), override])
      .filter(([glob]) => !glob.literal)
      .sort(([a], [b]) => b.source.length - a.source.length || (a.source < b.source ? -1 : 1));
    compiled.set(tools, entries);
  }
  return entries.find(([glob]) => glob.test(tool))?.[1];
}
