-- The last characters of an API token's secret, by which its owner knows it again. And what a broadcast came to: once it
-- is long over, only how many of whom, and nothing about anybody.

ALTER TABLE api_token ADD COLUMN tail TEXT NOT NULL DEFAULT '';

CREATE TABLE broadcast_count (
  broadcast_id BYTEA NOT NULL,
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  state BIGINT NOT NULL,
  reason TEXT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (broadcast_id, page_id, state, reason)
);

ALTER TABLE broadcast ADD COLUMN counted_at BIGINT;
CREATE INDEX broadcast_uncounted ON broadcast (finished_at) WHERE finished_at IS NOT NULL AND counted_at IS NULL;
