-- When the grant of a ticket was used, so that calls that were made on an approval lately are found by time.
ALTER TABLE approval ADD COLUMN used_ms INTEGER;
UPDATE approval SET used_ms = json_extract(document, '$.ended.timeMs') WHERE json_extract(document, '$.state') = 'consumed';
CREATE INDEX approval_used ON approval (org, used_ms) WHERE used_ms IS NOT NULL;
