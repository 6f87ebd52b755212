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
  -- The request that the gateway would make by itself, and the answer that is kept for its agent, hold the same.
  DELETE FROM held_answer h WHERE h.org = v_org AND h.ticket IN (SELECT json_array_elements_text(p_tickets::json));
  INSERT INTO erased (org, from_seq, to_seq, by_seq)
    SELECT v_org, (r ->> 'from')::bigint, (r ->> 'to')::bigint, v_seq + 1 FROM json_array_elements(p_ranges::json) AS r;
  IF p_done IS NOT NULL THEN
    INSERT INTO erasure_done AS d (org, name, revision, seq) VALUES (v_org, p_done, p_done_revision, v_seq + 1)
      ON CONFLICT (org, name) DO UPDATE SET revision = excluded.revision, seq = excluded.seq;
  END IF;
  RETURN QUERY SELECT * FROM sallyport_append(p_org, p_content, '', NULL);
END $$;

-- Where a log begins whose older entries are in segments elsewhere.
CREATE TABLE archived (
  org integer PRIMARY KEY,
  seq bigint NOT NULL,
  hash text NOT NULL,
  revision bigint NOT NULL,
  first_hash text NOT NULL,
  first_time text NOT NULL
);

-- Takes entries up to p_seq out and appends the entry that says so, under the lock that orders the log. Only at this control revision, only up to an
-- entry with this hash that is not the last one, and only when no sealed value is left beside them: else first_seq is null and nothing is done.
CREATE FUNCTION sallyport_archive(p_org text, p_at bigint, p_seq bigint, p_hash text, p_revision bigint, p_first_hash text, p_first_time text,
  p_content text)
RETURNS TABLE (first_seq bigint, control_revision bigint, entry_hashes text) LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_revision bigint;
  v_seq bigint;
BEGIN
  PERFORM sallyport_lock(p_org);
  SELECT o.id, o.revision, o.seq INTO v_org, v_revision, v_seq FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RETURN; END IF;
  IF p_at <> v_revision OR p_seq >= v_seq
    OR NOT EXISTS (SELECT 1 FROM entry e WHERE e.org = v_org AND e.seq = p_seq AND e.hash = p_hash)
    OR EXISTS (SELECT 1 FROM payload p WHERE p.org = v_org AND p.seq <= p_seq) THEN
    RETURN QUERY SELECT NULL::bigint, v_revision, NULL::text;
    RETURN;
  END IF;
  DELETE FROM entry e WHERE e.org = v_org AND e.seq <= p_seq;
  INSERT INTO archived (org, seq, hash, revision, first_hash, first_time) VALUES (v_org, p_seq, p_hash, p_revision, p_first_hash, p_first_time)
    ON CONFLICT (org) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, revision = excluded.revision;
  RETURN QUERY SELECT * FROM sallyport_append(p_org, p_content, '', NULL);
END $$;
