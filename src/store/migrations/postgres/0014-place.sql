-- Calls that are under way, counted for all gateways together: a row for each place that is taken. A row counts as long as the database session
-- of the process that took it lives, so a crash frees its places. Forgotten by a crash of the database, which ends those sessions too.
CREATE UNLOGGED TABLE place (
  org text NOT NULL,
  key text NOT NULL,
  ticket text NOT NULL,
  owner integer NOT NULL,
  owner_since text NOT NULL,
  PRIMARY KEY (org, key, ticket)
) WITH (fillfactor = 70);
CREATE INDEX place_ticket ON place (ticket);

-- Takes a place under every key or none. p_items: JSON array of {key, max}. Returns -1 when all are taken, -2 when the owner's session is gone,
-- else the number (from 0) of the first key without room. Locks are taken in one order by everybody.
CREATE FUNCTION sallyport_place(p_org text, p_items text, p_ticket text, p_owner integer, p_since text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_item record;
  v_lock integer;
  v_taken bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = p_owner AND a.backend_start::text = p_since) THEN RETURN -2; END IF;
  FOR v_lock IN SELECT DISTINCT hashtext(p_org || '/' || (i ->> 'key')) AS h FROM json_array_elements(p_items::json) AS i ORDER BY h LOOP
    PERFORM pg_advisory_xact_lock(1396788300, v_lock);
  END LOOP;
  FOR v_item IN
    SELECT a.n - 1 AS n, a.i ->> 'key' AS key, (a.i ->> 'max')::bigint AS max FROM json_array_elements(p_items::json) WITH ORDINALITY AS a (i, n) ORDER BY a.n
  LOOP
    SELECT count(*) INTO v_taken FROM place p WHERE p.org = p_org AND p.key = v_item.key;
    IF v_taken >= v_item.max THEN
      -- Only now is it worth asking who is still there.
      DELETE FROM place p WHERE p.org = p_org AND p.key = v_item.key
        AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = p.owner AND a.backend_start::text = p.owner_since);
      SELECT count(*) INTO v_taken FROM place p WHERE p.org = p_org AND p.key = v_item.key;
      IF v_taken >= v_item.max THEN RETURN v_item.n; END IF;
    END IF;
  END LOOP;
  INSERT INTO place (org, key, ticket, owner, owner_since)
    SELECT p_org, i ->> 'key', p_ticket, p_owner, p_since FROM json_array_elements(p_items::json) AS i;
  RETURN -1;
END $$;
