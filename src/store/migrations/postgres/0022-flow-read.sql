-- Who read what kind of data where, and which process of the gateway knows the values: facts alone, for the window of the flow objects.
CREATE TABLE flow_read (
  org integer NOT NULL,
  subject text NOT NULL,
  process text NOT NULL,
  source text NOT NULL,
  labels text NOT NULL,
  server text NOT NULL,
  private integer NOT NULL,
  untrusted integer NOT NULL,
  at_ms bigint NOT NULL,
  PRIMARY KEY (org, subject, process, source, labels)
);
CREATE INDEX flow_read_at ON flow_read (org, at_ms);
