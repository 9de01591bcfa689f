-- What the writs of a task were signed with and are recognised by, so that a repeated request gets the same writs or none.
ALTER TABLE tasks ADD COLUMN repeat_kid TEXT;
ALTER TABLE tasks ADD COLUMN repeat_answer BLOB;
-- Of a delegated lineage: the lineage from which all of its chain descends.
ALTER TABLE lineages ADD COLUMN root TEXT;
CREATE INDEX lineages_by_root ON lineages (root, expires) WHERE root IS NOT NULL;
-- The last event of the audit that was pruned, once one was: at most one row.
CREATE TABLE audit_pruned (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
