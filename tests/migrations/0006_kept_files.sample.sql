-- Rows a desk of schema 6 could have.
INSERT INTO outbox_file (outbox_id, offset, digest) VALUES
    (1, 1200, '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce');
