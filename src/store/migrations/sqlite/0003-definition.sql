-- Texts of approved definitions by their SHA-256, so that a change can be shown line by line.
CREATE TABLE definition (
  org INTEGER NOT NULL REFERENCES organization (id),
  hash TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (org, hash)
) STRICT, WITHOUT ROWID;
