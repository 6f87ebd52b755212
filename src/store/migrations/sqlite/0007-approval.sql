-- Tickets of held calls: facts as JSON, the arguments sealed. One live ticket for one asking.
CREATE TABLE approval (
  org INTEGER NOT NULL REFERENCES organization (id),
  id TEXT NOT NULL,
  binding TEXT NOT NULL,
  live INTEGER NOT NULL CHECK (live IN (0, 1)),
  agent TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  document TEXT NOT NULL,
  sealed BLOB,
  PRIMARY KEY (org, id)
) STRICT;
CREATE UNIQUE INDEX approval_live ON approval (org, binding) WHERE live = 1;
CREATE INDEX approval_created ON approval (org, created_ms);
CREATE INDEX approval_waiting ON approval (org, agent, created_ms) WHERE live = 1;
