// The rows that a backup holds, as one text for both drivers: columns in the order of COLUMNS, rows in the order in which they are restored.
// Entries alone are read in the order of each driver's own key.
import type { Table } from './backup.ts';

export const SELECT_ROWS: Readonly<Record<Exclude<Table, 'entry'>, string>> = {
  organization: 'SELECT name, revision FROM organization ORDER BY id',
  payload: 'SELECT o.name AS org, t.seq, t.role, t.commitment, t.sealed FROM payload t JOIN organization o ON o.id = t.org ORDER BY t.id',
  object:
    'SELECT o.name AS org, t.kind, t.name, t.revision, t.document FROM object t JOIN organization o ON o.id = t.org ORDER BY t.org, t.kind, t.name',
  object_history:
    'SELECT o.name AS org, t.kind, t.name, t.revision, t.document, t.author, t.time_ms FROM object_history t JOIN organization o ON o.id = t.org ORDER BY t.org, t.kind, t.name, t.revision',
  data_key: 'SELECT o.name AS org, t.id, t.wrapped FROM data_key t JOIN organization o ON o.id = t.org ORDER BY t.position',
  quota:
    'SELECT o.name AS org, t.name, t.key, t.bucket_ms, t.used, t.until_ms FROM quota t JOIN organization o ON o.id = t.org ORDER BY t.org, t.name, t.key, t.bucket_ms',
  grant_use: 'SELECT o.name AS org, t.key, t.used, t.used_ms FROM grant_use t JOIN organization o ON o.id = t.org ORDER BY t.org, t.key',
  checkpoint_key:
    'SELECT o.name AS org, t.position, t.verifier_key, t.sealed FROM checkpoint_key t JOIN organization o ON o.id = t.org ORDER BY t.org, t.position',
  checkpoint:
    'SELECT o.name AS org, t.size, t.made_ms, t.note FROM checkpoint t JOIN organization o ON o.id = t.org ORDER BY t.org, t.size',
  notify_cursor:
    'SELECT o.name AS org, t.subscription, t.since, t.seq FROM notify_cursor t JOIN organization o ON o.id = t.org ORDER BY t.org, t.subscription',
  delivery: `SELECT o.name AS org, t.subscription, t.event, t.type, t.subject, t.seq, t.body, t.status, t.attempts, t.error, t.created_ms, t.next_ms,
    t.settled_ms FROM delivery t JOIN organization o ON o.id = t.org WHERE t.status <> 'delivered' ORDER BY t.id`,
  forward_cursor:
    'SELECT o.name AS org, t.name, t.start, t.next, t.epoch, t.sent, t.lost FROM forward_cursor t JOIN organization o ON o.id = t.org ORDER BY t.org, t.name',
  erased:
    'SELECT o.name AS org, t.from_seq, t.to_seq, t.by_seq FROM erased t JOIN organization o ON o.id = t.org ORDER BY t.org, t.from_seq, t.by_seq',
  archived:
    'SELECT o.name AS org, t.seq, t.hash, t.revision, t.first_hash, t.first_time FROM archived t JOIN organization o ON o.id = t.org ORDER BY t.org',
  tree_block:
    'SELECT o.name AS org, t.position, t.root FROM tree_block t JOIN organization o ON o.id = t.org JOIN archived a ON a.org = t.org AND t.position * 256 < a.seq ORDER BY t.org, t.position',
  passkey_once: 'SELECT o.name AS org, t.key, t.until_ms FROM passkey_once t JOIN organization o ON o.id = t.org ORDER BY t.org, t.key',
  passkey_use:
    'SELECT o.name AS org, t.credential, t.counter, t.used_ms FROM passkey_use t JOIN organization o ON o.id = t.org ORDER BY t.org, t.credential',
  flow_source: `SELECT o.name AS org, t.subject, t.source, t.labels, t.server, t.agent, t.process, t.private, t.untrusted, t.at_ms, t.other_ms
    FROM flow_source t JOIN organization o ON o.id = t.org ORDER BY t.org, t.subject, t.source, t.labels`,
};
