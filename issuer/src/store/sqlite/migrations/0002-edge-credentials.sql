-- The hash of an edge's credential that was valid before is valid until a moment, so that a credential can be replaced without haste.
ALTER TABLE edges ADD COLUMN hash_before BLOB;
ALTER TABLE edges ADD COLUMN before_until INTEGER;
