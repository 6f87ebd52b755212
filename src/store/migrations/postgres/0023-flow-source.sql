-- One row for each source of a subject, whichever processes noted it: `process` was the last, `other_ms` is when another one last did. Rows from before
-- are of no process: each of those that run now takes them for what it has not read. Times are of the database's clock from here on.
CREATE TABLE flow_source (
  org integer NOT NULL,
  subject text NOT NULL,
  source text NOT NULL,
  labels text NOT NULL,
  server text NOT NULL,
  agent text NOT NULL,
  process text NOT NULL,
  private integer NOT NULL,
  untrusted integer NOT NULL,
  at_ms bigint NOT NULL,
  other_ms bigint NOT NULL,
  PRIMARY KEY (org, subject, source, labels)
);
INSERT INTO flow_source (org, subject, source, labels, server, agent, process, private, untrusted, at_ms, other_ms)
  SELECT org, subject, source, labels, min(server), '', '', max(private), max(untrusted), max(at_ms), 0 FROM flow_read GROUP BY org, subject, source, labels;
DROP TABLE flow_read;
CREATE INDEX flow_source_at ON flow_source (org, at_ms);
CREATE INDEX flow_source_agent ON flow_source (org, agent);
-- An agent that is gone reads and sends nothing any more.
CREATE FUNCTION forget_flow_of_agent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM flow_source WHERE org = OLD.org AND agent = OLD.name;
  RETURN NULL;
END;
$$;
CREATE TRIGGER flow_source_of_agent AFTER DELETE ON object FOR EACH ROW WHEN (OLD.kind = 'agent') EXECUTE FUNCTION forget_flow_of_agent();
