//! One notice of every kind and branch: what templates are tried on before a desk starts.

mod alert;
mod answer;
mod kabid;
mod months;
mod opd;
mod protected;
mod reporter;
mod team;

use chrono::{TimeZone, Utc};

use crate::domain::Time;
use crate::domain::alarm::Alarm;
use crate::domain::calendar::Counting;
use crate::domain::completeness::Missing;
use crate::domain::digest::Digest;
use crate::domain::evidence::{Origin, Unmoved};
use crate::domain::incoming::{Content, Defect, Language};
use crate::domain::indicator::{Kind, indicators};
use crate::domain::lookalike::Lookalike;
use crate::domain::notice::Notice;
use crate::domain::notice::gathered::{Gathered, GatheredTicket, Tallied};
use crate::domain::notice::related::{Related, Relation, SameDay, SeenIn};
use crate::domain::notice::reporter::{FileReceived, OwnWords, ReportReceived};
use crate::domain::notice::team::{EvidenceFile, MailHeld, MessageFiled, OwnHost, TicketOpened};
use crate::domain::scan::Scan;
use crate::domain::stage::Stage;

/// Every sample: together they pass through every branch of every template.
pub fn all() -> Vec<Notice> {
    let mut samples = Vec::new();
    for language in [Language::Id, Language::En] {
        samples.extend(acknowledgements(language).map(Notice::ReportReceived));
    }
    samples.extend([true, false].map(|rich| Notice::TicketOpened(ticket_opened(rich))));
    let earlier = Related { number: "CIAMIS-2026-0003".to_owned(), why: Relation::AfterClosing };
    let left = Related { why: Relation::Separated, ..earlier.clone() };
    for related in [earlier, left] {
        samples.push(Notice::TicketOpened(TicketOpened { related: Some(related), ..ticket_opened(false) }));
    }
    samples.extend([true, false].map(|pending| Notice::MessageFiled(message_filed(pending))));
    samples.extend([Unmoved::UnprovenReporter, Unmoved::UnprovenBounce, Unmoved::SeveralTickets].map(|unmoved| {
        Notice::MessageFiled(MessageFiled { unmoved: Some(unmoved), evidence: Origin::None, ..message_filed(false) })
    }));
    samples.push(Notice::MailHeld(MailHeld {
        held: 17,
        arrived_at: at(23, 10, 30),
        size_bytes: 181_000,
        reason: "limits: more than 100 messages inside each other".to_owned(),
    }));
    samples.extend([true, false].map(|storm| Notice::Gathered(gathered(storm))));
    let protected = |protection| MessageFiled { protection: Some(Box::new(protection)), ..message_filed(true) };
    samples.extend(protected::all().into_iter().map(protected).map(Notice::MessageFiled));
    samples.extend(reporter::all());
    samples.extend(team::all());
    samples.extend(kabid::all());
    samples.extend(opd::all());
    samples.extend(answer::all());
    samples.extend(alert::all());
    samples
}

fn at(day: u32, hour: u32, minute: u32) -> Time {
    // 23 November 2026 is a Monday; the hours are those of WIB.
    let local = chrono_tz::Asia::Jakarta.with_ymd_and_hms(2026, 11, day, hour, minute, 0);
    local.earliest().expect("Jakarta has no clock changes").with_timezone(&Utc)
}

fn acknowledgements(language: Language) -> [ReportReceived; 6] {
    let plain = ReportReceived {
        number: "CIAMIS-2026-0007".to_owned(),
        language,
        arrived_at: at(23, 10, 30),
        files: vec![
            FileReceived { name: None, content: Content::Image, size_bytes: 182_000 },
            FileReceived { name: None, content: Content::Pdf, size_bytes: 1_250_000 },
        ],
        missing: vec![Missing::Target, Missing::When],
        due_at: at(23, 14, 30),
        begins_at: None,
        too_large: false,
        encrypted: false,
        own_words: None,
    };
    let known = ReportReceived {
        files: vec![FileReceived { name: Some("layar.png".to_owned()), content: Content::Image, size_bytes: 900 }],
        missing: Vec::new(),
        own_words: Some(OwnWords { name: "Budi Warga".to_owned(), subject: "Situs diretas".to_owned() }),
        ..plain.clone()
    };
    let at_night = ReportReceived {
        files: Vec::new(),
        missing: vec![Missing::Steps, Missing::Evidence],
        arrived_at: at(21, 21, 0),
        begins_at: Some(at(23, 7, 30)),
        due_at: at(23, 10, 30),
        ..plain.clone()
    };
    let nameless = OwnWords { name: String::new(), subject: String::new() };
    let encrypted = ReportReceived {
        files: Vec::new(),
        missing: Vec::new(),
        encrypted: true,
        own_words: Some(nameless),
        ..plain.clone()
    };
    let large = ReportReceived { files: Vec::new(), missing: Vec::new(), too_large: true, ..plain.clone() };
    let bare = ReportReceived { files: Vec::new(), missing: Vec::new(), ..plain.clone() };
    [plain, known, at_night, encrypted, large, bare]
}

fn ticket_opened(rich: bool) -> TicketOpened {
    let bare = TicketOpened {
        number: "CIAMIS-2026-0007".to_owned(),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        from: "Budi Warga <budi@warga.example>".to_owned(),
        evidence: Origin::None,
        protection: None,
        language: Language::Id,
        arrived_at: at(23, 10, 30),
        due_at: at(23, 14, 30),
        minutes_left: 180,
        counting: Counting::Working,
        unlisted_years: Vec::new(),
        text: "Halaman https://dinkes.ciamiskab.go.id/slot/ menampilkan judi.\n#valid".to_owned(),
        files: Vec::new(),
        missing: Vec::new(),
        hosts: Vec::new(),
        unattached: 0,
        alarms: Vec::new(),
        indicators: Vec::new(),
        more_indicators: 0,
        seen_in: Vec::new(),
        same_day: None,
        reply_to: None,
        related: None,
        silence: None,
        lookalike: None,
        defects: Vec::new(),
    };
    if !rich {
        return bare;
    }
    TicketOpened {
        files: vec![evidence_file(), archive()],
        unattached: 1,
        missing: vec![Missing::When, Missing::Evidence],
        hosts: vec![OwnHost { host: "dinkes.ciamiskab.go.id".to_owned(), opd: "Dinas Kesehatan".to_owned() }],
        alarms: vec![Alarm::CriticalHost { host: "dinkes.ciamiskab.go.id".to_owned() }, Alarm::Gambling],
        indicators: indicators("https://slot.evil.example/gacor 203.0.113.7 CVE-2024-4577"),
        more_indicators: 3,
        seen_in: vec![
            SeenIn { number: "CIAMIS-2026-0002".to_owned(), shared: Kind::Sha256, more: 2 },
            SeenIn { number: "CIAMIS-2026-0001".to_owned(), shared: Kind::Host, more: 0 },
        ],
        same_day: Some(SameDay {
            host: "dinkes.ciamiskab.go.id".to_owned(),
            others: 2,
            first: "CIAMIS-2026-0005".to_owned(),
        }),
        reply_to: Some("lain@warga.example".to_owned()),
        related: Some(Related { number: "CIAMIS-2026-0003".to_owned(), why: Relation::Mentioned }),
        silence: Some("list".to_owned()),
        unlisted_years: vec![2028],
        lookalike: Some(Box::new(Lookalike {
            sender: "ani@xn--csrt-m9d.example".to_owned(),
            meant: "@csirt.example".to_owned(),
            whole: false,
        })),
        defects: vec![Defect::NoMessageId, Defect::DamagedEncoding],
        evidence: Origin::Dkim,
        ..bare
    }
}

fn message_filed(pending: bool) -> MessageFiled {
    MessageFiled {
        number: "CIAMIS-2026-0007".to_owned(),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        from: "Budi Warga <budi@warga.example>".to_owned(),
        evidence: Origin::Dmarc,
        protection: None,
        pending,
        unmoved: None,
        arrived_at: at(23, 11, 0),
        stage: Stage::Verification,
        due_at: (!pending).then(|| at(23, 14, 30)),
        text: "Ini tangkapan layarnya.".to_owned(),
        files: if pending { Vec::new() } else { vec![evidence_file()] },
        indicators: if pending { Vec::new() } else { indicators("evil.example") },
    }
}

fn gathered(storm: bool) -> Gathered {
    let tallied = |what: &str, count| Tallied { what: what.to_owned(), count };
    let number = "CIAMIS-2026-0051".to_owned();
    let ticket = GatheredTicket { number, subject: "Situs diretas".to_owned(), due_at: storm.then(|| at(23, 14, 30)) };
    Gathered {
        storm: storm.then(|| at(23, 10, 30)),
        notices: 61,
        tickets: if storm { 61 } else { 1 },
        hosts: if storm { vec![tallied("dinkes.ciamiskab.go.id", 58)] } else { Vec::new() },
        senders: if storm { vec![tallied("warga.example", 61)] } else { Vec::new() },
        named: vec![ticket],
        more: if storm { 60 } else { 0 },
        every_minutes: 15,
    }
}

fn evidence_file() -> EvidenceFile {
    EvidenceFile {
        name: "layar.png".to_owned(),
        content: Content::Image,
        size_bytes: 182_000,
        digest: Digest::of(b"layar"),
        attached: true,
        scan: Some(Scan::Clean),
    }
}

fn archive() -> EvidenceFile {
    let name = "bukti.zip".to_owned();
    EvidenceFile {
        name,
        content: Content::Archive,
        size_bytes: 82_000,
        digest: Digest::of(b"zip"),
        attached: false,
        scan: Some(Scan::Away),
    }
}
