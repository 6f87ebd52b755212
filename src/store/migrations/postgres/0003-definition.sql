-- Texts of approved definitions by their SHA-256, so that a change can be shown line by line.
CREATE TABLE definition (
  org integer NOT NULL,
  hash text NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (org, hash)
);
