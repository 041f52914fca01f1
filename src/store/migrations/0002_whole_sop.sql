-- What a ticket is about, whose it is, what is special about it, what was counted on it.
ALTER TABLE ticket ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN assignee TEXT;
ALTER TABLE ticket ADD COLUMN kind TEXT;
ALTER TABLE ticket ADD COLUMN finding TEXT;
ALTER TABLE ticket ADD COLUMN severity TEXT;
ALTER TABLE ticket ADD COLUMN opd TEXT;
ALTER TABLE ticket ADD COLUMN system TEXT;
ALTER TABLE ticket ADD COLUMN tlp TEXT NOT NULL DEFAULT 'amber';
ALTER TABLE ticket ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN personal_data INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN vital INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN anonymous INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN risk_accepted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN offline INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN false_fixes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN questions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN opd_reminders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN escalation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN parent TEXT;
ALTER TABLE ticket ADD COLUMN closed_by TEXT;
ALTER TABLE ticket ADD COLUMN closed_at TEXT;
ALTER TABLE ticket ADD COLUMN warned_at TEXT;
ALTER TABLE ticket ADD COLUMN forwarded_at TEXT;
ALTER TABLE ticket ADD COLUMN claim TEXT;
ALTER TABLE ticket ADD COLUMN objected_at TEXT;
ALTER TABLE ticket ADD COLUMN bssn_at TEXT;
ALTER TABLE ticket ADD COLUMN reporter_told_at TEXT;
CREATE INDEX ticket_by_parent ON ticket (parent) WHERE parent IS NOT NULL;

-- The clocks of a ticket: one row each time a timed step is done.
CREATE TABLE deadline (
    ticket_id       INTEGER NOT NULL REFERENCES ticket (id),
    position        INTEGER NOT NULL,
    stage           TEXT    NOT NULL,
    round           INTEGER NOT NULL,
    started_at      TEXT    NOT NULL,
    due_at          TEXT    NOT NULL,
    due_calendar_at TEXT    NOT NULL,
    counting        TEXT    NOT NULL CHECK (counting IN ('working', 'calendar')),
    state           TEXT    NOT NULL CHECK (state IN ('running', 'paused', 'met', 'missed', 'void')),
    since           TEXT    NOT NULL,
    idle_working_seconds  INTEGER NOT NULL DEFAULT 0,
    idle_calendar_seconds INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (ticket_id, position),
    UNIQUE (ticket_id, stage, round)
) STRICT;

-- The one clock an earlier Siaga knew. What counted was the rule of its step, and a deadline by the
-- calendar that equals the one that counts was counted by the calendar.
INSERT INTO deadline (ticket_id, position, stage, round, started_at, due_at, due_calendar_at, counting, state, since)
SELECT id, 0, 'verification', 1, stage_started_at, due_at, coalesce(due_calendar_at, due_at),
       CASE WHEN due_calendar_at = due_at THEN 'calendar' ELSE 'working' END, 'running', stage_started_at
FROM ticket WHERE due_at IS NOT NULL;
UPDATE timer SET kind = kind || '%' WHERE kind LIKE 'reminder-%' AND kind NOT LIKE '%\%' ESCAPE '\';
UPDATE timer SET kind = 'rung-2' WHERE kind LIKE 'escalation-%';

-- The numbered versions of a ticket's analysis report. Never changed.
CREATE TABLE report (
    ticket_id    INTEGER NOT NULL REFERENCES ticket (id),
    version      INTEGER NOT NULL,
    digest       TEXT    NOT NULL,
    submitted_by TEXT,
    submitted_at TEXT    NOT NULL,
    file_name    TEXT,
    file_content TEXT,
    file_bytes   INTEGER,
    file_digest  TEXT,
    sections     TEXT    NOT NULL DEFAULT '{}',
    PRIMARY KEY (ticket_id, version)
) STRICT;

-- The approval that holds at present.
CREATE TABLE approval (
    ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id),
    version   INTEGER NOT NULL,
    digest    TEXT    NOT NULL,
    by        TEXT    NOT NULL,
    acting    INTEGER NOT NULL DEFAULT 0,
    at        TEXT    NOT NULL,
    means     TEXT    NOT NULL,
    withheld  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What somebody has yet to decide.
CREATE TABLE question (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    position  INTEGER NOT NULL,
    question  TEXT    NOT NULL,
    asked_at  TEXT    NOT NULL,
    by        TEXT,
    reason    TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (ticket_id, position)
) STRICT;

-- One-time codes, as digests of the code and of everything it is bound to.
CREATE TABLE code (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id  INTEGER REFERENCES ticket (id),
    person     TEXT    NOT NULL,
    question   TEXT    NOT NULL,
    report     TEXT    NOT NULL DEFAULT '',
    seal       TEXT    NOT NULL,
    requested  INTEGER NOT NULL DEFAULT 0,
    created_at TEXT    NOT NULL,
    closed_at  TEXT,
    tries      INTEGER NOT NULL DEFAULT 0,
    used_at    TEXT
) STRICT;
CREATE INDEX code_by_ticket ON code (ticket_id);

-- Command mails that can still be taken back: what they made of which ticket, and what it was before.
CREATE TABLE run (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id   INTEGER NOT NULL REFERENCES ticket (id),
    by          TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    released_at TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    before      TEXT    NOT NULL,
    undone_at   TEXT
) STRICT;
CREATE INDEX run_by_ticket ON run (ticket_id);

-- What must be done later, outside the ticket's own clocks.
CREATE TABLE errand (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    kind      TEXT    NOT NULL CHECK (kind IN ('forward', 'tell_duplicates')),
    due_at    TEXT    NOT NULL,
    run_id    INTEGER REFERENCES run (id),
    done_at   TEXT
) STRICT;
CREATE INDEX errand_waiting ON errand (due_at) WHERE done_at IS NULL;

-- Who acts for the Kabid on which days, as he has ordered by mail.
CREATE TABLE delegation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person     TEXT    NOT NULL,
    from_day   TEXT    NOT NULL,
    until_day  TEXT    NOT NULL,
    by         TEXT    NOT NULL,
    at         TEXT    NOT NULL
) STRICT;

-- The outbox learns that a mail can be withdrawn before it leaves, which run it belongs to, and what
-- its text is: the answer to it must not carry it on to somebody else.
CREATE TABLE outbox_with_runs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    purpose         TEXT    NOT NULL UNIQUE,
    ticket_id       INTEGER REFERENCES ticket (id),
    notice          TEXT    NOT NULL,
    class           TEXT    NOT NULL CHECK (class IN ('acknowledgement', 'request')),
    evidence        TEXT    NOT NULL DEFAULT '',
    recipient       TEXT    NOT NULL,
    envelope_from   TEXT,
    header_id       TEXT    NOT NULL DEFAULT '',
    subject         TEXT    NOT NULL DEFAULT '',
    text            TEXT    NOT NULL DEFAULT '',
    bytes           BLOB    NOT NULL DEFAULT x'',
    run_id          INTEGER REFERENCES run (id),
    state           TEXT    NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'sending', 'sent', 'in_doubt', 'failed', 'withdrawn')),
    doubtful        INTEGER NOT NULL DEFAULT 0,
    attempts        INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT    NOT NULL,
    next_attempt_at TEXT    NOT NULL,
    sent_at         TEXT,
    reply           TEXT    NOT NULL DEFAULT '',
    bounced         TEXT    NOT NULL DEFAULT ''
) STRICT;
INSERT INTO outbox_with_runs (id, purpose, ticket_id, notice, class, evidence, recipient, envelope_from, header_id,
                              subject, bytes, state, doubtful, attempts, created_at, next_attempt_at, sent_at, reply, bounced)
SELECT id, purpose, ticket_id, notice, class, evidence, recipient, envelope_from, header_id,
       subject, bytes, state, doubtful, attempts, created_at, next_attempt_at, sent_at, reply, bounced
FROM outbox;
-- Our Message-IDs hold the row id: none is ever given twice.
DELETE FROM sqlite_sequence WHERE name = 'outbox_with_runs';
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox_with_runs', seq FROM sqlite_sequence WHERE name = 'outbox';
DROP TABLE outbox;
ALTER TABLE outbox_with_runs RENAME TO outbox;
CREATE INDEX outbox_waiting ON outbox (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';
CREATE INDEX outbox_by_ticket ON outbox (ticket_id);
CREATE INDEX outbox_acknowledged ON outbox (created_at, recipient) WHERE class = 'acknowledgement';
CREATE INDEX outbox_by_header_id ON outbox (header_id);
CREATE INDEX outbox_by_run ON outbox (run_id) WHERE run_id IS NOT NULL;
