// Making an organization while the gateway runs: its chain, its keys, its first operator. Safe to repeat after a crash in the middle of it.
// Never touches an organization that somebody can already sign in to.
import type { NewOrganization } from '../admin/context.ts';
import { applyChanges } from '../object/apply.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { Inside } from './gateway.ts';
import { objectContext } from './object-context.ts';

export type Made = { type: 'created'; revision: number } | { type: 'exists' };

export async function makeOrganization(inside: Inside, version: string, wanted: NewOrganization): Promise<Made> {
  const { store, vault, log, clock, instance, control } = inside;
  const { name, author } = wanted;
  if ((await store.objects.organizations()).includes(name) && (await store.objects.load(name)).revision > 0) return { type: 'exists' };
  await store.objects.createOrganization(name);
  await vault.prepare(name);
  await log.recordStart(name, { timeMs: clock.nowMs(), instance, version, exclusive: false });
  const put = [firstOperator(wanted, clock.nowMs()), settings(wanted)];
  const result = await applyChanges(objectContext(inside), name, { put }, { author });
  if (result.type !== 'applied') return { type: 'exists' };
  await control.atLeast(name, result.revision);
  return { type: 'created', revision: result.revision };
}

/** `revision` 0: of two who make the same organization at once, one is told that it exists. */
function firstOperator({ first: { name, hash, hint } }: NewOrganization, nowMs: number): StoredObject {
  const spec = { role: 'admin' as const, hash, hint, createdAt: new Date(nowMs).toISOString() };
  return { kind: 'operator', metadata: { name, title: 'Made with the organization' }, spec, revision: 0 };
}

function settings({ name, title, settings: spec }: NewOrganization): StoredObject {
  return { kind: 'organization', metadata: { name, ...(title === undefined ? {} : { title }) }, spec, revision: 0 };
}
