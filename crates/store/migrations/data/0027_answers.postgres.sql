-- Answers that are due are found in their order, without a look at all that wait.

CREATE INDEX outbox_due ON outbox (page_id, next_at, id) WHERE state = 0;
