-- Rows a desk of schema 3 could have.
INSERT INTO token (id, person, ticket_id, has_role, salt, digest, created_at, revoked_at) VALUES
    (1, 'ani@csirt.example', 1, 1, '000102030405060708090a0b0c0d0e0f',
     '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', '2026-11-23T08:00:00.000Z', NULL),
    (2, 'dedi@csirt.example', NULL, 1, '0f0e0d0c0b0a09080706050403020100',
     '4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', '2026-11-23T08:00:00.000Z',
     '2026-11-23T09:00:00.000Z');

UPDATE message SET evidence = 'pass' WHERE id = 1;
