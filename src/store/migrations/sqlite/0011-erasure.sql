-- Erasure of sealed values: which entry says that those of which entries are gone; requests that are done; who does work of which one is enough.
CREATE TABLE erased (
  org INTEGER NOT NULL REFERENCES organization (id),
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  by_seq INTEGER NOT NULL,
  PRIMARY KEY (org, from_seq, by_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE erasure_done (
  org INTEGER NOT NULL REFERENCES organization (id),
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE work (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
