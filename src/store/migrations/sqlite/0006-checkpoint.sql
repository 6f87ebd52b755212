-- Signed checkpoints of the logs, the keys that sign them (seeds sealed), and the roots of the full blocks of each tree.
CREATE TABLE checkpoint (
  org INTEGER NOT NULL REFERENCES organization (id),
  size INTEGER NOT NULL,
  made_ms INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (org, size)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint_key (
  org INTEGER NOT NULL REFERENCES organization (id),
  position INTEGER NOT NULL,
  verifier_key TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (org, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE tree_block (
  org INTEGER NOT NULL REFERENCES organization (id),
  position INTEGER NOT NULL,
  root BLOB NOT NULL,
  PRIMARY KEY (org, position)
) STRICT, WITHOUT ROWID;
