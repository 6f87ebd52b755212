-- Signed checkpoints of the logs, the keys that sign them (seeds sealed), and the roots of the full blocks of each tree.
CREATE TABLE checkpoint (
  org integer NOT NULL,
  size bigint NOT NULL,
  made_ms bigint NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (org, size)
);

CREATE TABLE checkpoint_key (
  org integer NOT NULL,
  position bigint NOT NULL,
  verifier_key text NOT NULL,
  sealed text NOT NULL,
  PRIMARY KEY (org, position)
);

CREATE TABLE tree_block (
  org integer NOT NULL,
  position bigint NOT NULL,
  root bytea NOT NULL,
  PRIMARY KEY (org, position)
);
