-- Quotas: what is used, in buckets of time; what is set aside for the next round of a call; rates that are counted for all gateways together.
CREATE TABLE quota (
  org integer NOT NULL,
  name text NOT NULL,
  key text NOT NULL,
  bucket_ms bigint NOT NULL,
  used bigint NOT NULL CHECK (used >= 0),
  until_ms bigint NOT NULL,
  PRIMARY KEY (org, name, key, bucket_ms)
) WITH (fillfactor = 70);

CREATE TABLE quota_ticket (
  org integer NOT NULL,
  ticket text NOT NULL,
  items text NOT NULL,
  until_ms bigint NOT NULL,
  PRIMARY KEY (org, ticket)
);

-- A rate that is forgotten by a crash of the database lets a burst through; it needs no write-ahead log.
CREATE UNLOGGED TABLE rate (
  org text NOT NULL,
  key text NOT NULL,
  tat_us bigint NOT NULL,
  PRIMARY KEY (org, key)
) WITH (fillfactor = 70);

-- Reserves all items or none. p_items: JSON array of {name, key, units, max, bucket, after, until}. Returns no row when all are reserved,
-- else the first item without room (from 0), what is used of it, and the oldest bucket that counts.
-- Locks are taken in one order by everybody, by the number they are taken under, so that nobody waits in a circle.
CREATE FUNCTION sallyport_reserve(p_org text, p_items text)
RETURNS TABLE (full_at bigint, full_used bigint, oldest_ms bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_item record;
  v_lock integer;
  v_used bigint;
  v_oldest bigint;
BEGIN
  SELECT o.id INTO v_org FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RAISE EXCEPTION 'there is no such organization'; END IF;
  FOR v_lock IN
    SELECT DISTINCT hashtext(v_org || '/' || (i ->> 'name') || '/' || (i ->> 'key')) AS h FROM json_array_elements(p_items::json) AS i ORDER BY h
  LOOP
    PERFORM pg_advisory_xact_lock(1396788298, v_lock);
  END LOOP;
  FOR v_item IN
    SELECT a.n - 1 AS n, a.i ->> 'name' AS name, a.i ->> 'key' AS key, (a.i ->> 'units')::bigint AS units, (a.i ->> 'max')::bigint AS max,
      (a.i ->> 'after')::bigint AS after
    FROM json_array_elements(p_items::json) WITH ORDINALITY AS a (i, n) ORDER BY a.n
  LOOP
    SELECT coalesce(sum(q.used), 0), min(q.bucket_ms) FILTER (WHERE q.used > 0) INTO v_used, v_oldest FROM quota q
      WHERE q.org = v_org AND q.name = v_item.name AND q.key = v_item.key AND q.bucket_ms > v_item.after;
    IF v_used + v_item.units > v_item.max THEN
      RETURN QUERY SELECT v_item.n, v_used, v_oldest;
      RETURN;
    END IF;
  END LOOP;
  INSERT INTO quota AS q (org, name, key, bucket_ms, used, until_ms)
    SELECT v_org, i ->> 'name', i ->> 'key', (i ->> 'bucket')::bigint, (i ->> 'units')::bigint, (i ->> 'until')::bigint
    FROM json_array_elements(p_items::json) AS i
    ON CONFLICT (org, name, key, bucket_ms) DO UPDATE SET used = q.used + excluded.used, until_ms = greatest(q.until_ms, excluded.until_ms);
END $$;

CREATE FUNCTION sallyport_release(p_org text, p_items text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_lock integer;
BEGIN
  SELECT o.id INTO v_org FROM organization o WHERE o.name = p_org;
  FOR v_lock IN
    SELECT DISTINCT hashtext(v_org || '/' || (i ->> 'name') || '/' || (i ->> 'key')) AS h FROM json_array_elements(p_items::json) AS i ORDER BY h
  LOOP
    PERFORM pg_advisory_xact_lock(1396788298, v_lock);
  END LOOP;
  UPDATE quota q SET used = greatest(0, q.used - (i ->> 'units')::bigint) FROM json_array_elements(p_items::json) AS i
    WHERE q.org = v_org AND q.name = i ->> 'name' AND q.key = i ->> 'key' AND q.bucket_ms = (i ->> 'bucket')::bigint;
END $$;

-- The generic cell rate algorithm on the clock of the database. p_items: JSON array of {key, emission, tolerance}, microseconds.
-- Returns no row when all are taken, else the first that is too fast (from 0) and the microseconds to wait.
CREATE FUNCTION sallyport_rate(p_org text, p_items text) RETURNS TABLE (refused_at bigint, wait_us bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_item record;
  v_lock integer;
  v_now bigint;
  v_tat bigint;
BEGIN
  FOR v_lock IN SELECT DISTINCT hashtext(p_org || '/' || (i ->> 'key')) AS h FROM json_array_elements(p_items::json) AS i ORDER BY h LOOP
    PERFORM pg_advisory_xact_lock(1396788299, v_lock);
  END LOOP;
  v_now := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  FOR v_item IN
    SELECT a.n - 1 AS n, a.i ->> 'key' AS key, (a.i ->> 'emission')::bigint AS emission, (a.i ->> 'tolerance')::bigint AS tolerance
    FROM json_array_elements(p_items::json) WITH ORDINALITY AS a (i, n) ORDER BY a.n
  LOOP
    SELECT r.tat_us INTO v_tat FROM rate r WHERE r.org = p_org AND r.key = v_item.key;
    -- After the clock was put back nobody waits longer than one who has used up everything.
    v_tat := least(coalesce(v_tat, 0), v_now + v_item.tolerance + v_item.emission);
    IF v_tat - v_now > v_item.tolerance THEN
      RETURN QUERY SELECT v_item.n, v_tat - v_now - v_item.tolerance;
      RETURN;
    END IF;
  END LOOP;
  INSERT INTO rate (org, key, tat_us)
    SELECT p_org, i ->> 'key', (i ->> 'emission')::bigint
      + greatest(v_now, least(coalesce(r.tat_us, 0), v_now + (i ->> 'tolerance')::bigint + (i ->> 'emission')::bigint))
    FROM json_array_elements(p_items::json) AS i LEFT JOIN rate r ON r.org = p_org AND r.key = i ->> 'key'
    ON CONFLICT (org, key) DO UPDATE SET tat_us = excluded.tat_us;
END $$;
