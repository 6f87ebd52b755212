-- How often standing grants were used; under the time they were written, so that a changed one begins anew.
CREATE TABLE grant_use (
  org integer NOT NULL,
  key text NOT NULL,
  used bigint NOT NULL,
  used_ms bigint NOT NULL,
  PRIMARY KEY (org, key)
) WITH (fillfactor = 70);

-- One more use of a standing grant and its entry, under the lock that orders the log; only at this control revision (else first_seq is null),
-- and only while p_max, if there is one, is not reached (else no row).
CREATE FUNCTION sallyport_use_grant(p_org text, p_key text, p_max bigint, p_time bigint, p_content text, p_call text, p_at bigint)
RETURNS TABLE (first_seq bigint, control_revision bigint, entry_hashes text) LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_revision bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1396788297, hashtext(p_org));
  SELECT o.id, o.revision INTO v_org, v_revision FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RETURN; END IF;
  IF p_at <> v_revision THEN
    RETURN QUERY SELECT NULL::bigint, v_revision, NULL::text;
    RETURN;
  END IF;
  INSERT INTO grant_use AS g (org, key, used, used_ms) VALUES (v_org, p_key, 1, p_time)
    ON CONFLICT (org, key) DO UPDATE SET used = g.used + 1, used_ms = greatest(g.used_ms, excluded.used_ms) WHERE p_max IS NULL OR g.used < p_max;
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY SELECT * FROM sallyport_append(p_org, p_content, p_call, NULL);
END $$;
