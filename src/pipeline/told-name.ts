// What a call is about, as entries, the process log and reports of shadow policies name it: a name or an address may carry the very data that was found in it.
import type { Decision } from '../call.ts';
import type { Flight } from './flight.ts';

const NAMES: ReadonlySet<string | undefined> = new Set(['/uri', '/name', '/ref/uri', '/ref/name']);

/**
 * INVARIANT: a name that was refused for what it holds is told by nothing that says so (test/scenario/unread-request.test.ts); nor is an address that
 * carries a canary, or what was read elsewhere (test/scenario/flow-sinks.test.ts). Where a person is asked it is: people and verifiers have to see that
 * what runs is what was asked for.
 */
export function toldName({ call, touched, ticket, used }: Flight, effect: Decision['effect']): string | undefined {
  const { target, findings } = call;
  const name = target?.capability?.name;
  if (name === undefined || (findings.length === 0 && touched === undefined)) return name;
  const inName = findings.filter(({ where, path }) => where === 'arguments' && NAMES.has(path));
  const refused = inName.find(({ action, type }) => action === 'block' && !type.startsWith('flow.'));
  if (refused) return `[redacted:${refused.type}]`;
  const carries = touched?.what === 'canary' || inName.length > 0;
  if (target?.capability?.kind !== 'resource' || !carries || effect === 'hold' || ticket !== undefined || used) return name;
  return `${/^[a-z][a-z0-9+.-]{0,31}:/i.exec(name)?.[0] ?? ''}[withheld]`;
}
