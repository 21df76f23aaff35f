-- The key tree. Keys of a node lie together, so that wrapping them anew touches few pages; the root's own
-- key is not here. The keys from before lie in flat_key until the vault has moved them in.
ALTER TABLE key RENAME TO flat_key;
CREATE INDEX flat_key_by_parent ON flat_key (parent);

CREATE TABLE key (
    node        BLOB NOT NULL CHECK (length(node) = 16),
    id          BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    level       INTEGER NOT NULL CHECK (level >= 0),
    wrapped     BLOB NOT NULL,
    erasure_tag BLOB CHECK (length(erasure_tag) = 32),
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (node, id),
    CHECK ((level = 0) = (erasure_tag IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- One row: where the tree stands, and who may change its root.
CREATE TABLE tree (
    one        INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    epoch      INTEGER NOT NULL,
    shape      INTEGER NOT NULL,
    holder     BLOB CHECK (length(holder) = 16),
    held_until INTEGER NOT NULL
) STRICT;
INSERT INTO tree (one, epoch, shape, held_until) VALUES (1, 0, 0, 0);

-- Nodes that hang on nothing any more; what lies in them opens for nobody and is removed bit by bit.
CREATE TABLE felled (
    node BLOB NOT NULL PRIMARY KEY CHECK (length(node) = 16)
) STRICT, WITHOUT ROWID;
