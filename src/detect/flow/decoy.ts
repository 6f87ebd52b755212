// Decoys: tools that no server has, listed to see who calls them. What a list says of one is a definition like any other.
import { compileGlob } from '../../lib/glob.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { SpecOf } from '../../object/kinds.ts';

export interface Decoy {
  name: string;
  definition: JsonObject;
}

const NONE: readonly Decoy[] = Object.freeze([]);

export function decoysOf(specs: SpecOf['flow']['decoys']): (server: string) => readonly Decoy[] {
  if (specs.length === 0) return () => NONE;
  const compiled = specs.map(({ name, description, servers }) => ({
    globs: servers.map((server) => compileGlob(server)),
    decoy: { name, definition: { name, description, inputSchema: { type: 'object' } } },
  }));
  return (server) => {
    const found = compiled.filter(({ globs }) => globs.some((glob) => glob.test(server))).map(({ decoy }) => decoy);
    return found.length === 0 ? NONE : found;
  };
}
