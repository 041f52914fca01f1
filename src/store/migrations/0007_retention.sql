-- Personal data end when their time is over, and the logbook stays whole.

-- What a ticket's data have come to: a legal hold, and what was removed.
CREATE TABLE retention (
    ticket_id           INTEGER PRIMARY KEY REFERENCES ticket (id),
    held_at             TEXT,
    hold_reason         TEXT NOT NULL DEFAULT '',
    reporter_removed_at TEXT
) STRICT;

-- Files no row needs any more, from the transaction that decided it until they are removed.
CREATE TABLE doomed_file (
    kind   TEXT NOT NULL CHECK (kind IN ('raw', 'evidence')),
    digest TEXT NOT NULL,
    PRIMARY KEY (kind, digest)
) STRICT, WITHOUT ROWID;

ALTER TABLE receipt ADD COLUMN removed_at TEXT;
ALTER TABLE message ADD COLUMN removed_at TEXT;

-- The chain covers a salt, so that nobody can find out by trying what a removed entry said. An entry
-- of a desk before this step has none and is chained as it was.
ALTER TABLE logbook ADD COLUMN salt TEXT NOT NULL DEFAULT '';
ALTER TABLE logbook ADD COLUMN redacted_by INTEGER REFERENCES logbook (id);

-- Who caused an entry and what it says may be taken out of it, and nothing else, by a later entry
-- that says so.
DROP TRIGGER logbook_is_append_only_update;
CREATE TRIGGER logbook_is_append_only_update BEFORE UPDATE ON logbook
WHEN NOT (
    NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.ticket_id IS OLD.ticket_id AND NEW.kind = OLD.kind
    AND NEW.message = OLD.message AND NEW.digest = OLD.digest AND NEW.salt = '' AND OLD.kind <> 'redacted'
    AND coalesce(NEW.redacted_by, 0) > max(OLD.id, coalesce(OLD.redacted_by, 0))
    AND EXISTS (SELECT 1 FROM logbook WHERE id = NEW.redacted_by AND kind = 'redacted')
)
BEGIN SELECT RAISE(ABORT, 'the logbook is append-only'); END;
