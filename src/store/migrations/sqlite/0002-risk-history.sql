-- The history of calls, as kept now and then: it can be built again from the log. One row per organization.
CREATE TABLE risk_history (
  org INTEGER PRIMARY KEY REFERENCES organization (id),
  seq INTEGER NOT NULL,
  beyond TEXT NOT NULL,
  data BLOB NOT NULL
) STRICT;
