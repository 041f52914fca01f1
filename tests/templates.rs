//! Every mail as its reader gets it, as snapshots, and mistakes in templates named with their place.

use std::fs;
use std::path::Path;

use chrono_tz::Asia::Jakarta;

use siaga::config::embedded;
use siaga::domain::answer::Silence;
use siaga::domain::completeness::Missing;
use siaga::domain::evidence::Origin;
use siaga::domain::gate::carried::OF_THE_OFFICE;
use siaga::domain::incoming::{Automatic, Content, Defect, Language};
use siaga::domain::notice::Notice;
use siaga::domain::notice::reporter::ReportReceived;
use siaga::domain::notice::team::TicketOpened;
use siaga::templates::samples;
use siaga::templates::{Recipient, Rendered, Templates};

const COLUMNS: usize = 72;

fn templates() -> Templates {
    Templates::embedded(embedded().settings.desk, Jakarta).expect("the shipped templates are right")
}

fn rendered(notice: &Notice) -> Rendered {
    templates()
        .render(
            notice,
            &Recipient {
                name: None,
                code: Some("7Q4K-9M2X".to_owned()),
                message_id: "k1.7.1.00@csirt.example".to_owned(),
                reply_to: "csirt@ciamiskab.go.id".to_owned(),
                prompted: None,
            },
        )
        .expect("every notice can be rendered")
}

/// The samples with names: folder, language, and which one of its kind it is.
fn named_samples() -> Vec<(String, Notice)> {
    let mut names: Vec<String> = Vec::new();
    let mut named = Vec::new();
    for notice in samples::all() {
        let kind = format!("{}.{}", notice.folder(), notice.language().as_str());
        let position = names.iter().filter(|name| **name == kind).count() + 1;
        named.push((format!("{kind}.{position}"), notice));
        names.push(kind);
    }
    named
}

#[test]
fn every_notice_reads_well() {
    for (name, notice) in named_samples() {
        let Rendered { subject, text, html, .. } = rendered(&notice);
        insta::assert_snapshot!(format!("{name}.txt"), format!("Subject: {subject}\n\n{text}"));
        // The page is made of the text: one of each kind shows how.
        if name.ends_with(".1") {
            insta::assert_snapshot!(format!("{name}.html"), html);
        }
    }
}

/// Retention keeps copies of these for longer: a misspelt name would let them go with the letters.
#[test]
fn every_notice_about_a_system_of_an_office_is_known_as_the_offices_own() {
    for notice in samples::all() {
        let own = OF_THE_OFFICE.contains(&notice.folder());
        assert_eq!(own, !notice.affected().is_empty(), "{}", notice.folder());
    }
}

#[test]
fn every_notice_is_among_the_samples_in_every_language_it_has() {
    let samples = samples::all();
    let has = |folder: &str, language: Language| {
        samples.iter().any(|notice| notice.folder() == folder && notice.language() == language)
    };
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/mail");
    for entry in fs::read_dir(folders).expect("the shipped templates") {
        let path = entry.expect("an entry").path();
        let Some(folder) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_dir()) else { continue };
        assert!(has(folder, Language::Id), "no sample of {folder}");
        assert_eq!(has(folder, Language::En), path.join("body.en.txt").exists(), "{folder} in English");
    }
}

/// Whatever a mail can be or lack, there are words for it: a value without words would keep the mail
/// it stands in from ever being decided.
#[test]
fn there_are_words_for_every_value() {
    for automatic in AUTOMATIC {
        listed(Silence::Automatic(*automatic));
    }
    let silences = SILENCES.iter().copied().chain(AUTOMATIC.iter().map(|marker| Silence::Automatic(*marker)));
    for silence in silences {
        rendered(&opened(|data| data.silence = Some(silence.as_str().to_owned())));
    }
    for defect in DEFECTS {
        odd(*defect);
        rendered(&opened(|data| data.defects = vec![*defect]));
    }
    for missing in [Missing::Target, Missing::When, Missing::Steps, Missing::Evidence] {
        rendered(&opened(|data| data.missing = vec![missing]));
        for language in [Language::Id, Language::En] {
            rendered(&received(|data| (data.language, data.missing) = (language, vec![missing])));
        }
    }
    let kinds = ["image", "pdf", "office", "archive", "media", "message", "text", "program", "other"];
    for content in kinds.map(|name| Content::named(name).expect("a kind")) {
        rendered(&opened(|data| data.files[0].content = content));
        for language in [Language::Id, Language::En] {
            rendered(&received(|data| {
                data.language = language;
                data.files[0].content = content;
            }));
        }
    }
    for origin in Origin::ALL {
        rendered(&opened(|data| data.evidence = *origin));
    }
}

const SILENCES: &[Silence] = &[
    Silence::NoSender,
    Silence::Ourselves,
    Silence::EvidenceFails,
    Silence::AddressHour,
    Silence::AddressDay,
    Silence::WithoutEvidence,
    Silence::AllHour,
    Silence::Undeliverable,
    Silence::Storm,
    Silence::DomainHour,
    Silence::SameSubject,
    Silence::TicketShare,
    Silence::OutsiderDay,
    Silence::Junk,
    Silence::CatchUp,
];

const AUTOMATIC: &[Automatic] = &[
    Automatic::AutoSubmitted,
    Automatic::EmptyReturnPath,
    Automatic::RobotSender,
    Automatic::Precedence,
    Automatic::List,
    Automatic::SuppressHeader,
    Automatic::Report,
    Automatic::Wording,
    Automatic::Hops,
];

const DEFECTS: &[Defect] = &[
    Defect::NoFrom,
    Defect::SeveralFrom,
    Defect::UnusableFrom,
    Defect::NoMessageId,
    Defect::DamagedEncoding,
    Defect::UnknownCharset,
    Defect::EmptyBody,
    Defect::Truncated,
    Defect::Encrypted,
    Defect::TooLarge,
    Defect::ControlCharacters,
    Defect::Partial,
    Defect::Limits,
];

/// Does not compile when there is another reason for silence: list it above.
fn listed(silence: Silence) {
    match silence {
        Silence::NoSender | Silence::Ourselves | Silence::EvidenceFails | Silence::AddressHour => {}
        Silence::AddressDay | Silence::WithoutEvidence | Silence::AllHour => {}
        Silence::Undeliverable | Silence::Storm | Silence::DomainHour | Silence::SameSubject => {}
        Silence::TicketShare | Silence::OutsiderDay | Silence::Junk | Silence::CatchUp => {}
        Silence::Automatic(marker) => match marker {
            Automatic::AutoSubmitted | Automatic::EmptyReturnPath | Automatic::RobotSender => {}
            Automatic::Precedence | Automatic::List | Automatic::SuppressHeader => {}
            Automatic::Report | Automatic::Wording | Automatic::Hops => {}
        },
    }
}

/// Does not compile when there is another defect: list it above.
fn odd(defect: Defect) {
    match defect {
        Defect::NoFrom | Defect::SeveralFrom | Defect::UnusableFrom | Defect::NoMessageId => {}
        Defect::DamagedEncoding | Defect::UnknownCharset | Defect::EmptyBody | Defect::Truncated => {}
        Defect::Encrypted | Defect::TooLarge | Defect::ControlCharacters | Defect::Partial => {}
        Defect::Limits => {}
    }
}

#[test]
fn no_line_is_wider_than_a_mail_should_be() {
    for (name, notice) in named_samples() {
        let rendered = rendered(&notice);
        for line in rendered.text.lines().filter(|line| line.chars().count() > COLUMNS) {
            assert!(!line.trim().contains(' '), "{name}: {line}");
        }
        assert!(rendered.subject.chars().count() <= 200, "{name}: {}", rendered.subject);
    }
}

/// The samples pass through every expression there is: wherever an administrator mistypes a name, the
/// desk does not start, instead of failing in the one night in which that line is needed.
#[test]
fn a_mistyped_name_is_found_wherever_it_stands() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/mail");
    let (mut tried, mut unseen) = (0, Vec::new());
    for relative in template_files(&shipped) {
        let text = fs::read_to_string(shipped.join(&relative)).expect("a shipped template");
        for (at, _) in text.match_indices("{{ ") {
            let mistyped = format!("{}{{{{ x{}", &text[..at], &text[at + 3..]);
            let line = text[..at].matches('\n').count() + 1;
            let faults = faults_with(&relative, &mistyped);
            let line = if text[at..].starts_with("{{ body | safe }}") { ",".to_owned() } else { format!(":{line}:") };
            let place = format!("mail/{relative}{line}");
            if !faults.iter().any(|fault| fault.contains(&place)) {
                unseen.push(format!("{place} {faults:?}"));
            }
            tried += 1;
        }
    }
    assert!(unseen.is_empty(), "{unseen:#?}");
    assert!(tried > 80, "only {tried} expressions found");
}

#[test]
fn a_broken_template_is_named_with_its_place_and_remedy() {
    let check = |file: &str, text: &str, expected: &[&str]| {
        let faults = faults_with(file, text);
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        for part in expected {
            assert!(faults[0].contains(part), "{text}: {}", faults[0]);
        }
    };
    let body = "deadline/body.txt";
    check(
        body,
        "satu\n{{ numbr }}",
        &["`numbr` is not defined", "mail/deadline/body.txt:2:4", "{{ numbr }}", "use only"],
    );
    check(
        body,
        "{{ number | nosuch }}",
        &["Unknown filter `nosuch`", "mail/deadline/body.txt:1:13", "mend the template"],
    );
    check(body, "{% if number %}x", &["Unexpected end of input", "mail/deadline/body.txt:1:"]);
    check(body, "satu\ndua {{ number", &["Unexpected end of input", "mail/deadline/body.txt:2:"]);
    check(body, "{{ due_at | jam }}", &["Missing keyword argument `sejak`", "mail/deadline/body.txt:1:13"]);
    check(body, "{{ number | waktu }}", &["`CIAMIS-2026-0007` is no time", "mail/deadline/body.txt:1:13"]);
    check(body, "{% extends \"nosuch.txt\" %}", &["deadline/body.txt", "nosuch.txt"]);
    check("deadline/subject.txt", " \n", &["a mail without words", "mail/deadline"]);
    check("_layout.html", "{{ nosuch }}", &["`nosuch` is not defined", "mail/_layout.html:1:4"]);
}

#[test]
fn a_template_of_the_administrator_replaces_one_and_the_others_stay() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().join("mail/mail_held");
    fs::create_dir_all(&place).expect("create");
    fs::write(place.join("subject.txt"), "Ada surel tertahan: {{ held }}\n").expect("write");
    let templates = Templates::load(folder.path(), embedded().settings.desk, Jakarta).expect("they load");
    for notice in samples::all() {
        let theirs = templates
            .render(
                &notice,
                &Recipient {
                    name: None,
                    code: Some("7Q4K-9M2X".to_owned()),
                    message_id: "k1.7.1.00@csirt.example".to_owned(),
                    reply_to: "csirt@ciamiskab.go.id".to_owned(),
                    prompted: None,
                },
            )
            .expect("rendered");
        let shipped = rendered(&notice);
        assert_eq!(theirs.text, shipped.text);
        if notice.folder() == "mail_held" {
            assert_eq!(theirs.subject, "Ada surel tertahan: 17");
        } else {
            assert_eq!(theirs.subject, shipped.subject);
        }
    }
}

fn template_files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the shipped templates") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            files.extend(template_files(&path).into_iter().map(|file| format!("{name}/{file}")));
        } else {
            files.push(name);
        }
    }
    files
}

/// What is said of the shipped templates with one of them replaced.
fn faults_with(file: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mail").join(file);
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("create");
    fs::write(&path, text).expect("write");
    Templates::load(folder.path(), embedded().settings.desk, Jakarta).err().unwrap_or_default()
}

/// The rich sample of a new ticket, changed.
fn opened(change: impl FnOnce(&mut TicketOpened)) -> Notice {
    let base = samples::all().into_iter().find_map(|notice| {
        let Notice::TicketOpened(data) = notice else { return None };
        (!data.files.is_empty()).then_some(data)
    });
    let mut data = base.expect("a rich sample");
    change(&mut data);
    Notice::TicketOpened(data)
}

/// The sample of an acknowledgement with files and the sender's own words, changed.
fn received(change: impl FnOnce(&mut ReportReceived)) -> Notice {
    let base = samples::all().into_iter().find_map(|notice| {
        let Notice::ReportReceived(data) = notice else { return None };
        (data.own_words.is_some() && !data.files.is_empty()).then_some(data)
    });
    let mut data = base.expect("a sample with the sender's words");
    change(&mut data);
    Notice::ReportReceived(data)
}

#[test]
fn words_of_a_sender_nobody_vouches_for_are_not_repeated() {
    for notice in samples::all() {
        let Notice::ReportReceived(data) = &notice else { continue };
        if data.own_words.is_none() {
            let rendered = rendered(&notice);
            let said = format!("{} {} {}", rendered.subject, rendered.text, rendered.html);
            assert!(!said.contains("Budi") && !said.contains("diretas") && !said.contains("layar.png"), "{said}");
        }
    }
}
