// What the gateway itself writes into a standing grant: who wrote it as it is, when, and who stands for it. Asked for every change of objects,
// whatever it is called: apply, edit and roll-back cannot claim a vote. Pure.
import { canonicalJson } from '../lib/canonical-json.ts';
import type { Actor } from './freeze-guard.ts';
import { MAX_GRANT_VOTES } from './kind/grant.ts';
import type { SpecOf, StoredObject } from './kinds.ts';

type Grant = StoredObject<'grant'>;

/**
 * The grant as it will be stored. INVARIANT: votes are for the grant as it is written; a changed one has its author's only
 * (test/scenario/standing-grant.test.ts).
 */
export function stampGrant(current: Grant | undefined, draft: Grant, actor: Actor, confirms: boolean): Grant {
  const own = ownPart(draft.spec);
  const { author: by, timeMs } = actor;
  const at = new Date(timeMs).toISOString();
  const isSame = current !== undefined && canonicalJson(ownPart(current.spec)) === canonicalJson(own);
  if (!isSame) return { kind: 'grant', metadata: draft.metadata, spec: { ...own, setBy: by, setAt: at, votes: [{ by, at }] } };
  const { setBy, setAt, votes = [] } = current.spec;
  const isNew = confirms && !votes.some((vote) => vote.by === by) && votes.length < MAX_GRANT_VOTES;
  const spec = { ...own, setBy, setAt, votes: isNew ? [...votes, { by, at }] : [...votes] };
  return { kind: 'grant', metadata: draft.metadata, spec: withoutGaps(spec) };
}

function ownPart({ setBy: _by, setAt: _at, votes: _votes, ...own }: SpecOf['grant']): SpecOf['grant'] {
  return own;
}

function withoutGaps<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
