-- A desk in miniature as schema 1 has it: every table, and both values of whatever may be missing.
INSERT INTO ticket (id, prefix, year, serial, subject, reporter_name, reporter_address, language, status, opened_at,
                    stage_started_at, due_at, due_calendar_at) VALUES
    (1, 'CIAMIS', 2026, 1, 'Situs diretas', 'Budi Warga', 'budi@warga.example', 'id', 'new', '2026-11-23T03:30:00.000Z',
     '2026-11-23T03:30:00.000Z', '2026-11-23T07:30:00.000Z', '2026-11-23T06:30:00.000Z'),
    (2, 'CIAMIS', 2026, 2, '', '', NULL, 'en', 'new', '2026-11-23T04:00:00.000Z', '2026-11-23T04:00:00.000Z', NULL, NULL);

INSERT INTO participant (ticket_id, address, pending) VALUES
    (1, 'budi@warga.example', 0), (1, 'siti@warga.example', 1);

INSERT INTO message (id, core, raw, size_bytes, ticket_id, header_id, meaning, sender_name, sender_address, subject,
                     language, pending, automatic, defects, text, new_text, arrived_at, dated_at) VALUES
    (1, 'ae77cef40b6f63c6c2e312785965f9fe30527ffcb8a64bd2d8da81aacca3a6d6', 'c2927207a1cc44acee0eb366589c75ec0fbf1f5d1a5779b580ff0608e348c330', 1234,
     1, 'laporan@warga.example', 'report', 'Budi Warga', 'budi@warga.example', 'Situs diretas', 'id', 0, '',
     '["no_message_id"]', 'Halaman ''judi'' — 🔥', 'Halaman', '2026-11-23T03:30:00.000Z', '2026-11-23T03:29:00.000Z'),
    (2, 'df9848d4baa1e73512be56c64222e804f10d600a7dcc6a4272a35d6661d94b09', '9db0ce25ff462273ba4638ee0e6300bae7a468ce32e0ca042dd502e6dbd19631', 0,
     NULL, '', 'archived', '', '', '', 'en', 1, 'list', '[]', '', '', '2025-01-01T00:00:00.000Z', NULL);

INSERT INTO attachment (message_id, position, filename, content_type, content, size_bytes, digest, inline) VALUES
    (1, 0, 'layar.png', 'image/png', 'image', 182000, '4312bebb7e3a48912e2ded548eefd23d57610cb470f53c881c1b0e6a3fdd8fe5', 0),
    (1, 1, 'lampiran-2', 'application/octet-stream', 'other', 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 1);

INSERT INTO reference (header_id, ticket_id) VALUES ('laporan@warga.example', 1), ('laporan@warga.example', 2);

INSERT INTO receipt (id, mailbox, place, raw, size_bytes, whole, arrived_at, received_at, attempts, state, reason, message_id) VALUES
    (1, 'INBOX', '1:1', 'c2927207a1cc44acee0eb366589c75ec0fbf1f5d1a5779b580ff0608e348c330', 1234, 1,
     '2026-11-23T03:30:00.000Z', '2026-11-23T03:30:01.000Z', 1, 'taken', '', 1),
    (2, 'INBOX', '1:2', '9db0ce25ff462273ba4638ee0e6300bae7a468ce32e0ca042dd502e6dbd19631', 70000000, 0,
     '2025-01-01T00:00:00.000Z', '2026-11-23T03:30:01.000Z', 3, 'held', 'limits: too deep', NULL),
    (3, 'INBOX', '1:3', '6cbff0f985bfa1f18709f237d12f2c029a07c86f6caa16785c26e8cf23539926', 5, 1,
     '2026-11-23T03:31:00.000Z', '2026-11-23T03:31:01.000Z', 1, 'received', '', NULL);

INSERT INTO timer (id, ticket_id, stage, kind, due_at, fired_at, deadline) VALUES
    (1, 1, 'verification', 'reminder-50', '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', '2026-11-23T07:30:00.000Z'),
    (2, 1, 'verification', 'escalation-100', '2026-11-23T07:30:00.000Z', NULL, '2026-11-23T07:30:00.000Z');

INSERT INTO outbox (id, purpose, ticket_id, notice, class, evidence, recipient, envelope_from, header_id, subject, bytes,
                    state, doubtful, attempts, created_at, next_attempt_at, sent_at, reply, bounced) VALUES
    (1, 'acknowledgement:1:budi@warga.example', 1, 'report_received', 'acknowledgement', 'none', 'budi@warga.example', NULL,
     'k1.1.1.00@desk.example', 'Laporan Saudara telah diterima', x'0d0a', 'sent', 0, 1, '2026-11-23T03:30:01.000Z',
     '2026-11-23T03:30:01.000Z', '2026-11-23T03:30:02.000Z', '250 OK', 'failed (5.1.1)'),
    (2, 'held:2:1:ani@csirt.example', NULL, 'mail_held', 'request', '', 'ani@csirt.example', 'csirt@desk.example',
     'k1.2.0.00@desk.example', 'Surel ditahan', x'0d0a', 'queued', 1, 2, '2026-11-23T03:30:01.000Z',
     '2026-11-23T03:35:00.000Z', NULL, '450 later', '');

INSERT INTO logbook (id, at, ticket_id, actor, kind, message, detail, digest) VALUES
    (1, '2026-11-23T03:30:01.000Z', 1, 'reporter:budi@warga.example', 'ticket_opened', 'c2927207a1cc44acee0eb366589c75ec0fbf1f5d1a5779b580ff0608e348c330', '{"number":"CIAMIS-2026-0001"}', '6961964e79cc93a13259e2e89c2ed0998dc2ea364ecd98846c3d465a2f633a26'),
    (2, '2026-11-23T03:30:01.000Z', NULL, 'siaga', 'message_archived', '9db0ce25ff462273ba4638ee0e6300bae7a468ce32e0ca042dd502e6dbd19631', '{"message":2}', 'a68fccce0a25c4a72bb50c1636c7c3d75357a22dcf6fe54a4a3b44871cbc0a0d'),
    (3, '2026-11-23T05:00:00.000Z', 1, 'siaga', 'reminded', '', '{"timer":"reminder-50"}', '9cc52a76a9a58314e8b58ce8c02e7db0d3cf895d038c99ab0dff0e2ecf87d813');

INSERT INTO meta (key, value) VALUES ('first_start', '2026-11-23T03:00:00.000Z');
