// Sessions that were taken away: known to their owner for a while, found by nobody, bounded in number.
import { expect, test } from 'vitest';
import { systemRandom } from '../lib/id.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Session } from './session.ts';
import { MAX_EXPELLED, SessionTable } from './session-table.ts';

const HERE = { type: 'server', server: 'fs' } as const;

function table(): { sessions: SessionTable; ended: Session[]; open: (bearer?: string) => Session } {
  const ended: Session[] = [];
  const limits = { ...DEFAULT_LIMITS, maxSessions: 10_000, maxSessionsPerPrincipal: 10_000 };
  const sessions = new SessionTable({ limits, random: systemRandom, nowMs: () => 0, onEnd: (session) => ended.push(session) });
  const facts = { surface: HERE, protocolVersion: '2025-11-25', capabilities: {}, clientInfo: undefined, createdMs: 0 } as const;
  const open = (bearer = 'sp_a'): Session => {
    const session = sessions.draft({ ...facts, bearerHash: bearer });
    sessions.register(session);
    return session;
  };
  return { sessions, ended, open };
}

test('a session that is taken away is found by nobody, known to its owner only, and ends once', async () => {
  const { sessions, ended, open } = table();
  const session = open();
  const { id } = session.facts;
  sessions.expel(session);
  sessions.expel(session);
  expect([sessions.find(id, 'sp_a', HERE), sessions.size]).toEqual([undefined, 0]);
  expect(sessions.findExpelled(id, 'sp_a', HERE)).toBe(session);
  expect(sessions.findExpelled(id, 'sp_b', HERE)).toBeUndefined();
  expect(sessions.findExpelled(id, 'sp_a', { type: 'all' })).toBeUndefined();
  await expect.poll(() => ended.length).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect([session.ended, ended]).toEqual([true, [session]]);
});

test('only so many are known: the oldest is forgotten', () => {
  const { sessions, open } = table();
  const all = Array.from({ length: MAX_EXPELLED + 1 }, () => open());
  for (const session of all) sessions.expel(session);
  const known = all.map(({ facts }) => sessions.findExpelled(facts.id, 'sp_a', HERE) !== undefined);
  expect([known[0], known[1], known.at(-1)]).toEqual([false, true, true]);
});
