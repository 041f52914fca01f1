-- What the schema adds for understanding mail: an indicator, a link, what was not sent, a dead address, a storm.
INSERT INTO indicator (ticket_id, kind, value, message_id) VALUES (1, 'host', 'dinkes.ciamiskab.go.id', 1);
INSERT INTO link (ticket_id, other_id, why, at) VALUES (1, 1, 'mentioned', '2026-11-23T03:30:00.000Z');
INSERT INTO suppressed (id, at, notice, recipient, reason, ticket_id, gathered, told_at) VALUES
    (1, '2026-11-23T03:30:00.000Z', 'report_received', 'budi@warga.example', 'address_hour', 1, 0, NULL);
INSERT INTO dead_address (address, since, reason, outbox_id) VALUES
    ('mati@warga.example', '2026-11-23T03:30:00.000Z', 'failed (5.1.1)', 1);
INSERT INTO storm (id, began_at, cause, ended_at) VALUES
    (1, '2026-11-23T03:30:00.000Z', 'many', '2026-11-23T04:30:00.000Z');
