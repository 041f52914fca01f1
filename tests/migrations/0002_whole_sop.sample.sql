-- What schema 2 adds to that desk: ticket 1 in review after a question, and a run that can be taken back.
UPDATE ticket SET status = 'review', revision = 7, assignee = 'ani@csirt.example', kind = 'judol', finding = 'incident',
    severity = 'high', opd = 'dinkes', system = 'dinkes.ciamiskab.go.id', tlp = 'amber_strict', urgent = 1,
    personal_data = 1, vital = 1, anonymous = 1, risk_accepted = 1, offline = 1, reopened = 1, false_fixes = 2,
    questions = 3, opd_reminders = 4, escalation = 2, parent = 'CIAMIS-2026-0002', closed_by = 'ani@csirt.example',
    closed_at = '2026-11-24T03:30:00.000Z', warned_at = '2026-11-23T05:00:00.000Z',
    forwarded_at = '2026-11-23T06:00:00.000Z', claim = 'Berkas dihapus.', objected_at = '2026-11-24T04:00:00.000Z',
    bssn_at = '2026-11-24T04:00:00.000Z', reporter_told_at = '2026-11-24T04:00:00.000Z'
WHERE id = 1;

DELETE FROM deadline;
INSERT INTO deadline (ticket_id, position, stage, round, started_at, due_at, due_calendar_at, counting, state, since,
                      idle_working_seconds, idle_calendar_seconds) VALUES
    (1, 0, 'verification', 1, '2026-11-23T03:30:00.000Z', '2026-11-23T07:30:00.000Z', '2026-11-23T06:30:00.000Z',
     'working', 'met', '2026-11-23T05:00:00.000Z', 600, 4200);

INSERT INTO report (ticket_id, version, digest, submitted_by, submitted_at, file_name, file_content, file_bytes, file_digest, sections) VALUES
    (1, 1, 'c2927207a1cc44acee0eb366589c75ec0fbf1f5d1a5779b580ff0608e348c330', 'ani@csirt.example', '2026-11-23T08:00:00.000Z',
     'laporan.pdf', 'pdf', 1250000, '4312bebb7e3a48912e2ded548eefd23d57610cb470f53c881c1b0e6a3fdd8fe5', '{"summary":"Situs disusupi."}');

INSERT INTO approval (ticket_id, version, digest, by, acting, at, means, withheld) VALUES
    (1, 1, 'c2927207a1cc44acee0eb366589c75ec0fbf1f5d1a5779b580ff0608e348c330', 'kabid@csirt.example', 0,
     '2026-11-23T08:30:00.000Z', '{"by":"reply"}', 1);

INSERT INTO question (ticket_id, position, question, asked_at, by, reason) VALUES
    (1, 0, '{"about":"review","version":1}', '2026-11-23T08:00:00.000Z', 'ani@csirt.example', '');

INSERT INTO code (id, ticket_id, person, question, report, seal, requested, created_at, closed_at, tries, used_at) VALUES
    (1, 1, 'kabid@csirt.example', '{"about":"review","version":1}', 'c2927207a1cc44acee0eb366589c75ec0fbf1f5d1a5779b580ff0608e348c330',
     'ae77cef40b6f63c6c2e312785965f9fe30527ffcb8a64bd2d8da81aacca3a6d6', 0, '2026-11-23T08:00:00.000Z', NULL, 1, NULL),
    (2, NULL, 'kabid@csirt.example', '{"about":"order","word":"delegasi"}', '',
     'df9848d4baa1e73512be56c64222e804f10d600a7dcc6a4272a35d6661d94b09', 1, '2026-11-23T08:00:00.000Z',
     '2026-11-23T08:00:00.000Z', 0, '2026-11-23T08:05:00.000Z');

INSERT INTO run (id, ticket_id, by, at, released_at, revision, before, undone_at) VALUES
    (1, 1, 'kabid@csirt.example', '2026-11-23T08:30:00.000Z', '2026-11-23T08:40:00.000Z', 7, '', NULL);

INSERT INTO errand (id, ticket_id, kind, due_at, run_id, done_at) VALUES
    (1, 1, 'forward', '2026-11-23T08:40:00.000Z', 1, NULL);

INSERT INTO delegation (id, person, from_day, until_day, by, at) VALUES
    (1, 'plh@csirt.example', '2026-11-23', '2026-11-30', 'kabid:kabid@csirt.example', '2026-11-23T08:05:00.000Z');

INSERT INTO outbox (id, purpose, ticket_id, notice, class, recipient, header_id, subject, text, bytes, run_id, state,
                    created_at, next_attempt_at) VALUES
    (3, 'command:9:1:0:budi@warga.example', 1, 'question_asked', 'request', 'budi@warga.example', 'k1.3.1.00@desk.example',
     'Mohon keterangan', 'Di halaman mana?', x'0d0a', 1, 'withdrawn', '2026-11-23T08:30:00.000Z', '2026-11-23T08:35:00.000Z');
