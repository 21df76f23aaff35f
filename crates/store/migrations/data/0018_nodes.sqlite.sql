-- Who serves this installation, and which of them processes which waiting events.

CREATE TABLE node (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  beat INTEGER NOT NULL,
  key_epoch INTEGER NOT NULL,
  version TEXT NOT NULL,
  likeness BLOB NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE inbox ADD COLUMN bucket INTEGER NOT NULL DEFAULT 0;
-- The last hexadecimal digit.
UPDATE inbox SET bucket = instr('0123456789ABCDEF', substr(hex(page_id), 32, 1)) - 1;
