// Which analysers and signals look at an argument with a given key, told once per key: most arguments of most calls concern none of them.
// INVARIANT: says yes for every key that an analyser or signal asks for (key-role.test.ts); whatever it says no to is not looked at.
import { keyReader, ROLE } from './argument.ts';
import { COMMAND_KEYS, REQUEST_KEYS, TEXT_KEYS } from './running-text.ts';
import { ACTION_KEYS, CHANGING_KEYS, READING_KEYS, TRIAL_KEYS } from './signal.ts';

const KEYS: readonly (readonly [number, readonly RegExp[]])[] = [
  [ROLE.text, TEXT_KEYS],
  [ROLE.request, REQUEST_KEYS],
  [ROLE.command, COMMAND_KEYS],
  [ROLE.action, ACTION_KEYS],
  [ROLE.trial, TRIAL_KEYS],
  [ROLE.reading, READING_KEYS],
  [ROLE.changing, CHANGING_KEYS],
];

/** What an argument's key says. */
export const readKey = keyReader(rolesOf);

/** Bits of ROLE. `key`: lower case, without separators. */
function rolesOf(key: string): number {
  let roles = 0;
  for (const [role, patterns] of KEYS) if (patterns.some((pattern) => pattern.test(key))) roles |= role;
  return roles;
}
