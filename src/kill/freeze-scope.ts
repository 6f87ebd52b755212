// What a freeze scope covers. The one definition: the index, the stopping of calls and the revoking of tokens all go by it.
// When in doubt it covers: a freeze can only stop.
import type { Principal } from '../call.ts';
import type { Glob } from '../lib/glob.ts';
import { compileGlob } from '../lib/glob.ts';
import type { FreezeSpec } from '../object/kinds.ts';

export type FreezeScope = FreezeSpec['scope'];

export type FrozenSubject = Pick<Principal, 'agent' | 'agentClass' | 'token' | 'user'>;

export interface ToolPattern {
  server: Glob;
  name: Glob;
}

/** Both parts folded; what is compared with it must be folded too. */
export function toolPattern(tool: { server: string; name: string }): ToolPattern {
  return { server: compileGlob(tool.server), name: compileGlob(foldName(tool.name)) };
}

const PLAIN = /^[\x21-\x7e]*$/;

/**
 * A name as freezes compare it: compatibility form, lower case, without spaces at the ends and without characters that show nothing. A server may
 * take `Delete_Row` or `delete_row` with a zero-width joiner for the tool; so does a freeze.
 */
export function foldName(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase();
  return name
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cc}\p{Variation_Selector}]/gu, '')
    .trim()
    .toLowerCase()
    .normalize('NFKC');
}
