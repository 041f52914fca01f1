//! A desk that wants evidence, and the provider that stamps its mail.

use siaga::config::Config;
use siaga::domain::stage::Status;

use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI, KABID, REPORT, status};
use crate::support::world::World;

/// What the provider writes above a mail whose domain vouches for it.
pub(crate) fn pass(domain: &str) -> String {
    format!("mx.csirt.example; dmarc=pass header.from={domain}")
}

/// A mail with the provider's trace above it, and its results, if it writes any.
pub(crate) fn delivered(raw: &[u8], results: Option<&str>) -> Vec<u8> {
    let results = results.map(|results| format!("Authentication-Results: {results}\r\n")).unwrap_or_default();
    let trace = "Received: from out.example (out.example [192.0.2.7]) by mx.csirt.example (Postfix) with ESMTPS id 4F2A; \
                 Mon, 23 Nov 2026 10:00:00 +0700\r\n";
    [results.as_bytes(), trace.as_bytes(), raw].concat()
}

/// A desk whose provider vouches for its staff.
pub(crate) fn desk() -> World {
    desk_with(|_| {})
}

/// The same, otherwise configured.
pub(crate) fn desk_with(change: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        config.settings.command.require_evidence = true;
        let trust = &mut config.settings.trust;
        trust.use_results = true;
        trust.authserv_id = "mx.csirt.example".to_owned();
        trust.trace_hosts = vec!["mx.csirt.example".to_owned()];
        change(config);
    })
}

/// A letter arrives, with these results.
pub(crate) fn arrives(world: &mut World, letter: &Letter, results: Option<&str>) {
    world.deliver_raw(delivered(&letter.raw(), results));
    world.take_in();
}

/// Somebody answers, and his domain vouches for it.
pub(crate) fn answers(world: &mut World, address: &str, about: &str, text: &str) {
    let reply = world.reply(address, about, text);
    let domain = address.rsplit_once('@').expect("an address").1;
    arrives(world, &reply, Some(&pass(domain)));
}

/// A ticket about the site of Dinas Kesehatan.
pub(crate) fn report(world: &mut World) {
    let letter = Letter::from(&format!("Budi Warga <{BUDI}>"))
        .subject("Situs dinkes berisi judi")
        .text("Halaman https://dinkes.ciamiskab.go.id/slot/ menampilkan judi sejak 23/11/2026 pukul 07.00.");
    arrives(world, &letter, None);
}

/// Brings the ticket to the Kabid.
pub(crate) fn submit(world: &mut World) {
    report(world);
    answers(world, ANI, "Baru", "#valid xss sedang dinkes");
    world.minutes(6);
    answers(world, ANI, "Baru", REPORT);
    assert_eq!(status(world), Status::Review);
}

/// A desk with a report that waits for the Kabid.
pub(crate) fn in_review() -> World {
    let mut world = desk();
    submit(&mut world);
    world
}

/// The Kabid's answer with the right code of the request.
pub(crate) fn approval(world: &World) -> Letter {
    let code = world.latest(KABID, "Mohon reviu").code();
    world.reply(KABID, "Mohon reviu", &format!("#setuju {code}"))
}

/// Mails somebody got.
pub(crate) fn mails(world: &World, address: &str) -> usize {
    world.mailbox_of(address).len()
}

/// Why the latest order was refused: a field of the logbook.
pub(crate) fn refusal(world: &World, field: &str) -> serde_json::Value {
    let events = world.events();
    let refused = events.iter().rev().find(|event| event.detail.get("verdict").is_some()).expect("a refusal");
    refused.detail.get(field).cloned().unwrap_or_default()
}
