UPDATE code SET wiped_at = '2026-11-24T08:05:00.000Z' WHERE id = 2;
UPDATE outbox SET bytes = x'', removed = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' WHERE id = 3;
