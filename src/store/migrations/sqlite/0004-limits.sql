-- Quotas: what is used, in buckets of time; what is set aside for the next round of a call.
CREATE TABLE quota (
  org INTEGER NOT NULL REFERENCES organization (id),
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  bucket_ms INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (org, name, key, bucket_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE quota_ticket (
  org INTEGER NOT NULL REFERENCES organization (id),
  ticket TEXT NOT NULL,
  items TEXT NOT NULL,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (org, ticket)
) STRICT, WITHOUT ROWID;
