-- Erasure of sealed values: which entry says that those of which entries are gone; requests that are done; who does work of which one is enough.
CREATE TABLE erased (
  org integer NOT NULL,
  from_seq bigint NOT NULL,
  to_seq bigint NOT NULL,
  by_seq bigint NOT NULL,
  PRIMARY KEY (org, from_seq, by_seq)
);

CREATE TABLE erasure_done (
  org integer NOT NULL,
  name text NOT NULL,
  revision bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (org, name)
);

CREATE TABLE work (
  name text PRIMARY KEY,
  holder text NOT NULL,
  until_ms bigint NOT NULL
);

-- Deletes these sealed values and those of these tickets and appends the entry that says so, under the lock that orders the log. p_values: ids of
-- payloads joined by commas; p_ranges: JSON array of {from, to}, numbers of their entries; p_tickets: JSON array of ids, none of them live.
-- Only at this control revision, and only when all of it is there: else first_seq is null and nothing is done. No row for an unknown organization.
CREATE FUNCTION sallyport_erase(p_org text, p_at bigint, p_values text, p_ranges text, p_tickets text, p_done text, p_done_revision bigint,
  p_content text)
RETURNS TABLE (first_seq bigint, control_revision bigint, entry_hashes text) LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_revision bigint;
  v_seq bigint;
  v_values bigint[] := coalesce(string_to_array(nullif(p_values, ''), ',')::bigint[], '{}');
  v_found bigint;
  v_tickets bigint;
BEGIN
  PERFORM sallyport_lock(p_org);
  SELECT o.id, o.revision, o.seq INTO v_org, v_revision, v_seq FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT count(*) INTO v_found FROM payload p WHERE p.id = ANY (v_values) AND p.org = v_org;
  SELECT count(*) INTO v_tickets FROM approval a
    WHERE a.org = v_org AND a.sealed IS NOT NULL AND NOT a.live AND a.id IN (SELECT json_array_elements_text(p_tickets::json));
  IF p_at <> v_revision OR v_found <> cardinality(v_values) OR v_tickets <> json_array_length(p_tickets::json) THEN
    RETURN QUERY SELECT NULL::bigint, v_revision, NULL::text;
    RETURN;
  END IF;
  DELETE FROM payload p WHERE p.id = ANY (v_values) AND p.org = v_org;
  UPDATE approval a SET sealed = NULL WHERE a.org = v_org AND a.id IN (SELECT json_array_elements_text(p_tickets::json));
  INSERT INTO erased (org, from_seq, to_seq, by_seq)
    SELECT v_org, (r ->> 'from')::bigint, (r ->> 'to')::bigint, v_seq + 1 FROM json_array_elements(p_ranges::json) AS r;
  IF p_done IS NOT NULL THEN
    INSERT INTO erasure_done AS d (org, name, revision, seq) VALUES (v_org, p_done, p_done_revision, v_seq + 1)
      ON CONFLICT (org, name) DO UPDATE SET revision = excluded.revision, seq = excluded.seq;
  END IF;
  RETURN QUERY SELECT * FROM sallyport_append(p_org, p_content, '', NULL);
END $$;
