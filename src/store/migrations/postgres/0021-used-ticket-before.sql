-- Gateways that were started before 0020 say nothing of when a grant was used: it is taken from the ticket, so that what they used is found as well.
UPDATE approval SET used_ms = (document::json #>> '{ended,timeMs}')::bigint WHERE used_ms IS NULL AND NOT live AND document::json ->> 'state' = 'consumed';

CREATE OR REPLACE FUNCTION sallyport_approval(p_org text, p_id text, p_binding text, p_live boolean, p_agent text, p_version integer, p_created bigint,
  p_expires bigint, p_document text, p_sealed bytea, p_content text, p_call text, p_at bigint)
RETURNS TABLE (first_seq bigint, control_revision bigint, entry_hashes text) LANGUAGE plpgsql AS $$
DECLARE
  v_used bigint;
BEGIN
  IF p_document::json ->> 'state' = 'consumed' THEN v_used := (p_document::json #>> '{ended,timeMs}')::bigint; END IF;
  RETURN QUERY SELECT * FROM sallyport_approval(p_org, p_id, p_binding, p_live, p_agent, p_version, p_created, p_expires, p_document, p_sealed,
    p_content, p_call, p_at, v_used);
END $$;
