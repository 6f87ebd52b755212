// What becomes of a find in a place where nothing may be put in its place: a name, an address, a choice of a form.
import { findingName } from '../detect/dlp/finding-name.ts';
import { CHANGING, type Ruled } from '../detect/dlp/redact.ts';
import type { MessagePart } from './part-reader.ts';

export function ruledIn({ fixed }: Pick<MessagePart, 'fixed'>, ruled: Ruled[]): Ruled[] {
  return fixed === undefined ? ruled : ruled.map(fixed === 'given' ? barring : stopping);
}

/**
 * Nothing can stand in the place of what the call is about. A credential there stops it; anything else may be a part of an address that the server
 * itself has told (`file:///home/ann@example.com/notes.txt`): it is noted, and only rules that stop such values stop the call.
 */
function stopping(one: Ruled): Ruled {
  if (!CHANGING.has(one.action)) return one;
  return { ...one, action: findingName(one.match).startsWith('secret.') ? 'block' : 'log' };
}

/** A choice that is changed is none that the server knows: a form passes with all of them or not at all. */
function barring(one: Ruled): Ruled {
  return CHANGING.has(one.action) ? { ...one, action: 'block' } : one;
}
