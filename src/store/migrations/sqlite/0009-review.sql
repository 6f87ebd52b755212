-- How often standing grants were used; under the time they were written, so that a changed one begins anew.
CREATE TABLE grant_use (
  org INTEGER NOT NULL REFERENCES organization (id),
  key TEXT NOT NULL,
  used INTEGER NOT NULL,
  used_ms INTEGER NOT NULL,
  PRIMARY KEY (org, key)
) STRICT;
