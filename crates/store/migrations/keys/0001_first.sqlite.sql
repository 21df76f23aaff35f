-- Wrapped keys: ciphertext under the parent; the root's own is not here.
CREATE TABLE key (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    parent      BLOB CHECK (length(parent) = 16),
    wrapped     BLOB NOT NULL,
    erasure_tag BLOB NOT NULL CHECK (length(erasure_tag) = 32),
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
