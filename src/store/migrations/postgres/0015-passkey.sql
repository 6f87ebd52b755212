-- What was used once by passkeys (challenges, invitations), as long as it could be used again; and how far the counter of each has come.
CREATE TABLE passkey_once (
  org integer NOT NULL,
  key text NOT NULL,
  until_ms bigint NOT NULL,
  PRIMARY KEY (org, key)
);
CREATE TABLE passkey_use (
  org integer NOT NULL,
  credential text NOT NULL,
  counter bigint NOT NULL,
  used_ms bigint NOT NULL,
  PRIMARY KEY (org, credential)
);

-- Uses something up and moves the counter, or does neither: 'used', 'again', 'counter'; null: there is no such organization.
CREATE FUNCTION sallyport_use_passkey(p_org text, p_key text, p_until bigint, p_now bigint, p_credential text, p_counter bigint)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_org integer;
  v_counter bigint;
BEGIN
  SELECT o.id INTO v_org FROM organization o WHERE o.name = p_org;
  IF NOT FOUND THEN RETURN NULL; END IF;
  PERFORM pg_advisory_xact_lock(1396788301, hashtext(p_org));
  IF EXISTS (SELECT FROM passkey_once k WHERE k.org = v_org AND k.key = p_key) THEN RETURN 'again'; END IF;
  SELECT u.counter INTO v_counter FROM passkey_use u WHERE u.org = v_org AND u.credential = p_credential;
  IF FOUND AND p_counter <= v_counter AND NOT (p_counter = 0 AND v_counter = 0) THEN RETURN 'counter'; END IF;
  DELETE FROM passkey_once k WHERE k.org = v_org AND k.until_ms <= p_now;
  INSERT INTO passkey_once (org, key, until_ms) VALUES (v_org, p_key, p_until);
  INSERT INTO passkey_use AS u (org, credential, counter, used_ms) VALUES (v_org, p_credential, p_counter, p_now)
    ON CONFLICT (org, credential) DO UPDATE SET counter = excluded.counter, used_ms = excluded.used_ms;
  RETURN 'used';
END $$;
