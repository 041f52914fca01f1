-- The present schema, column by column. A database on disk is made by the steps in migrations/; one in
-- memory is made by this file, in a tenth of the time. A test fails when the two differ or a column
-- stands here without an explanation.
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
    removed_at   TEXT,                              -- when its raw file was given up; NULL: it is kept
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
    revision         INTEGER NOT NULL DEFAULT 0,        -- how often it was changed
    assignee         TEXT,                              -- address of the analyst who has taken it
    kind             TEXT,                              -- what kind of incident, as an analyst types it: judol
    finding          TEXT,                              -- incident or vulnerability
    severity         TEXT,                              -- low, medium, high or critical
    opd              TEXT,                              -- code of the OPD that owns the system
    system           TEXT,                              -- the affected host
    tlp              TEXT NOT NULL DEFAULT 'amber',     -- who may be shown the report
    urgent           INTEGER NOT NULL DEFAULT 0,        -- 1: DARURAT
    personal_data    INTEGER NOT NULL DEFAULT 0,        -- 1: personal data may have been revealed
    vital            INTEGER NOT NULL DEFAULT 0,        -- 1: vital infrastructure (IIV)
    anonymous        INTEGER NOT NULL DEFAULT 0,        -- 1: the reporter wants no name
    risk_accepted    INTEGER NOT NULL DEFAULT 0,        -- 1: closed with the risk accepted by the OPD's head
    offline          INTEGER NOT NULL DEFAULT 0,        -- 1: the system was switched off
    reopened         INTEGER NOT NULL DEFAULT 0,        -- times it was opened again
    false_fixes      INTEGER NOT NULL DEFAULT 0,        -- repairs that did not hold
    questions        INTEGER NOT NULL DEFAULT 0,        -- questions the reporter was asked
    opd_reminders    INTEGER NOT NULL DEFAULT 0,        -- reminders the OPD got
    escalation       INTEGER NOT NULL DEFAULT 0,        -- highest rung climbed after the OPD's deadline
    parent           TEXT,                              -- number of the ticket it is a part or a duplicate of
    closed_by        TEXT,                              -- address of who closed it
    closed_at        TEXT,                              -- when it was closed; NULL: it is open
    warned_at        TEXT,                              -- when the OPD was warned early
    forwarded_at     TEXT,                              -- when the report was forwarded last
    claim            TEXT,                              -- what the OPD says it has done, until that is checked
    objected_at      TEXT,                              -- when the reporter objected to the end
    bssn_at          TEXT,                              -- when BSSN was told
    reporter_told_at TEXT,                              -- when the reporter was told of the end
    UNIQUE (prefix, year, serial)
) STRICT;
CREATE INDEX ticket_by_status ON ticket (status);
CREATE INDEX ticket_by_parent ON ticket (parent) WHERE parent IS NOT NULL;

-- The clocks of a ticket: one row each time a timed step is done. (deadlines.rs)
CREATE TABLE deadline (
    ticket_id       INTEGER NOT NULL REFERENCES ticket (id), -- whose clock it is
    position        INTEGER NOT NULL,                        -- in the order in which they began, from 0
    stage           TEXT    NOT NULL,                        -- the step
    round           INTEGER NOT NULL,                        -- which time this step is done, from 1
    started_at      TEXT    NOT NULL,                        -- when it began
    due_at          TEXT    NOT NULL,                        -- when the step must be finished
    due_calendar_at TEXT    NOT NULL,                        -- the same by the calendar, for the record
    counting        TEXT    NOT NULL CHECK (counting IN ('working', 'calendar')), -- which time counts
    state           TEXT    NOT NULL CHECK (state IN ('running', 'paused', 'met', 'missed', 'void')), -- what it does, or how it ended
    since           TEXT    NOT NULL,                        -- since when it does so, or when it ended
    idle_working_seconds  INTEGER NOT NULL DEFAULT 0,        -- how long it stood still, in working time
    idle_calendar_seconds INTEGER NOT NULL DEFAULT 0,        -- the same by the calendar
    PRIMARY KEY (ticket_id, position),
    UNIQUE (ticket_id, stage, round)
) STRICT;

-- The numbered versions of a ticket's analysis report, never changed. (reports.rs)
CREATE TABLE report (
    ticket_id    INTEGER NOT NULL REFERENCES ticket (id), -- what it is about
    version      INTEGER NOT NULL,                        -- from 1
    digest       TEXT    NOT NULL,                        -- over all of it: what an approval is bound to
    submitted_by TEXT,                                    -- address of the analyst; NULL: at the command line
    submitted_at TEXT    NOT NULL,                        -- when it was handed in
    file_name    TEXT,                                    -- safe name of its document; NULL: it is paragraphs
    file_content TEXT,                                    -- what the document is, by content
    file_bytes   INTEGER,                                 -- size of the document
    file_digest  TEXT,                                    -- digest of the document: the name of its file
    sections     TEXT    NOT NULL DEFAULT '{}',           -- JSON object: each section's paragraphs
    PRIMARY KEY (ticket_id, version)
) STRICT;

-- The approval that holds at present. (reports.rs)
CREATE TABLE approval (
    ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id), -- what it is about
    version   INTEGER NOT NULL,                           -- of the report
    digest    TEXT    NOT NULL,                           -- of that version
    by        TEXT    NOT NULL,                           -- address of who approved
    acting    INTEGER NOT NULL DEFAULT 0,                 -- 1: a deputy (Plh.)
    at        TEXT    NOT NULL,                           -- when it was given
    means     TEXT    NOT NULL,                           -- JSON object: what it rests on
    withheld  INTEGER NOT NULL DEFAULT 0                  -- 1: the report waits for #teruskan
) STRICT;

-- What somebody has yet to decide. (questions.rs)
CREATE TABLE question (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id), -- what it is about
    position  INTEGER NOT NULL,                        -- in the order in which they were asked, from 0
    question  TEXT    NOT NULL,                        -- JSON object: what is asked
    asked_at  TEXT    NOT NULL,                        -- since when
    by        TEXT,                                    -- address of who wants it; NULL: a timer does
    reason    TEXT    NOT NULL DEFAULT '',             -- why, in his words
    PRIMARY KEY (ticket_id, position)
) STRICT;

-- One-time codes, as digests of the code and of everything it is bound to. (codes.rs)
CREATE TABLE code (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- row id
    ticket_id  INTEGER REFERENCES ticket (id),    -- what it is about; NULL: an order about no ticket
    person     TEXT    NOT NULL,                  -- address it was sent to
    question   TEXT    NOT NULL,                  -- JSON object: what it answers
    report     TEXT    NOT NULL DEFAULT '',       -- digest of the report's version, if it is about one
    seal       TEXT    NOT NULL,                  -- digest over the code and all of the above
    requested  INTEGER NOT NULL DEFAULT 0,        -- 1: sent for an order that came without one
    created_at TEXT    NOT NULL,                  -- when it was made
    closed_at  TEXT,                              -- when its question was closed; NULL: it is open
    tries      INTEGER NOT NULL DEFAULT 0,        -- wrong codes typed while it was open, in mail that is vouched for
    used_at    TEXT,                              -- when it was used
    wiped_at   TEXT,                              -- when it was struck out of the mails that held it
    unvouched_tries INTEGER NOT NULL DEFAULT 0    -- wrong codes in mail that nobody vouches for
) STRICT;
CREATE INDEX code_by_ticket ON code (ticket_id);
CREATE INDEX code_unwiped ON code (id) WHERE wiped_at IS NULL;

-- Secret reply addresses: one for each person and ticket. (tokens.rs)
CREATE TABLE token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- row id
    person     TEXT    NOT NULL,                  -- address that was told it, lower-case
    ticket_id  INTEGER REFERENCES ticket (id),    -- for which ticket; NULL: for none
    has_role   INTEGER NOT NULL DEFAULT 0,        -- 1: he had a role then; it is taken back with it
    salt       TEXT    NOT NULL,                  -- random bits it was made of: worthless without the key
    digest     TEXT    NOT NULL UNIQUE,           -- what it is found by
    created_at TEXT    NOT NULL,                  -- when it was first told
    revoked_at TEXT                               -- when it was taken back
) STRICT;
CREATE INDEX token_by_person ON token (person, ticket_id);

-- Command mails that could be taken back, and letters that moved a clock. (runs.rs)
CREATE TABLE run (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,       -- row id
    ticket_id   INTEGER NOT NULL REFERENCES ticket (id), -- the ticket it changed
    by          TEXT    NOT NULL,                        -- address of who ordered it
    at          TEXT    NOT NULL,                        -- when it was ordered
    released_at TEXT    NOT NULL,                        -- until when it can be taken back
    revision    INTEGER NOT NULL,                        -- of the ticket after it
    before      TEXT    NOT NULL,                        -- JSON object: the case before it; empty once it is final
    undone_at   TEXT,                                    -- when it was taken back
    message_id  INTEGER REFERENCES message (id)          -- the letter that moved a clock; NULL: it was ordered
) STRICT;
CREATE INDEX run_by_ticket ON run (ticket_id);
CREATE INDEX run_by_message ON run (message_id) WHERE message_id IS NOT NULL;

-- What must be done later, outside the ticket's own clocks. (errands.rs)
CREATE TABLE errand (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,       -- row id
    ticket_id INTEGER NOT NULL REFERENCES ticket (id), -- for which ticket
    kind      TEXT    NOT NULL CHECK (kind IN ('forward', 'tell_duplicates')), -- what is done
    due_at    TEXT    NOT NULL,                        -- when it is done
    run_id    INTEGER REFERENCES run (id),             -- the run that wants it, and takes it along if undone
    done_at   TEXT                                     -- when it was done or taken back
) STRICT;
CREATE INDEX errand_waiting ON errand (due_at) WHERE done_at IS NULL;

-- Who acts for the Kabid on which days, as he has ordered by mail. (delegations.rs)
CREATE TABLE delegation (
    id        INTEGER PRIMARY KEY AUTOINCREMENT, -- row id
    person    TEXT    NOT NULL,                  -- address of the deputy
    from_day  TEXT    NOT NULL,                  -- first day
    until_day TEXT    NOT NULL,                  -- last day
    by        TEXT    NOT NULL,                  -- who ordered it: role:address
    at        TEXT    NOT NULL                   -- when it was ordered
) STRICT;

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
    dated_at       TEXT,                              -- when the sender claims to have written it
    evidence       TEXT    NOT NULL DEFAULT '',       -- what was known of the sender then: pass, none or fail; empty: before that was asked
    removed_at     TEXT,                              -- when its words and files were removed; NULL: they are kept
    protection     TEXT    NOT NULL DEFAULT ''        -- how it was encrypted and signed, as JSON; empty: neither, or before that was kept
) STRICT;
CREATE INDEX message_by_ticket ON message (ticket_id);
CREATE INDEX message_by_header_id ON message (header_id) WHERE header_id <> '';
CREATE INDEX message_report_by_arrival ON message (arrived_at) WHERE meaning = 'report';
CREATE INDEX message_by_sender ON message (sender_address, arrived_at) WHERE sender_address <> '';

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
    scan         TEXT    NOT NULL DEFAULT '',              -- what the malware scanner said; '' without one
    finding      TEXT    NOT NULL DEFAULT '',              -- what it found, if it did
    PRIMARY KEY (message_id, position)
) STRICT;
CREATE INDEX attachment_by_digest ON attachment (digest);
CREATE INDEX attachment_unscanned ON attachment (digest) WHERE scan IN ('late', 'away');

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
    kind      TEXT    NOT NULL,                        -- reminder-50%, reminder-24h, rung-2: what it causes
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
    text            TEXT    NOT NULL DEFAULT '',       -- its words: no answer to it may carry them on
    bytes           BLOB    NOT NULL DEFAULT x'',      -- the mail without the files in outbox_file; never changed, removed with a dead code or by retention
    run_id          INTEGER REFERENCES run (id),       -- the run that can be taken back as long as it waits
    state           TEXT    NOT NULL DEFAULT 'queued'  -- what became of it
                    CHECK (state IN ('queued', 'sending', 'sent', 'in_doubt', 'failed', 'withdrawn')),
    doubtful        INTEGER NOT NULL DEFAULT 0,        -- 1: an earlier attempt may have arrived
    attempts        INTEGER NOT NULL DEFAULT 0,        -- attempts begun
    created_at      TEXT    NOT NULL,                  -- when it was decided
    next_attempt_at TEXT    NOT NULL,                  -- when it is tried next
    sent_at         TEXT,                              -- when the provider took it
    reply           TEXT    NOT NULL DEFAULT '',       -- the server's last word, or ours
    bounced         TEXT    NOT NULL DEFAULT '',       -- what a bounce said about it
    removed         TEXT    NOT NULL DEFAULT '',       -- SHA-256 of its bytes, once they are removed
    clear           INTEGER NOT NULL DEFAULT 0,        -- 1: it says nothing secret and leaves in clear where its reader's key cannot be used
    waits_for_key   INTEGER NOT NULL DEFAULT 0         -- 1: it waits because nothing can be encrypted to its reader's key
) STRICT;
CREATE INDEX outbox_waiting ON outbox (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';
CREATE INDEX outbox_by_ticket ON outbox (ticket_id);
CREATE INDEX outbox_acknowledged ON outbox (created_at, recipient) WHERE class = 'acknowledgement';
CREATE INDEX outbox_by_header_id ON outbox (header_id);
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_by_run ON outbox (run_id) WHERE run_id IS NOT NULL;

-- What happened, append-only: each entry is chained to the one before. (logbook.rs)
CREATE TABLE logbook (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- position in the chain, without gaps
    at         TEXT    NOT NULL,                  -- when it was written
    ticket_id  INTEGER REFERENCES ticket (id),    -- NULL: about no ticket
    actor      TEXT    NOT NULL,                  -- siaga, operator, unknown, or role:address
    kind       TEXT    NOT NULL,                  -- what happened
    message    TEXT    NOT NULL DEFAULT '',       -- digest of the raw mail behind it
    detail     TEXT    NOT NULL DEFAULT '{}',     -- particulars: JSON object
    digest     TEXT    NOT NULL,                  -- of the entry before and all of this one, as it was written
    salt       TEXT    NOT NULL DEFAULT '',       -- random, part of the digest; taken out with what is removed
    redacted_by INTEGER REFERENCES logbook (id)   -- the entry that says what was removed; NULL: it is as it was written
) STRICT;
CREATE INDEX logbook_by_ticket ON logbook (ticket_id);
-- Who caused an entry and what it says may be taken out of it, and nothing else, by a later entry
-- that says so.
CREATE TRIGGER logbook_is_append_only_update BEFORE UPDATE ON logbook
WHEN NOT (
    NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.ticket_id IS OLD.ticket_id AND NEW.kind = OLD.kind
    AND NEW.message = OLD.message AND NEW.digest = OLD.digest AND NEW.salt = '' AND OLD.kind <> 'redacted'
    AND coalesce(NEW.redacted_by, 0) > max(OLD.id, coalesce(OLD.redacted_by, 0))
    AND EXISTS (SELECT 1 FROM logbook WHERE id = NEW.redacted_by AND kind = 'redacted')
)
BEGIN SELECT RAISE(ABORT, 'the logbook is append-only'); END;
CREATE TRIGGER logbook_is_append_only_delete BEFORE DELETE ON logbook
BEGIN SELECT RAISE(ABORT, 'the logbook is append-only'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER logbook_is_append_only_insert BEFORE INSERT ON logbook
WHEN EXISTS (SELECT 1 FROM logbook WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the logbook is append-only'); END;

-- Facts about this desk's database itself. (meta.rs)
CREATE TABLE meta (
    key   TEXT PRIMARY KEY, -- first_start: the moment before which mail is only filed; last_daily: when that digest was made; results_proved: the name under which the provider removes forged results
    value TEXT NOT NULL     -- the fact
) STRICT, WITHOUT ROWID;

-- Evidence that goes with a mail and is kept once, under its digest. (outbox_files.rs)
CREATE TABLE outbox_file (
    outbox_id INTEGER NOT NULL REFERENCES outbox (id), -- the mail
    offset    INTEGER NOT NULL,                        -- where it belongs in the mail's bytes
    digest    TEXT    NOT NULL,                        -- SHA-256 of the file
    PRIMARY KEY (outbox_id, offset)
) STRICT, WITHOUT ROWID;

-- Indicators of compromise in a ticket's mails, for "also seen in". (indicators.rs)
CREATE TABLE indicator (
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id), -- in whose mails it stands
    kind       TEXT    NOT NULL,                        -- url, host, ip, address, md5, sha1, sha256 or cve
    value      TEXT    NOT NULL,                        -- in the one form in which it is compared
    message_id INTEGER REFERENCES message (id),         -- the mail that named it first
    PRIMARY KEY (ticket_id, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX indicator_by_value ON indicator (kind, value, ticket_id);

-- Tickets that have to do with each other without being one. (links.rs)
CREATE TABLE link (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id), -- the later ticket
    other_id  INTEGER NOT NULL REFERENCES ticket (id), -- the earlier one
    why       TEXT    NOT NULL CHECK (why IN ('mentioned', 'after_closing', 'separated')), -- what they have in common
    at        TEXT    NOT NULL,                        -- since when
    PRIMARY KEY (ticket_id, other_id)
) STRICT, WITHOUT ROWID;

-- Mails that were not written, each with its reason. (suppressed.rs)
CREATE TABLE suppressed (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,   -- row id
    at         TEXT    NOT NULL,                    -- when it would have been written
    notice     TEXT    NOT NULL,                    -- folder of its template
    recipient  TEXT    NOT NULL DEFAULT '',         -- lower-case; empty: nobody could be written to
    reason     TEXT    NOT NULL,                    -- why not: the name of the limit
    ticket_id  INTEGER REFERENCES ticket (id),      -- NULL: about no ticket
    gathered   INTEGER NOT NULL DEFAULT 0,          -- 1: its recipient is told in one mail with others
    told_at    TEXT                                 -- when that was; NULL: he waits, or is told nothing
) STRICT;
CREATE INDEX suppressed_by_ticket ON suppressed (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX suppressed_waiting ON suppressed (recipient, id) WHERE gathered = 1 AND told_at IS NULL;

-- Addresses a mail of ours could not be delivered to for good. (dead_addresses.rs)
CREATE TABLE dead_address (
    address   TEXT    PRIMARY KEY,                  -- lower-case
    since     TEXT    NOT NULL,                     -- when we learned of it
    reason    TEXT    NOT NULL,                     -- what the server or the bounce said
    outbox_id INTEGER REFERENCES outbox (id)        -- the mail that could not be delivered
) STRICT, WITHOUT ROWID;

-- Times in which so much mail came that strangers were not acknowledged. (storms.rs)
CREATE TABLE storm (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,     -- row id
    began_at TEXT    NOT NULL,                      -- when it began
    cause    TEXT    NOT NULL,                      -- many: from all together; one_sender: from one
    ended_at TEXT                                   -- when it was over; NULL: it lasts
) STRICT;

-- What a ticket's data have come to: a legal hold, and what was removed. (retention.rs)
CREATE TABLE retention (
    ticket_id           INTEGER PRIMARY KEY REFERENCES ticket (id), -- the ticket
    held_at             TEXT,                     -- since when nothing of it may be removed; NULL: it may
    hold_reason         TEXT NOT NULL DEFAULT '', -- why not
    reporter_removed_at TEXT                      -- when a pseudonym took the place of its reporter
) STRICT;

-- Files no row needs any more, from the transaction that decided it until they are removed. (doomed.rs)
CREATE TABLE doomed_file (
    kind   TEXT NOT NULL CHECK (kind IN ('raw', 'evidence')), -- the folder it lies in
    digest TEXT NOT NULL,                                     -- its name
    PRIMARY KEY (kind, digest)
) STRICT, WITHOUT ROWID;
