-- The present schema, column by column. Nothing reads this file but people and a test: the database
-- is made by the steps in migrations/, and the test fails when the two differ or a column stands
-- here without an explanation.
--
-- Times are RFC 3339 in UTC with milliseconds, so that text order is time order. Digests are SHA-256
-- in lower-case hexadecimal. Names of states and kinds are those of the enums in src/domain and in
-- the file of the table.

-- Where each message lay, and what became of it there: one row per place. (receipts.rs)
CREATE TABLE receipt (
    id           INTEGER PRIMARY KEY AUTOINCREMENT, -- number people see for a held mail
    mailbox      TEXT    NOT NULL,                  -- name of the mailbox with its folder
    place        TEXT    NOT NULL,                  -- where it lay there: UIDVALIDITY and UID, or a file name
    raw          TEXT    NOT NULL,                  -- digest of the raw file
    size_bytes   INTEGER NOT NULL,                  -- size as the server states it
    whole        INTEGER NOT NULL DEFAULT 1,        -- 0: only the header block was fetched
    arrived_at   TEXT    NOT NULL,                  -- when it reached the mail server (INTERNALDATE)
    received_at  TEXT    NOT NULL,                  -- when it became durable here
    attempts     INTEGER NOT NULL DEFAULT 1,        -- readings begun, counted before each one
    state        TEXT    NOT NULL DEFAULT 'received' -- what became of it
                 CHECK (state IN ('received', 'taken', 'duplicate', 'ignored', 'archived', 'held')),
    reason       TEXT    NOT NULL DEFAULT '',       -- why, for people
    message_id   INTEGER REFERENCES message (id),   -- the message it is a delivery of; NULL until it was read
    UNIQUE (mailbox, place)
) STRICT;
CREATE INDEX receipt_by_raw ON receipt (raw);
CREATE INDEX receipt_by_state ON receipt (state) WHERE state IN ('received', 'held');

-- One reported case. (tickets.rs)
CREATE TABLE ticket (
    id               INTEGER PRIMARY KEY AUTOINCREMENT, -- row id, never shown
    prefix           TEXT    NOT NULL,                  -- first part of its number: CIAMIS
    year             INTEGER NOT NULL,                  -- local year in which the report arrived
    serial           INTEGER NOT NULL,                  -- counts from 1 in each year
    subject          TEXT    NOT NULL DEFAULT '',       -- of the first mail, as the sender wrote it
    reporter_name    TEXT    NOT NULL DEFAULT '',       -- what the reporter calls himself; proves nothing
    reporter_address TEXT,                              -- NULL: the report has no usable sender
    language         TEXT    NOT NULL,                  -- of the reporter: id or en
    status           TEXT    NOT NULL,                  -- where it stands
    opened_at        TEXT    NOT NULL,                  -- when the report reached the mail server
    stage_started_at TEXT    NOT NULL,                  -- when the running stage began
    due_at           TEXT,                              -- its deadline by the time that counts; NULL: no clock runs
    due_calendar_at  TEXT,                              -- the same deadline by the calendar, for the record
    UNIQUE (prefix, year, serial)
) STRICT;
CREATE INDEX ticket_by_status ON ticket (status);

-- Who is known to a ticket besides the team. (tickets.rs)
CREATE TABLE participant (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id), -- the ticket
    address   TEXT    NOT NULL,                        -- lower-case
    pending   INTEGER NOT NULL DEFAULT 0,              -- 1: joined by reference and waits to be let in
    PRIMARY KEY (ticket_id, address)
) STRICT;

-- One received message, whatever number of places it lay in. (messages.rs)
CREATE TABLE message (
    id             INTEGER PRIMARY KEY AUTOINCREMENT, -- row id
    core           TEXT    NOT NULL UNIQUE,           -- digest without trace headers: the same for every delivery
    raw            TEXT    NOT NULL,                  -- digest of the raw file of its first delivery
    size_bytes     INTEGER NOT NULL,                  -- size of that raw file
    ticket_id      INTEGER REFERENCES ticket (id),    -- NULL: on no ticket
    header_id      TEXT    NOT NULL DEFAULT '',       -- its Message-ID without brackets; not unique, ids are reused
    meaning        TEXT    NOT NULL,                  -- what it meant when it was taken in
    sender_name    TEXT    NOT NULL DEFAULT '',       -- display name; proves nothing
    sender_address TEXT    NOT NULL DEFAULT '',       -- the one usable From; empty if there is none
    subject        TEXT    NOT NULL DEFAULT '',       -- decoded, one line
    language       TEXT    NOT NULL,                  -- id or en
    pending        INTEGER NOT NULL DEFAULT 0,        -- 1: its sender was unknown to the ticket
    automatic      TEXT    NOT NULL DEFAULT '',       -- why it may not be answered; empty: a person's mail
    defects        TEXT    NOT NULL DEFAULT '[]',     -- what was odd about it: JSON array of names
    text           TEXT    NOT NULL DEFAULT '',       -- the whole decoded body
    new_text       TEXT    NOT NULL DEFAULT '',       -- without quotes and signature; for reading only
    arrived_at     TEXT    NOT NULL,                  -- when it reached the mail server
    dated_at       TEXT                               -- when the sender claims to have written it
) STRICT;
CREATE INDEX message_by_ticket ON message (ticket_id);
CREATE INDEX message_by_header_id ON message (header_id) WHERE header_id <> '';

-- The files of a message; their bytes lie in evidence/ under their digest. (messages.rs)
CREATE TABLE attachment (
    message_id   INTEGER NOT NULL REFERENCES message (id), -- the message
    position     INTEGER NOT NULL,                         -- place among its files, from 0
    filename     TEXT    NOT NULL,                         -- decoded and made safe
    content_type TEXT    NOT NULL,                         -- as declared
    content      TEXT    NOT NULL,                         -- what the first bytes say it is
    size_bytes   INTEGER NOT NULL,                         -- size of the decoded file
    digest       TEXT    NOT NULL,                         -- of the decoded file
    inline       INTEGER NOT NULL DEFAULT 0,               -- 1: shown inside the text
    PRIMARY KEY (message_id, position)
) STRICT;
CREATE INDEX attachment_by_digest ON attachment (digest);

-- Every Message-ID named in a ticket's mails, of mails that never came here too. (messages.rs)
CREATE TABLE reference (
    header_id TEXT    NOT NULL,                        -- without brackets
    ticket_id INTEGER NOT NULL REFERENCES ticket (id), -- the ticket whose mails name it
    PRIMARY KEY (header_id, ticket_id)
) STRICT, WITHOUT ROWID;

-- Stored wake-ups: reminders and escalations. (timers.rs)
CREATE TABLE timer (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,       -- row id
    ticket_id INTEGER NOT NULL REFERENCES ticket (id), -- the ticket it watches over
    stage     TEXT    NOT NULL,                        -- the stage it belongs to
    kind      TEXT    NOT NULL,                        -- reminder-50, escalation-100: what it causes, at which share
    due_at    TEXT    NOT NULL,                        -- when it fires; later if that was a night
    fired_at  TEXT,                                    -- when it fired; NULL: it waits
    deadline  TEXT    NOT NULL,                        -- of the stage: one begun again has timers of its own
    UNIQUE (ticket_id, stage, deadline, kind)
) STRICT;
CREATE INDEX timer_waiting ON timer (due_at) WHERE fired_at IS NULL;

-- Mails decided and frozen, and what became of them. (outbox.rs)
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT, -- stands in its Message-ID
    purpose         TEXT    NOT NULL UNIQUE,           -- why it exists: no second mail for the same purpose
    ticket_id       INTEGER REFERENCES ticket (id),    -- NULL: about no ticket
    notice          TEXT    NOT NULL,                  -- folder of its template
    class           TEXT    NOT NULL CHECK (class IN ('acknowledgement', 'request')), -- what doubt leads to
    evidence        TEXT    NOT NULL DEFAULT '',       -- for the sender who is acknowledged: pass or none
    recipient       TEXT    NOT NULL,                  -- the one address, lower-case
    envelope_from   TEXT,                              -- NULL: the null sender <>
    header_id       TEXT    NOT NULL DEFAULT '',       -- its Message-ID without brackets
    subject         TEXT    NOT NULL DEFAULT '',       -- for lists
    bytes           BLOB    NOT NULL DEFAULT x'',      -- the whole mail; never changed
    state           TEXT    NOT NULL DEFAULT 'queued'  -- what became of it
                    CHECK (state IN ('queued', 'sending', 'sent', 'in_doubt', 'failed')),
    doubtful        INTEGER NOT NULL DEFAULT 0,        -- 1: an earlier attempt may have arrived
    attempts        INTEGER NOT NULL DEFAULT 0,        -- attempts begun
    created_at      TEXT    NOT NULL,                  -- when it was decided
    next_attempt_at TEXT    NOT NULL,                  -- when it is tried next
    sent_at         TEXT,                              -- when the provider took it
    reply           TEXT    NOT NULL DEFAULT '',       -- the server's last word, or ours
    bounced         TEXT    NOT NULL DEFAULT ''        -- what a bounce said about it
) STRICT;
CREATE INDEX outbox_waiting ON outbox (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';
CREATE INDEX outbox_by_ticket ON outbox (ticket_id);
CREATE INDEX outbox_acknowledged ON outbox (created_at, recipient) WHERE class = 'acknowledgement';
CREATE INDEX outbox_by_header_id ON outbox (header_id);

-- What happened, append-only: each entry is chained to the one before. (logbook.rs)
CREATE TABLE logbook (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- position in the chain, without gaps
    at         TEXT    NOT NULL,                  -- when it was written
    ticket_id  INTEGER REFERENCES ticket (id),    -- NULL: about no ticket
    actor      TEXT    NOT NULL,                  -- siaga, operator, unknown, or role:address
    kind       TEXT    NOT NULL,                  -- what happened
    message    TEXT    NOT NULL DEFAULT '',       -- digest of the raw mail behind it
    detail     TEXT    NOT NULL DEFAULT '{}',     -- particulars: JSON object
    digest     TEXT    NOT NULL                   -- of the entry before and all of this one
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

-- Facts about this desk's database itself. (meta.rs)
CREATE TABLE meta (
    key   TEXT PRIMARY KEY, -- first_start: the moment before which mail is only filed
    value TEXT NOT NULL     -- the fact
) STRICT, WITHOUT ROWID;
