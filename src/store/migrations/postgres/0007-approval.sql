-- Tickets of held calls: facts as JSON, the arguments sealed. One live ticket for one asking.
CREATE TABLE approval (
  org integer NOT NULL,
  id text NOT NULL,
  binding text NOT NULL,
  live boolean NOT NULL,
  agent text NOT NULL,
  version integer NOT NULL,
  created_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  document text NOT NULL,
  sealed bytea,
  PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX approval_live ON approval (org, binding) WHERE live;
CREATE INDEX approval_created ON approval (org, created_ms);
CREATE INDEX approval_waiting ON approval (org, agent, created_ms) WHERE live;

-- Writes one version of a ticket and its entry, under the lock that orders the log. p_version: 1 for a new ticket, else one more than what is
-- stored; p_at: only at this control revision (else first_seq is null). Returns no row when somebody else was faster (or for an unknown organization): then nothing is written.
CREATE FUNCTION sallyport_approval(p_org text, p_id text, p_binding text, p_live boolean, p_agent text, p_version integer, p_created bigint,
  p_expires bigint, p_document text, p_sealed bytea, p_content text, p_call text, p_at bigint)
RETURNS TABLE (first_seq bigint, control_revision bigint, entry_hashes text) LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_revision bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1396788297, hashtext(p_org));
  SELECT o.id, o.revision INTO v_org, v_revision FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RETURN; END IF;
  IF p_at IS NOT NULL AND p_at <> v_revision THEN
    RETURN QUERY SELECT NULL::bigint, v_revision, NULL::text;
    RETURN;
  END IF;
  IF p_version = 1 THEN
    INSERT INTO approval (org, id, binding, live, agent, version, created_ms, expires_ms, document, sealed)
      VALUES (v_org, p_id, p_binding, p_live, p_agent, 1, p_created, p_expires, p_document, p_sealed) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE approval a SET live = p_live, version = p_version, document = p_document
      WHERE a.org = v_org AND a.id = p_id AND a.version = p_version - 1;
  END IF;
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY SELECT * FROM sallyport_append(p_org, p_content, p_call, NULL);
END $$;
