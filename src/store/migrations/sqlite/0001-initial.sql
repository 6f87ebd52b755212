-- Organizations, the log with its erasable payloads, objects with their history, wrapped data keys.
CREATE TABLE organization (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Rows in the order they are written: the key of an entry is organization and sequence number in one integer (row-key.ts), that of a
-- payload the key of its entry and its place there. An append then touches the last page of each table and no other.
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  org INTEGER AS (id >> 36) VIRTUAL,
  seq INTEGER AS (id & 68719476735) VIRTUAL,
  hash TEXT NOT NULL,
  header TEXT NOT NULL,
  content TEXT NOT NULL,
  call TEXT
) STRICT;
CREATE INDEX entry_by_call ON entry (call) WHERE call IS NOT NULL;

CREATE TABLE payload (
  id INTEGER PRIMARY KEY,
  org INTEGER AS (id >> 39) VIRTUAL,
  seq INTEGER AS ((id >> 3) & 68719476735) VIRTUAL,
  role TEXT NOT NULL,
  commitment BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE object (
  org INTEGER NOT NULL REFERENCES organization (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (org, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE object_history (
  org INTEGER NOT NULL REFERENCES organization (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document TEXT,
  author TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  PRIMARY KEY (org, kind, name, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE data_key (
  position INTEGER PRIMARY KEY,
  org INTEGER NOT NULL REFERENCES organization (id),
  id TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  UNIQUE (org, id)
) STRICT;

CREATE TABLE health (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  writes INTEGER NOT NULL
) STRICT;
INSERT INTO health VALUES (1, 0);
