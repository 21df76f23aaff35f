-- Who serves this installation, and which of them processes which waiting events.

CREATE TABLE node (
  id BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  beat BIGINT NOT NULL,
  key_epoch BIGINT NOT NULL,
  version TEXT NOT NULL,
  likeness BYTEA NOT NULL
);

ALTER TABLE inbox ADD COLUMN bucket INTEGER NOT NULL DEFAULT 0;
UPDATE inbox SET bucket = get_byte(page_id, 15) % 16;
