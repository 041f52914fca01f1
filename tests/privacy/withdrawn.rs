//! What an order to remove takes out of the queue: nobody may believe that it went.

use siaga::domain::digest::Digest;
use siaga::domain::outgoing::SendOutcome;
use siaga::domain::stage::{Stage, Status};
use siaga::engine::redaction::{NotRemoved, Removal};
use siaga::store::cases;
use siaga::store::outbox::State;

use crate::canaries::{IDENTITY, WORDS, approve, desk, left_in, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, DEDI, DINKES, KABID, count};
use crate::support::world::{Received, World};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n BERKASKENARI";

fn remove(world: &World, removal: &Removal) -> Result<(), NotRemoved> {
    let number = world.tickets()[0].number.clone();
    let now = world.now();
    let mut engine = world.shared.engine.borrow_mut();
    engine.remove_from_ticket(&number, removal, "permintaan pelapor", now).expect("the database").map(|_| ())
}

/// The provider puts off whatever comes in the next so many attempts.
fn puts_off(world: &World, attempts: usize) {
    let busy = || SendOutcome::Transient { reply: "451 4.3.2 try again".to_owned() };
    world.provider.borrow_mut().answers.extend((0..attempts).map(|_| busy()));
}

fn alerts(world: &World, address: &str) -> Vec<Received> {
    let mails = world.mailbox_of(address);
    mails.into_iter().filter(|mail| mail.subject.contains("ditarik")).collect()
}

fn row(world: &World, notice: &str, address: &str) -> State {
    let rows = world.outbox();
    rows.iter().find(|mail| mail.notice == notice && mail.recipient == address).expect("a row").state
}

/// A notice of a new ticket and the evidence somebody asked for, taken out with the file in them.
#[test]
fn mail_that_a_removed_file_took_out_of_the_queue_was_missed_by_nobody() {
    let mut world = desk(|_| ());
    puts_off(&world, 4);
    world.writes(&report());
    assert_eq!(row(&world, "ticket_opened", ANI), State::Queued);
    remove(&world, &Removal::Files(vec![Digest::of(PICTURE)])).expect("removed");
    assert_eq!(row(&world, "ticket_opened", ANI), State::Withdrawn);
    world.minutes(5);
    for analyst in [ANI, DEDI] {
        let alerts = alerts(&world, analyst);
        assert_eq!(alerts.len(), 1, "{analyst}");
        let words = alerts[0].words();
        assert!(alerts[0].subject.contains("CIAMIS-2026-0001"), "{}", alerts[0].subject);
        for expected in ["ani[@]csirt[.]example", "dedi[@]csirt[.]example", "#status"] {
            assert!(words.contains(expected), "{expected}: {words}");
        }
    }
    // The case is dealt with all the same: its deadline is told to those who never heard of it.
    world.until("2026-11-23 10:31");
    assert!(count(&world, "deadline") > 0);
}

/// The file goes while the mail is with the server, which puts it off.
#[test]
fn mail_that_lost_its_words_while_it_was_handed_over_was_missed_by_nobody() {
    let mut world = desk(|_| ());
    world.deliver(&report());
    world.inbox_round().expect("taken in");
    let now = world.now();
    let claim = |world: &World| world.shared.engine.borrow_mut().settle_and_claim(None, now).expect("a claim");
    let mail = std::iter::from_fn(|| claim(&world)).find(|mail| mail.recipient.to_string() == ANI).expect("a notice");
    remove(&world, &Removal::Files(vec![Digest::of(PICTURE)])).expect("removed");
    assert_eq!(row(&world, "ticket_opened", ANI), State::Sending);
    let busy = SendOutcome::Transient { reply: "451 4.3.2 try again".to_owned() };
    world.shared.engine.borrow_mut().settle(&(mail.id, busy), now).expect("settled");
    assert_eq!(row(&world, "ticket_opened", ANI), State::Withdrawn);
    world.minutes(5);
    let told = alerts(&world, ANI);
    assert!(told.iter().any(|alert| alert.words().contains("ani[@]csirt[.]example")), "{told:#?}");
}

/// Whatever made the forward carry the file: the ticket says that it did not go, and its clock runs.
#[test]
fn a_report_that_a_removed_file_took_out_of_the_queue_looked_forwarded() {
    let mut world = desk(|_| ());
    world.writes(&report());
    approve(&mut world);
    world.minutes(9);
    puts_off(&world, 8);
    world.minutes(2);
    assert_eq!(
        (world.tickets()[0].status, row(&world, "report_delivered", DINKES)),
        (Status::Forwarded, State::Queued)
    );
    let db = rusqlite::Connection::open(world.folder().join("siaga.db")).expect("open");
    db.execute(
        "INSERT INTO outbox_file (outbox_id, offset, digest) SELECT id, 10, ?1 FROM outbox WHERE notice = 'report_delivered'",
        [Digest::of(PICTURE).to_string()],
    )
    .expect("a file of it");
    drop(db);
    remove(&world, &Removal::Files(vec![Digest::of(PICTURE)])).expect("removed");
    assert_eq!(world.tickets()[0].status, Status::Forwarded);
    let open = |world: &World, stage| {
        let engine = world.shared.engine.borrow();
        cases::get(engine.store().db(), world.tickets()[0].id).expect("the case").open_deadline(stage).is_some()
    };
    assert!(open(&world, Stage::Forwarding) && !open(&world, Stage::FollowUp));
    world.minutes(10);
    assert!(open(&world, Stage::Forwarding) && !open(&world, Stage::FollowUp));
    let failed = |world: &World| world.events().iter().filter(|entry| entry.kind == "forward_failed").count();
    assert_eq!((failed(&world), count(&world, "report_delivered")), (1, 2), "told once, of both its people");
    for person in [ANI, KABID] {
        let mails = world.mailbox_of(person);
        let told: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("TIDAK sampai")).collect();
        assert_eq!(told.len(), 1, "{person}");
        let words = told[0].words();
        assert!(
            words.contains("ditarik") && words.contains("#teruskan") && !words.contains("Jawaban server"),
            "{words}"
        );
    }
    // And it goes when the Kabid says so.
    let code = code_for(&mut world, "#teruskan");
    world.replies(KABID, "TIDAK sampai", &format!("#teruskan {code}"));
    world.minutes(11);
    assert_eq!(row_of_last(&world, "report_delivered"), State::Sent);
    assert!(!open(&world, Stage::Forwarding) && open(&world, Stage::FollowUp));
}

/// Asks for a code and returns it.
fn code_for(world: &mut World, order: &str) -> String {
    world.replies(KABID, "TIDAK sampai", order);
    let rows = world.outbox();
    let asked = rows.iter().rev().find(|row| row.notice == "code_requested").expect("a code");
    let mails = world.mailbox_of(KABID);
    mails.iter().find(|mail| mail.message_id == asked.message_id).expect("a mail with the code").code()
}

fn row_of_last(world: &World, notice: &str) -> State {
    world.outbox().iter().rev().find(|mail| mail.notice == notice).expect("a row").state
}

/// The contact of the OPD reported it himself: he is forgotten as a reporter, and his OPD is told all the same.
#[test]
fn the_report_to_an_opd_was_withdrawn_because_its_contact_had_reported() {
    let mut world = desk(|_| ());
    world.writes(
        &Letter::from(&format!("Rina Kanarina <{DINKES}>"))
            .subject("Situs kami")
            .text("Halaman https://dinkes.ciamiskab.go.id/slot/ berisi judi sejak 23/11/2026 pukul 07.00."),
    );
    assert_eq!(
        world.tickets()[0].reporter.as_ref().map(|reporter| reporter.address.to_string()).as_deref(),
        Some(DINKES)
    );
    approve(&mut world);
    world.minutes(9);
    puts_off(&world, 8);
    world.minutes(2);
    assert_eq!(row(&world, "report_delivered", DINKES), State::Queued);
    remove(&world, &Removal::Everything).expect("removed");
    world.minutes(10);
    assert_eq!(row(&world, "report_delivered", DINKES), State::Sent);
    assert_eq!(world.mailbox_of(DINKES).iter().filter(|mail| mail.subject.contains("Penyampaian")).count(), 1);
}

/// A submitted document is a record of the office: it was called removed, and stayed.
#[test]
fn a_submitted_document_was_called_removed_and_stayed() {
    let mut world = desk(|_| ());
    world.writes(&report());
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.minutes(6);
    let document = b"%PDF-1.7\nnothing of it can be read";
    let text = "#ajukan yakin\nRingkasan: Situs disusupi.\nRekomendasi: Hapus berkas.";
    let letter = world.reply(ANI, "Baru", text).file("laporan.pdf", "application/pdf", document);
    world.writes(&letter);
    assert_eq!(world.tickets()[0].status, Status::Review, "{}", world.transcript(ANI).text);
    let digest = Digest::of(document);
    assert_eq!(remove(&world, &Removal::Files(vec![digest])), Err(NotRemoved::OfTheOffice(digest)));
    assert!(world.events().iter().all(|entry| entry.kind != "destroyed"), "nothing of it is called removed");
}

/// Notices to the team that waited were sent after the order, and what they quote was kept for a year.
#[test]
fn a_mail_that_waited_kept_what_an_order_had_removed() {
    for removal in [Removal::Everything, Removal::Letters] {
        let mut world = desk(|_| ());
        puts_off(&world, 4);
        world.writes(&report());
        remove(&world, &removal).expect("removed");
        world.minutes(10);
        assert_eq!(row(&world, "ticket_opened", ANI), State::Sent, "no mail is lost");
        world.timers_round();
        assert_eq!(left_in(world.folder(), WORDS), Vec::<String>::new(), "{removal:?}");
        if removal == Removal::Everything {
            assert_eq!(left_in(world.folder(), IDENTITY), Vec::<String>::new());
        }
    }
}
