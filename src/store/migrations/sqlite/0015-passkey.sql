-- What was used once by passkeys (challenges, invitations), as long as it could be used again; and how far the counter of each has come.
CREATE TABLE passkey_once (
  org INTEGER NOT NULL REFERENCES organization (id),
  key TEXT NOT NULL,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (org, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE passkey_use (
  org INTEGER NOT NULL REFERENCES organization (id),
  credential TEXT NOT NULL,
  counter INTEGER NOT NULL,
  used_ms INTEGER NOT NULL,
  PRIMARY KEY (org, credential)
) STRICT, WITHOUT ROWID;
