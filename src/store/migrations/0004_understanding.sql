-- Indicators of compromise in a ticket's mails, for "also seen in".
CREATE TABLE indicator (
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
    kind       TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    message_id INTEGER REFERENCES message (id),
    PRIMARY KEY (ticket_id, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX indicator_by_value ON indicator (kind, value, ticket_id);

-- Tickets that have to do with each other without being one.
CREATE TABLE link (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    other_id  INTEGER NOT NULL REFERENCES ticket (id),
    why       TEXT    NOT NULL CHECK (why IN ('mentioned', 'after_closing')),
    at        TEXT    NOT NULL,
    PRIMARY KEY (ticket_id, other_id)
) STRICT, WITHOUT ROWID;

-- Mails that were not written, each with its reason.
CREATE TABLE suppressed (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         TEXT    NOT NULL,
    notice     TEXT    NOT NULL,
    recipient  TEXT    NOT NULL DEFAULT '',
    reason     TEXT    NOT NULL,
    ticket_id  INTEGER REFERENCES ticket (id),
    gathered   INTEGER NOT NULL DEFAULT 0,
    told_at    TEXT
) STRICT;
CREATE INDEX suppressed_by_ticket ON suppressed (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX suppressed_waiting ON suppressed (recipient, id) WHERE gathered = 1 AND told_at IS NULL;

-- Addresses a mail of ours could not be delivered to for good.
CREATE TABLE dead_address (
    address   TEXT    PRIMARY KEY,
    since     TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    outbox_id INTEGER REFERENCES outbox (id)
) STRICT, WITHOUT ROWID;

-- Times in which so much mail came that strangers were not acknowledged.
CREATE TABLE storm (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    began_at TEXT    NOT NULL,
    cause    TEXT    NOT NULL,
    ended_at TEXT
) STRICT;

CREATE INDEX message_report_by_arrival ON message (arrived_at) WHERE meaning = 'report';
CREATE INDEX message_by_sender ON message (sender_address, arrived_at) WHERE sender_address <> '';
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
