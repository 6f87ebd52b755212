-- When the grant of a ticket was used, so that calls that were made on an approval lately are found by time.
ALTER TABLE approval ADD COLUMN used_ms bigint;
UPDATE approval SET used_ms = (document::json #>> '{ended,timeMs}')::bigint WHERE document::json ->> 'state' = 'consumed';
CREATE INDEX approval_used ON approval (org, used_ms) WHERE used_ms IS NOT NULL;

-- Writes one version of a ticket and its entry, under the lock that orders the log. p_version: 1 for a new ticket, else one more than what is
-- stored; p_at: only at this control revision (else first_seq is null). Returns no row when somebody else was faster (or for an unknown organization): then nothing is written.
-- The form without p_used stays for gateways that were started before this one.
CREATE FUNCTION sallyport_approval(p_org text, p_id text, p_binding text, p_live boolean, p_agent text, p_version integer, p_created bigint,
  p_expires bigint, p_document text, p_sealed bytea, p_content text, p_call text, p_at bigint, p_used bigint)
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
    INSERT INTO approval (org, id, binding, live, agent, version, created_ms, expires_ms, document, sealed, used_ms)
      VALUES (v_org, p_id, p_binding, p_live, p_agent, 1, p_created, p_expires, p_document, p_sealed, p_used) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE approval a SET live = p_live, version = p_version, document = p_document, used_ms = p_used
      WHERE a.org = v_org AND a.id = p_id AND a.version = p_version - 1;
  END IF;
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY SELECT * FROM sallyport_append(p_org, p_content, p_call, NULL);
END $$;
