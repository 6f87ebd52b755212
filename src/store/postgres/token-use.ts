// When tokens were last used, in PostgreSQL. The later of two uses stays, whoever writes it.
import type { TokenUse } from '../../auth/port.ts';
import type { Sql } from './database.ts';

/** `bytes`: roughly what a use takes in memory while it waits. */
export const tokenUses = { note: noteUses, load: loadUses, bytes: 128 } as const;

function noteUses(org: string, uses: readonly TokenUse[]): (sql: Sql) => Promise<number> {
  // In order of their names, so that two processes never wait for each other's rows crosswise.
  const rows = JSON.stringify([...uses].sort((a, b) => (a.token < b.token ? -1 : 1)));
  return async (sql) =>
    (
      await sql`INSERT INTO token_use (org, token, used_ms)
        SELECT o.id, u."token", u."usedMs" FROM organization o, json_to_recordset(${rows}::text::json) AS u ("token" text, "usedMs" bigint)
        WHERE o.name = ${org} ON CONFLICT (org, token) DO UPDATE SET used_ms = greatest(token_use.used_ms, excluded.used_ms)`
    ).count;
}

async function loadUses(sql: Sql, org: string): Promise<TokenUse[]> {
  const rows = await sql`SELECT u.token, u.used_ms FROM token_use u JOIN organization o ON o.id = u.org WHERE o.name = ${org}`;
  return rows.map((row) => ({ token: row.token, usedMs: Number(row.used_ms) }));
}
