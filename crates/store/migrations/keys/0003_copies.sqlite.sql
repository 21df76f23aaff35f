-- Copies of this key store that left it: until all that are older than an erasure are gone, a backup may open the erased.
CREATE TABLE key_copy (
    id      BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    made_at INTEGER NOT NULL,
    place   TEXT NOT NULL,
    gone_at INTEGER
) STRICT, WITHOUT ROWID;

-- What was destroyed: the log may be lost with the data, and an older copy of the data would not know.
CREATE TABLE erased_key (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    erasure_tag BLOB NOT NULL CHECK (length(erasure_tag) = 32)
) STRICT, WITHOUT ROWID;
