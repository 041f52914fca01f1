-- A row only a desk of schema 7 could have: a mail that was filed on the wrong ticket became one of its own.
INSERT OR REPLACE INTO link (ticket_id, other_id, why, at) VALUES (1, 1, 'separated', '2026-11-23T04:30:00.000Z');
