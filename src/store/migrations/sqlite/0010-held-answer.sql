-- How the answer of a held call reaches its agent: the request that the gateway makes by itself once it is approved, and the answer, both sealed.
CREATE TABLE held_answer (
  org INTEGER NOT NULL REFERENCES organization (id),
  ticket TEXT NOT NULL,
  request BLOB,
  answer BLOB,
  lease_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (org, ticket)
) STRICT;
CREATE INDEX held_answer_waiting ON held_answer (org, ticket) WHERE request IS NOT NULL AND answer IS NULL;
CREATE INDEX held_answer_until ON held_answer (until_ms);
CREATE INDEX approval_binding ON approval (org, binding, created_ms);
