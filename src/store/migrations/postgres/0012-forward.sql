-- How far each forward of the log has come, and which gateway works on it.
CREATE TABLE forward_cursor (
  org integer NOT NULL,
  name text NOT NULL,
  start text NOT NULL,
  next bigint NOT NULL,
  epoch bigint NOT NULL,
  owner text NOT NULL,
  lease_until_ms bigint NOT NULL,
  sent bigint NOT NULL,
  lost bigint NOT NULL,
  failures integer NOT NULL,
  last_error text,
  last_error_ms bigint,
  last_sent_ms bigint,
  PRIMARY KEY (org, name)
);
