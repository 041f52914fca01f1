-- Rows a desk of this schema could have.
INSERT INTO run (ticket_id, by, at, released_at, revision, before, message_id) VALUES
    (1, '', '2026-11-23T09:30:00.000Z', '2026-11-23T09:30:00.000Z', 8, '', 1);
