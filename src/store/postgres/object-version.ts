// The objects of an organization: what changed since a control revision, and all as they were at an earlier one. Reads only.
import type { ControlSnapshot } from '../../object/port.ts';
import { parseDocument } from '../check-write.ts';
import type { ObjectDelta } from '../object-cache.ts';
import type { Sql } from './database.ts';
import { unknownOrganization } from './writer.ts';

/** The newest version of each object up to a revision; what was deleted by then has none. */
export async function objectsAt(sql: Sql, org: string, revision: number): Promise<ControlSnapshot> {
  const rows = await sql`
    SELECT h.revision, h.document FROM object_history h JOIN organization o ON o.id = h.org
    WHERE o.name = ${org} AND h.document IS NOT NULL AND h.revision = (
      SELECT max(l.revision) FROM object_history l WHERE l.org = h.org AND l.kind = h.kind AND l.name = h.name AND l.revision <= ${revision})
    ORDER BY h.kind COLLATE "C", h.name COLLATE "C"`;
  return { org, revision, objects: rows.map((row) => parseDocument(row.document, Number(row.revision))) };
}

/** One statement, so that objects and revision belong together. */
export async function objectsSince(sql: Sql, org: string, since: number): Promise<ObjectDelta> {
  const rows = await sql`
    SELECT o.revision AS control_revision, c.total, b.revision, b.document FROM organization o
    CROSS JOIN LATERAL (SELECT count(*) AS total FROM object t WHERE t.org = o.id) c
    LEFT JOIN object b ON b.org = o.id AND b.revision > ${since} WHERE o.name = ${org}`;
  const [first] = rows;
  if (!first) throw unknownOrganization(org);
  const changed = rows.filter((row) => row.document !== null).map((row) => parseDocument(row.document, Number(row.revision)));
  return { revision: Number(first.control_revision), total: Number(first.total), changed };
}
