-- Versions are changed one node at a time: what a node knows is written down, so that nothing is taken away that it
-- still uses. And a request that is to be done once says which node does it.

ALTER TABLE node ADD COLUMN knows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE idempotency ADD COLUMN holder BLOB;
ALTER TABLE idempotency ADD COLUMN gone_at INTEGER;
