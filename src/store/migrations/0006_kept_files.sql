-- Evidence that goes with a mail is kept once, and named where it belongs.
CREATE TABLE outbox_file (
    outbox_id INTEGER NOT NULL REFERENCES outbox (id),
    offset    INTEGER NOT NULL,
    digest    TEXT    NOT NULL,
    PRIMARY KEY (outbox_id, offset)
) STRICT, WITHOUT ROWID;
