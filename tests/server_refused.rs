//! Case 87: a mail server whose certificate or login is refused is told after a quarter of an hour, by the way
//! that still works.

mod support;

use std::path::Path;
use std::process::Command;

use siaga::domain::notice::alert::Side;

use support::reported::ANI;
use support::world::World;

const WHY: &str = "the certificate of mail.csirt.example:993 is refused: it has expired";

fn refused(world: &World, side: Side) {
    let now = world.now();
    world.shared.engine.borrow_mut().server_refused(side, WHY, now).expect("noted");
}

fn told(world: &World) -> usize {
    world.mailbox_of(ANI).iter().filter(|mail| mail.subject.contains("sambungan ke server ditolak")).count()
}

fn checked(world: &World) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut siaga = Command::new(env!("CARGO_BIN_EXE_siaga"));
    siaga.arg("--config").arg(root.join("config")).arg("--templates").arg(root.join("templates")).arg("check");
    let output = siaga.env("SIAGA__DATA__DIR", world.folder()).output().expect("run siaga");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn case_87_a_mailbox_that_only_a_person_mends_was_told_to_nobody() {
    let mut world = World::new();
    refused(&world, Side::Mailbox);
    world.minutes(10);
    refused(&world, Side::Mailbox);
    assert_eq!(told(&world), 0, "a certificate may just be changed");
    world.minutes(5);
    assert_eq!(told(&world), 1);
    let words = world.latest(ANI, "Surel tidak dapat diambil").words();
    assert!(words.contains("is refused") && words.contains("07.30"), "{words}");
    // It is told once, however long it stands and however often Siaga is started.
    world.restart();
    refused(&world, Side::Mailbox);
    world.minutes(120);
    assert_eq!(told(&world), 1);
    // Mended and refused again is another trouble.
    world.inbox_round().expect("a look");
    world.shared.engine.borrow_mut().server_used(Side::Mailbox).expect("noted");
    refused(&world, Side::Mailbox);
    world.minutes(16);
    assert_eq!(told(&world), 2);
}

#[test]
fn case_87_a_trouble_that_is_mended_within_a_quarter_of_an_hour_is_told_to_nobody() {
    let mut world = World::new();
    refused(&world, Side::Mailbox);
    world.minutes(14);
    world.shared.engine.borrow_mut().server_used(Side::Mailbox).expect("noted");
    world.minutes(60);
    assert_eq!(told(&world), 0);
}

#[test]
fn case_87_check_names_the_way_that_is_refused_as_long_as_it_is() {
    let world = World::new();
    assert!(!checked(&world).contains("mail cannot be"), "{}", checked(&world));
    refused(&world, Side::Outgoing);
    let said = checked(&world).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("trouble mail cannot be sent since 2026-11-23 07:30 WIB"), "{said}");
    world.shared.engine.borrow_mut().server_used(Side::Outgoing).expect("noted");
    assert!(!checked(&world).contains("mail cannot be"));
}

#[test]
fn case_87_the_loop_that_sends_notes_what_only_a_person_mends() {
    use siaga::domain::outgoing::SendOutcome;
    use support::letters::Letter;
    let mut world = World::new();
    let refusal = SendOutcome::Unavailable { reason: WHY.to_owned(), needs_person: true };
    world.provider.borrow_mut().answers = vec![refusal].into();
    world.deliver(&Letter::from("budi@warga.example").subject("Situs diretas").text("Halaman utama berubah."));
    world.inbox_round().expect("a ticket");
    world.send();
    assert!(checked(&world).contains("mail cannot be sent"), "{}", checked(&world));
    world.minutes(1);
    world.send();
    assert!(!checked(&world).contains("mail cannot be sent"), "the next attempt went through");
}
