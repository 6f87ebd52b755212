-- Organizations, the log with its erasable payloads, objects with their history, wrapped data keys, and the functions that write them.
CREATE TABLE organization (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  seq bigint NOT NULL DEFAULT 0,
  hash text NOT NULL DEFAULT repeat('0', 64),
  revision bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE entry (
  org integer NOT NULL,
  seq bigint NOT NULL,
  hash text NOT NULL,
  header text NOT NULL,
  content text NOT NULL,
  call text,
  PRIMARY KEY (org, seq)
);
CREATE INDEX entry_by_call ON entry (call, org) WHERE call IS NOT NULL;

CREATE TABLE payload (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org integer NOT NULL,
  seq bigint NOT NULL,
  role text NOT NULL,
  commitment bytea NOT NULL,
  sealed bytea NOT NULL
);
CREATE INDEX payload_by_commitment ON payload (commitment, org);

CREATE TABLE object (
  org integer NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  revision bigint NOT NULL,
  document text NOT NULL,
  PRIMARY KEY (org, kind, name)
);

CREATE TABLE object_history (
  org integer NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  revision bigint NOT NULL,
  document text,
  author text NOT NULL,
  time_ms bigint NOT NULL,
  PRIMARY KEY (org, kind, name, revision)
);

CREATE TABLE data_key (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org integer NOT NULL,
  id text NOT NULL,
  wrapped bytea NOT NULL,
  UNIQUE (org, id)
);

CREATE TABLE health (
  id integer PRIMARY KEY CHECK (id = 1),
  writes bigint NOT NULL
);
INSERT INTO health VALUES (1, 0);

-- The lock that orders the log of one organization, held to the end of the transaction.
CREATE FUNCTION sallyport_lock(p_org text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(1396788297, hashtext(p_org))
$$;

-- Appends entries: lock, head, links, rows, new head, in one call. p_contents: contents joined by newline. p_calls: call ids joined by
-- newline, empty for none. p_payloads: lines of index, role, commitment (hex) and sealed bytes (base64) separated by tabs, or NULL.
-- Returns no row for an unknown organization.
CREATE FUNCTION sallyport_append(p_org text, p_contents text, p_calls text, p_payloads text)
RETURNS TABLE (first_seq bigint, control_revision bigint, entry_hashes text) LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_seq bigint;
  v_prev text;
  v_revision bigint;
  v_contents text[] := string_to_array(p_contents, E'\n');
  v_headers text[] := '{}';
  v_hashes text[] := '{}';
  v_content text;
  v_header text;
  v_next bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1396788297, hashtext(p_org));
  SELECT o.id, o.seq, o.hash, o.revision INTO v_org, v_seq, v_prev, v_revision FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RETURN; END IF;
  v_next := v_seq;
  FOREACH v_content IN ARRAY v_contents LOOP
    v_next := v_next + 1;
    v_header := '{"content":"' || encode(sha256(convert_to(v_content, 'UTF8')), 'hex') || '","org":"' || p_org || '","prev":"' || v_prev
      || '","revision":' || v_revision || ',"seq":' || v_next || ',"v":1}';
    v_prev := encode(sha256(convert_to(v_header, 'UTF8')), 'hex');
    v_headers := array_append(v_headers, v_header);
    v_hashes := array_append(v_hashes, v_prev);
  END LOOP;
  INSERT INTO entry (org, seq, hash, header, content, call)
    SELECT v_org, v_seq + u.n, u.hash, u.header, u.content, nullif(u.call, '')
    FROM unnest(v_hashes, v_headers, v_contents, string_to_array(p_calls, E'\n')) WITH ORDINALITY AS u (hash, header, content, call, n);
  IF p_payloads IS NOT NULL THEN
    INSERT INTO payload (org, seq, role, commitment, sealed)
      SELECT v_org, v_seq + split_part(line, E'\t', 1)::int, split_part(line, E'\t', 2),
        decode(split_part(line, E'\t', 3), 'hex'), decode(split_part(line, E'\t', 4), 'base64')
      FROM string_to_table(p_payloads, E'\n') AS line;
  END IF;
  UPDATE organization SET seq = v_next, hash = v_prev WHERE id = v_org;
  RETURN QUERY SELECT v_seq + 1, v_revision, array_to_string(v_hashes, ',');
END $$;

-- Changes objects: expected revisions, rows, history, control revision and the log entry under the same lock.
-- p_writes: JSON array of {kind, name, document (JSON text or null), expected (number or null)}.
-- With a conflict nothing is written and conflict_at tells which write (from 0). Returns no row for an unknown organization.
CREATE FUNCTION sallyport_write(p_org text, p_writes text, p_author text, p_time_ms bigint, p_content text, p_payloads text)
RETURNS TABLE (conflict_at bigint, current_revision bigint, first_seq bigint, control_revision bigint, entry_hashes text) LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_revision bigint;
  v_write record;
BEGIN
  PERFORM sallyport_lock(p_org);
  SELECT o.id, o.revision + 1 INTO v_org, v_revision FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RETURN; END IF;
  FOR v_write IN
    SELECT w.n - 1 AS n, w.item ->> 'kind' AS kind, w.item ->> 'name' AS name, (w.item ->> 'expected')::bigint AS expected, coalesce(b.revision, 0) AS current
    FROM json_array_elements(p_writes::json) WITH ORDINALITY AS w (item, n)
    LEFT JOIN object b ON b.org = v_org AND b.kind = w.item ->> 'kind' AND b.name = w.item ->> 'name'
    ORDER BY w.n
  LOOP
    IF v_write.expected IS NOT NULL AND v_write.expected <> v_write.current THEN
      RETURN QUERY SELECT v_write.n, v_write.current, NULL::bigint, NULL::bigint, NULL::text;
      RETURN;
    END IF;
  END LOOP;
  FOR v_write IN
    SELECT w.item ->> 'kind' AS kind, w.item ->> 'name' AS name, w.item ->> 'document' AS document
    FROM json_array_elements(p_writes::json) WITH ORDINALITY AS w (item, n) ORDER BY w.n
  LOOP
    IF v_write.document IS NULL THEN
      DELETE FROM object b WHERE b.org = v_org AND b.kind = v_write.kind AND b.name = v_write.name;
      CONTINUE WHEN NOT FOUND;
    ELSE
      INSERT INTO object (org, kind, name, revision, document) VALUES (v_org, v_write.kind, v_write.name, v_revision, v_write.document)
        ON CONFLICT (org, kind, name) DO UPDATE SET revision = excluded.revision, document = excluded.document;
    END IF;
    INSERT INTO object_history (org, kind, name, revision, document, author, time_ms)
      VALUES (v_org, v_write.kind, v_write.name, v_revision, v_write.document, p_author, p_time_ms);
  END LOOP;
  UPDATE organization SET revision = v_revision WHERE id = v_org;
  PERFORM pg_notify('sallyport_change', p_org || ' ' || v_revision);
  RETURN QUERY SELECT NULL::bigint, NULL::bigint, a.first_seq, a.control_revision, a.entry_hashes FROM sallyport_append(p_org, p_content, '', p_payloads) a;
END $$;
