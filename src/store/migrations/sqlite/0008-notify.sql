-- Notifications: how far each subscription has read the log, and what is to be delivered. The log is the outbox; rows here are copies of what it says.
CREATE TABLE notify_cursor (
  org INTEGER NOT NULL REFERENCES organization (id),
  subscription TEXT NOT NULL,
  since INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (org, subscription)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  org INTEGER NOT NULL REFERENCES organization (id),
  subscription TEXT NOT NULL,
  event TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  seq INTEGER NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
  attempts INTEGER NOT NULL,
  error TEXT,
  created_ms INTEGER NOT NULL,
  next_ms INTEGER NOT NULL,
  settled_ms INTEGER,
  holder TEXT,
  lease_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE (org, subscription, event)
) STRICT;

CREATE INDEX delivery_pending ON delivery (org, subscription, subject, id) WHERE status = 'pending';
CREATE INDEX delivery_delivered ON delivery (org, id) WHERE status = 'delivered';
CREATE INDEX delivery_dead ON delivery (org, id) WHERE status = 'dead';
CREATE INDEX delivery_settled ON delivery (settled_ms) WHERE settled_ms IS NOT NULL;
