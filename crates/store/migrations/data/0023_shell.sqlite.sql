-- The last characters of an API token's secret, by which its owner knows it again. And what a broadcast came to: once it
-- is long over, only how many of whom, and nothing about anybody.

ALTER TABLE api_token ADD COLUMN tail TEXT NOT NULL DEFAULT '';

CREATE TABLE broadcast_count (
  broadcast_id BLOB NOT NULL,
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (broadcast_id, page_id, state, reason)
) STRICT, WITHOUT ROWID;

ALTER TABLE broadcast ADD COLUMN counted_at INTEGER;
CREATE INDEX broadcast_uncounted ON broadcast (finished_at) WHERE finished_at IS NOT NULL AND counted_at IS NULL;
