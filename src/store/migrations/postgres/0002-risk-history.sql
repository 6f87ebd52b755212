-- The history of calls, as kept now and then: it can be built again from the log. One row per organization.
CREATE TABLE risk_history (
  org integer PRIMARY KEY,
  seq bigint NOT NULL,
  beyond text NOT NULL,
  data bytea NOT NULL
);
