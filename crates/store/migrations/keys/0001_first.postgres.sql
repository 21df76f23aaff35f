-- Wrapped keys: ciphertext under the parent; the root's own is not here.
CREATE TABLE key (
    id          BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    parent      BYTEA CHECK (length(parent) = 16),
    wrapped     BYTEA NOT NULL,
    erasure_tag BYTEA NOT NULL CHECK (length(erasure_tag) = 32),
    created_at  BIGINT NOT NULL
);

CREATE TABLE record (
    name  TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);
