-- What changed since a revision is found without looking at every object, and what was deleted since without looking at every version.
CREATE INDEX object_revision ON object (org, revision);
CREATE INDEX object_deleted ON object_history (org, revision) WHERE document IS NULL;
