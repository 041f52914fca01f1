-- Rows a desk of this schema could have.
UPDATE outbox SET waits_for_key = 1 WHERE state = 'queued';
