-- Secret reply addresses: one for each person and ticket.
CREATE TABLE token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person     TEXT    NOT NULL,
    ticket_id  INTEGER REFERENCES ticket (id),
    has_role   INTEGER NOT NULL DEFAULT 0,
    salt       TEXT    NOT NULL,
    digest     TEXT    NOT NULL UNIQUE,
    created_at TEXT    NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE INDEX token_by_person ON token (person, ticket_id);

-- What was known of the sender of a message when it was taken in.
ALTER TABLE message ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
