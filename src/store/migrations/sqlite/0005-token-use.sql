-- When tokens were last used, to the minute or so: written in batches, read at the start and for reports.
CREATE TABLE token_use (
  org INTEGER NOT NULL REFERENCES organization (id),
  token TEXT NOT NULL,
  used_ms INTEGER NOT NULL,
  PRIMARY KEY (org, token)
) STRICT, WITHOUT ROWID;
