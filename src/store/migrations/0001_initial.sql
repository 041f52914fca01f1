-- One row per place where a message lay: what the mail server gave us, and what became of it.
CREATE TABLE receipt (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox      TEXT    NOT NULL,
    place        TEXT    NOT NULL,
    raw          TEXT    NOT NULL,                 -- digest of the raw file
    size_bytes   INTEGER NOT NULL,                 -- as the server states it
    whole        INTEGER NOT NULL DEFAULT 1,       -- 0: only the header block was fetched
    arrived_at   TEXT    NOT NULL,                 -- the server's INTERNALDATE
    received_at  TEXT    NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 1,       -- counted before each reading
    state        TEXT    NOT NULL DEFAULT 'received'
                 CHECK (state IN ('received', 'taken', 'duplicate', 'ignored', 'archived', 'held')),
    reason       TEXT    NOT NULL DEFAULT '',
    message_id   INTEGER REFERENCES message (id),
    UNIQUE (mailbox, place)
) STRICT;
CREATE INDEX receipt_by_raw ON receipt (raw);
CREATE INDEX receipt_by_state ON receipt (state) WHERE state IN ('received', 'held');

-- One reported case.
CREATE TABLE ticket (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    prefix           TEXT    NOT NULL,
    year             INTEGER NOT NULL,
    serial           INTEGER NOT NULL,
    subject          TEXT    NOT NULL DEFAULT '',
    reporter_name    TEXT    NOT NULL DEFAULT '',
    reporter_address TEXT,
    language         TEXT    NOT NULL,
    status           TEXT    NOT NULL,
    opened_at        TEXT    NOT NULL,
    stage_started_at TEXT    NOT NULL,
    due_at           TEXT,                          -- working time, or calendar for Kritis
    due_calendar_at  TEXT,                          -- always calendar time
    UNIQUE (prefix, year, serial)
) STRICT;
CREATE INDEX ticket_by_status ON ticket (status);

-- Who is known to a ticket besides the team.
CREATE TABLE participant (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    address   TEXT    NOT NULL,                     -- lower-case
    pending   INTEGER NOT NULL DEFAULT 0,           -- joined by reference, not yet let in
    PRIMARY KEY (ticket_id, address)
) STRICT;

-- One received message, whatever number of places it lay in.
CREATE TABLE message (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    core           TEXT    NOT NULL UNIQUE,         -- digest without trace headers
    raw            TEXT    NOT NULL,
    size_bytes     INTEGER NOT NULL,
    ticket_id      INTEGER REFERENCES ticket (id),
    header_id      TEXT    NOT NULL DEFAULT '',     -- its Message-ID; not unique: ids are reused
    meaning        TEXT    NOT NULL,
    sender_name    TEXT    NOT NULL DEFAULT '',
    sender_address TEXT    NOT NULL DEFAULT '',
    subject        TEXT    NOT NULL DEFAULT '',
    language       TEXT    NOT NULL,
    pending        INTEGER NOT NULL DEFAULT 0,
    automatic      TEXT    NOT NULL DEFAULT '',
    defects        TEXT    NOT NULL DEFAULT '[]',   -- JSON array of names
    text           TEXT    NOT NULL DEFAULT '',
    new_text       TEXT    NOT NULL DEFAULT '',
    arrived_at     TEXT    NOT NULL,
    dated_at       TEXT                              -- the sender's claim
) STRICT;
CREATE INDEX message_by_ticket ON message (ticket_id);
CREATE INDEX message_by_header_id ON message (header_id) WHERE header_id <> '';

CREATE TABLE attachment (
    message_id   INTEGER NOT NULL REFERENCES message (id),
    position     INTEGER NOT NULL,
    filename     TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    content      TEXT    NOT NULL,
    size_bytes   INTEGER NOT NULL,
    digest       TEXT    NOT NULL,
    inline       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (message_id, position)
) STRICT;
CREATE INDEX attachment_by_digest ON attachment (digest);

-- Every Message-ID ever named in a ticket's mails, of mails we never received too.
CREATE TABLE reference (
    header_id TEXT    NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    PRIMARY KEY (header_id, ticket_id)
) STRICT, WITHOUT ROWID;

-- A stored wake-up that causes a reminder or an escalation.
CREATE TABLE timer (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    stage     TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    due_at    TEXT    NOT NULL,
    fired_at  TEXT,
    -- A stage begun again has a later deadline and timers of its own.
    deadline  TEXT    NOT NULL,
    UNIQUE (ticket_id, stage, deadline, kind)
) STRICT;
CREATE INDEX timer_waiting ON timer (due_at) WHERE fired_at IS NULL;

-- A mail decided and frozen, and what became of it.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    purpose         TEXT    NOT NULL UNIQUE,        -- why this mail exists; it cannot exist twice
    ticket_id       INTEGER REFERENCES ticket (id),
    notice          TEXT    NOT NULL,
    class           TEXT    NOT NULL CHECK (class IN ('acknowledgement', 'request')),
    evidence        TEXT    NOT NULL DEFAULT '',    -- of the sender who is acknowledged
    recipient       TEXT    NOT NULL,
    envelope_from   TEXT,
    header_id       TEXT    NOT NULL DEFAULT '',
    subject         TEXT    NOT NULL DEFAULT '',
    bytes           BLOB    NOT NULL DEFAULT x'',
    state           TEXT    NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'sending', 'sent', 'in_doubt', 'failed')),
    doubtful        INTEGER NOT NULL DEFAULT 0,     -- an earlier attempt may have arrived
    attempts        INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT    NOT NULL,
    next_attempt_at TEXT    NOT NULL,
    sent_at         TEXT,
    reply           TEXT    NOT NULL DEFAULT '',    -- the server's last word, or ours
    bounced         TEXT    NOT NULL DEFAULT ''     -- what a bounce said about it
) STRICT;
CREATE INDEX outbox_waiting ON outbox (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';
CREATE INDEX outbox_by_ticket ON outbox (ticket_id);
CREATE INDEX outbox_acknowledged ON outbox (created_at, recipient) WHERE class = 'acknowledgement';
CREATE INDEX outbox_by_header_id ON outbox (header_id);

-- What happened: append-only, each entry chained to the digest of the one before.
CREATE TABLE logbook (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         TEXT    NOT NULL,
    ticket_id  INTEGER REFERENCES ticket (id),
    actor      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    message    TEXT    NOT NULL DEFAULT '',          -- digest of the raw mail behind it
    detail     TEXT    NOT NULL DEFAULT '{}',        -- JSON object
    digest     TEXT    NOT NULL
) STRICT;
CREATE INDEX logbook_by_ticket ON logbook (ticket_id);

CREATE TRIGGER logbook_is_append_only_update BEFORE UPDATE ON logbook
BEGIN SELECT RAISE(ABORT, 'the logbook is append-only'); END;
CREATE TRIGGER logbook_is_append_only_delete BEFORE DELETE ON logbook
BEGIN SELECT RAISE(ABORT, 'the logbook is append-only'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER logbook_is_append_only_insert BEFORE INSERT ON logbook
WHEN EXISTS (SELECT 1 FROM logbook WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the logbook is append-only'); END;

-- Facts about this desk's database itself.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
