-- How the answer of a held call reaches its agent: the request that the gateway makes by itself once it is approved, and the answer, both sealed.
CREATE TABLE held_answer (
  org integer NOT NULL,
  ticket text NOT NULL,
  request bytea,
  answer bytea,
  lease_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  PRIMARY KEY (org, ticket)
);
CREATE INDEX held_answer_waiting ON held_answer (org, ticket) WHERE request IS NOT NULL AND answer IS NULL;
CREATE INDEX held_answer_until ON held_answer (until_ms);
CREATE INDEX approval_binding ON approval (org, binding, created_ms);
