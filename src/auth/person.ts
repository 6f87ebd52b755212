// Who an operator is in the organization: the user it is linked to, with its teams and roles. Pure; depends on objects alone.
import type { ControlView } from '../object/snapshot.ts';
import { buildMembers, type MemberIndex, type Membership } from './member-index.ts';

export interface Person extends Membership {
  /** Name of the operator. */
  operator: string;
  user: string | undefined;
  /** Whose place this person takes now. */
  actsFor: readonly ({ user: string } & Membership)[];
}

const members = new WeakMap<ControlView, MemberIndex>();

/** An operator who is linked to no user, or to one that is disabled, is in no team, has no role, and takes nobody's place. */
export function personOf(view: ControlView, operator: string, nowMs: number): Person {
  const linked = view.operator(operator)?.spec.user;
  const member = linked === undefined ? undefined : membershipOf(view, linked);
  if (linked === undefined || !member) return { operator, user: undefined, teams: [], roles: [], actsFor: [] };
  const actsFor = view.list('delegation').flatMap(({ spec }) => {
    const isNow = (spec.since === undefined || nowMs >= Date.parse(spec.since)) && nowMs < Date.parse(spec.until);
    const whose = spec.to === linked && isNow ? membershipOf(view, spec.from) : undefined;
    return whose ? [{ user: spec.from, ...whose }] : [];
  });
  return { operator, user: linked, ...member, actsFor };
}

/**
 * The operators of these votes that may still act: who was revoked, deleted or whose user is disabled does not stand for anything, and
 * neither does another one who got the name later.
 */
export function standingPeople(view: ControlView, votes: readonly { by: string; at: string }[], nowMs: number): Person[] {
  return votes.flatMap(({ by: name, at }) => {
    const spec = view.operator(name)?.spec;
    if (!spec || spec.revokedAt !== undefined || !(Date.parse(spec.createdAt) <= Date.parse(at))) return [];
    if (spec.user !== undefined && view.user(spec.user)?.spec.disabled !== false) return [];
    return [personOf(view, name, nowMs)];
  });
}

function membershipOf(view: ControlView, name: string): Membership | undefined {
  const user = view.user(name);
  if (!user || user.spec.disabled) return undefined;
  let index = members.get(view);
  if (!index) {
    index = buildMembers(view.all());
    members.set(view, index);
  }
  const nobody = { credentialMode: 'service', disabled: false } as const;
  return index.of('', nobody, { name, spec: user.spec });
}
