-- Under which root of the keys an erasure was done, and how surely the one before is gone: receipts say it.

ALTER TABLE erasure ADD COLUMN root_epoch BIGINT;
ALTER TABLE erasure ADD COLUMN root_class TEXT;
