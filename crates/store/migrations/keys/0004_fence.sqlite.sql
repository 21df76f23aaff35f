-- The number of the right to change the root: it only grows, and what was begun under a lower one is not committed any more.
ALTER TABLE tree ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
