// What passkeys used up and their counters, in the embedded store. The first class runs in the writer's thread, the second beside the callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type PasskeyStore, type PasskeyUse, type PasskeyUsed, RESTORED } from '../../approval/passkey-port.ts';
import { INVITATION_MS } from '../../approval/review-link.ts';
import type { SqliteAccess } from './limits.ts';

export interface PasskeyJob {
  type: 'use-passkey';
  org: string;
  use: PasskeyUse;
}

export const PASSKEY_USES =
  'SELECT u.credential, u.counter, u.used_ms FROM passkey_use u JOIN organization o ON o.id = u.org WHERE o.name = ?';

/** As counts: they are what crosses threads. */
const USED: readonly PasskeyUsed[] = ['used', 'again', 'counter'];

export class PasskeyWriter {
  readonly #once: StatementSync;
  readonly #counter: StatementSync;
  readonly #forget: StatementSync;
  readonly #keep: StatementSync;
  readonly #count: StatementSync;

  constructor(db: DatabaseSync) {
    this.#once = db.prepare('SELECT until_ms FROM passkey_once WHERE org = ? AND key = ?');
    this.#counter = db.prepare('SELECT counter FROM passkey_use WHERE org = ? AND credential = ?');
    this.#forget = db.prepare('DELETE FROM passkey_once WHERE org = ? AND until_ms <= ?');
    this.#keep = db.prepare('INSERT INTO passkey_once (org, key, until_ms) VALUES (?, ?, ?)');
    this.#count = db.prepare(`INSERT INTO passkey_use (org, credential, counter, used_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (org, credential) DO UPDATE SET counter = excluded.counter, used_ms = excluded.used_ms`);
  }

  use(org: number, { once, untilMs, nowMs, madeMs, credential, counter }: PasskeyUse): number {
    const restored = madeMs !== undefined && this.#once.get(org, RESTORED);
    if (restored && madeMs <= Number(restored.until_ms) - INVITATION_MS) return USED.indexOf('again');
    if (this.#once.get(org, once)) return USED.indexOf('again');
    const known = this.#counter.get(org, credential);
    const before = Number(known?.counter ?? -1);
    if (counter <= before && (counter !== 0 || before !== 0)) return USED.indexOf('counter');
    this.#forget.run(org, nowMs);
    this.#keep.run(org, once, untilMs);
    this.#count.run(org, credential, counter, nowMs);
    return USED.indexOf('used');
  }
}

export class SqlitePasskeys implements PasskeyStore {
  readonly #access: SqliteAccess;

  constructor(access: SqliteAccess) {
    this.#access = access;
  }

  async use(org: string, use: PasskeyUse): Promise<PasskeyUsed> {
    const answer = await this.#access.submit({ type: 'use-passkey', org, use });
    const used = answer.type === 'done' ? USED[answer.count] : undefined;
    if (used === undefined) throw new Error('the writer answered something else');
    return used;
  }

  async lastUses(org: string): Promise<Map<string, { counter: number; usedMs: number }>> {
    const rows = await this.#access.read({ type: 'passkey-uses', org });
    return new Map(rows.map((row) => [String(row.credential), { counter: Number(row.counter), usedMs: Number(row.used_ms) }]));
  }
}
