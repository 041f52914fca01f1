-- A one-time code that can no longer be used is readable nowhere. Once it is dead and the mails that
-- hold it have left, it is struck out of their words, and their frozen bytes, which carry it in
-- whatever encoding they have, are removed; their digest stays as evidence of what was sent.
ALTER TABLE code ADD COLUMN wiped_at TEXT;
ALTER TABLE outbox ADD COLUMN removed TEXT NOT NULL DEFAULT '';
CREATE INDEX code_unwiped ON code (id) WHERE wiped_at IS NULL;
