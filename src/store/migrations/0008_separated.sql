-- A mail that was filed on the wrong ticket becomes a ticket that is linked with it.
CREATE TABLE link_with_separated (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    other_id  INTEGER NOT NULL REFERENCES ticket (id),
    why       TEXT    NOT NULL CHECK (why IN ('mentioned', 'after_closing', 'separated')),
    at        TEXT    NOT NULL,
    PRIMARY KEY (ticket_id, other_id)
) STRICT, WITHOUT ROWID;
INSERT INTO link_with_separated SELECT ticket_id, other_id, why, at FROM link;
DROP TABLE link;
ALTER TABLE link_with_separated RENAME TO link;
