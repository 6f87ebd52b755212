-- One row for each source of a subject, whichever processes noted it: `process` was the last, `other_ms` is when another one last did. Rows from before
-- are of no process: each of those that run now takes them for what it has not read.
CREATE TABLE flow_source (
  org INTEGER NOT NULL REFERENCES organization (id),
  subject TEXT NOT NULL,
  source TEXT NOT NULL,
  labels TEXT NOT NULL,
  server TEXT NOT NULL,
  agent TEXT NOT NULL,
  process TEXT NOT NULL,
  private INTEGER NOT NULL,
  untrusted INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  other_ms INTEGER NOT NULL,
  PRIMARY KEY (org, subject, source, labels)
) STRICT, WITHOUT ROWID;
INSERT INTO flow_source (org, subject, source, labels, server, agent, process, private, untrusted, at_ms, other_ms)
  SELECT org, subject, source, labels, min(server), '', '', max(private), max(untrusted), max(at_ms), 0 FROM flow_read GROUP BY org, subject, source, labels;
DROP TABLE flow_read;
CREATE INDEX flow_source_at ON flow_source (org, at_ms);
CREATE INDEX flow_source_agent ON flow_source (org, agent);
-- An agent that is gone reads and sends nothing any more.
CREATE TRIGGER flow_source_of_agent AFTER DELETE ON object WHEN OLD.kind = 'agent'
BEGIN
  DELETE FROM flow_source WHERE org = OLD.org AND agent = OLD.name;
END;
