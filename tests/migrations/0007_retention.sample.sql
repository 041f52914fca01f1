-- Rows a desk of schema 7 could have.
INSERT INTO retention (ticket_id, held_at, hold_reason) VALUES (1, '2026-11-24T02:00:00.000Z', 'diminta penyidik');
INSERT INTO doomed_file (kind, digest) VALUES
    ('raw', '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce');
