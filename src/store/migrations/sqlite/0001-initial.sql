-- Organizations, the log with its erasable payloads, objects with their history, wrapped data keys.
CREATE TABLE organization (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  org INTEGER NOT NULL REFERENCES organization (id),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  header TEXT NOT NULL,
  content TEXT NOT NULL,
  call TEXT
) STRICT;
CREATE UNIQUE INDEX entry_by_seq ON entry (org, seq);
CREATE INDEX entry_by_call ON entry (call, org) WHERE call IS NOT NULL;

CREATE TABLE payload (
  id INTEGER PRIMARY KEY,
  org INTEGER NOT NULL REFERENCES organization (id),
  seq INTEGER NOT NULL,
  role TEXT NOT NULL,
  commitment BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX payload_by_commitment ON payload (commitment, org);

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
