// Teams and roles that are registered, whether or not somebody has them: what conditions that ask for them are tried with.
import type { ControlView } from '../object/snapshot.ts';
import type { CallerNames } from '../policy/rehearse/caller-variant.ts';

export function callerNames(view: ControlView): CallerNames {
  const named = (kind: 'role' | 'team'): string[] => view.list(kind).map(({ metadata }) => metadata.name);
  return { roles: named('role'), teams: named('team') };
}
