//! A desk in memory without mail servers: values go in, rows come out.

use siaga::config::embedded;
use siaga::domain::Time;
use siaga::domain::answer::Caps;
use siaga::domain::desk::Desk;
use siaga::domain::digest::Digest;
use siaga::domain::incoming::{IncomingMail, Language, Nature};
use siaga::domain::limits::Limits;
use siaga::domain::message_id::MessageIdKey;
use siaga::domain::person::Person;
use siaga::domain::protection::Protection;
use siaga::domain::schedule::Schedules;
use siaga::engine::{Context, Engine, Retries};
use siaga::store::Store;
use siaga::store::blobs::{Blobs, Kind};
use siaga::templates::Templates;

/// The shipped desk under another name and other caps, started at `now`.
pub(crate) fn engine(desk: Desk, caps: Caps, now: Time) -> Engine {
    let config = embedded();
    let zone = config.calendar.zone();
    let context = Context {
        templates: Templates::embedded(desk.clone(), zone).expect("the shipped templates"),
        desk,
        rules: config.rules(),
        caps,
        // What the caps do is asked here, each alone.
        limits: Limits {
            domain_hour: 10_000,
            subject_day: 10_000,
            outsider_day: 10_000,
            analyst_hour: 10_000,
            storm_ten_minutes: 10_000,
            storm_one_sender: 10_000,
            ..config.settings.limits
        },
        images_max: 0,
        form_senders: Vec::new(),
        command: config.settings.command,
        schedules: Schedules::default(),
        retention: siaga::domain::retention::Retention::default(),
        entropy: || Ok([1; 5]),
        // With none, it would only try things out; what it keeps is never looked at here.
        files: Some(Blobs::open(tempfile::tempdir().expect("a folder").path()).expect("the blobs")),
        key: MessageIdKey::new([1; 32]),
        retries: Retries { pauses: config.settings.outbox.retry, give_up_after: config.settings.outbox.give_up_after },
        cutoff: None,
        attempts_max: 3,
    };
    Engine::start(Store::in_memory().expect("in memory"), context, now).expect("a desk")
}

/// The `number`-th mail of a person.
pub(crate) fn mail(sender: Option<&str>, number: usize) -> IncomingMail {
    let digest = Digest::of(format!("{sender:?} {number}").as_bytes());
    IncomingMail {
        raw: digest,
        core: digest,
        size_bytes: 500,
        message_id: Some(format!("{digest}@warga.example")),
        in_reply_to: Vec::new(),
        references: Vec::new(),
        sender: sender
            .map(|sender| Person { name: "Budi Warga".to_owned(), address: sender.parse().expect("an address") }),
        from_text: format!("Budi Warga <{}>", sender.unwrap_or("")),
        reply_to: None,
        recipients: Vec::new(),
        subject: "Situs diretas".to_owned(),
        date: None,
        text: "Situs berubah.".to_owned(),
        new_text: "Situs berubah.".to_owned(),
        command_text: "Situs berubah.".to_owned(),
        html_text: None,
        reported: String::new(),
        language: Language::Id,
        attachments: Vec::new(),
        nature: Nature::Person,
        automatic: None,
        junk: false,
        hops: 1,
        defects: Vec::new(),
        protection: Protection::default(),
    }
}

/// Puts a raw file where a message that was received has one.
pub(crate) fn durable(engine: &Engine, raw: &Digest) {
    let path = engine.context().files.as_ref().expect("the blobs").path(Kind::Raw, raw);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, b"").expect("a file");
}
