-- When tokens were last used, to the minute or so: written in batches, read at the start and for reports.
CREATE TABLE token_use (
  org integer NOT NULL,
  token text NOT NULL,
  used_ms bigint NOT NULL,
  PRIMARY KEY (org, token)
) WITH (fillfactor = 50);
