-- Mail that says nothing secret, and mail that waits for a key.
ALTER TABLE outbox ADD COLUMN clear INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN waits_for_key INTEGER NOT NULL DEFAULT 0;
