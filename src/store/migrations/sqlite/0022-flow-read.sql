-- Who read what kind of data where, and which process of the gateway knows the values: facts alone, for the window of the flow objects.
CREATE TABLE flow_read (
  org INTEGER NOT NULL REFERENCES organization (id),
  subject TEXT NOT NULL,
  process TEXT NOT NULL,
  source TEXT NOT NULL,
  labels TEXT NOT NULL,
  server TEXT NOT NULL,
  private INTEGER NOT NULL,
  untrusted INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (org, subject, process, source, labels)
) STRICT, WITHOUT ROWID;
CREATE INDEX flow_read_at ON flow_read (org, at_ms);
