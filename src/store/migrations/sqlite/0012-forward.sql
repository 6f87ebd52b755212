-- How far each forward of the log has come, and which gateway works on it.
CREATE TABLE forward_cursor (
  org INTEGER NOT NULL REFERENCES organization (id),
  name TEXT NOT NULL,
  start TEXT NOT NULL,
  next INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  owner TEXT NOT NULL,
  lease_until_ms INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  last_error TEXT,
  last_error_ms INTEGER,
  last_sent_ms INTEGER,
  PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;
