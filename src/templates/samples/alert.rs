//! Samples of what the team is told about the desk itself.

use crate::domain::gate::Barred;
use crate::domain::lookalike::Lookalike;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::{DeskAlert, Misuse, Side, WithdrawnMail};
use crate::domain::tlp::Tlp;
use crate::templates::samples::at;

pub(super) fn all() -> Vec<Notice> {
    let mut samples = vec![
        DeskAlert::DiskShort { free_bytes: 400 << 20, reserve_bytes: 1280 << 20 },
        DeskAlert::MailWithheld { arrived_at: Some(at(23, 10, 30)), size_bytes: 181_000 },
        DeskAlert::MailWithheld { arrived_at: None, size_bytes: 181_000 },
        DeskAlert::ClockLeapt { expected: at(23, 10, 30), shown: at(25, 10, 30) },
    ];
    samples.extend([true, false].map(|staff| DeskAlert::MailUndelivered {
        subject: "[CIAMIS-2026-0007] Tenggat verifikasi hampir habis".to_owned(),
        addressee: "kabid@csirt.example".to_owned(),
        staff,
        reason: "550 5.1.1 no such user".to_owned(),
    }));
    samples.extend(Misuse::ALL.iter().map(|misuse| DeskAlert::NameMisused {
        claimed: "kabid@csirt.example".to_owned(),
        misuse: *misuse,
        number: (*misuse != Misuse::Unproven).then(|| "CIAMIS-2026-0007".to_owned()),
    }));
    samples
        .extend([None, Some("admin@dinkes.example".to_owned())].map(|addressee| DeskAlert::KeyUnusable { addressee }));
    samples.push(DeskAlert::OrdersUnexplained { person: "ani@csirt.example".to_owned(), explained: 3 });
    samples.push(DeskAlert::NameImitated {
        lookalike: Lookalike {
            sender: "kabid@xn--csrt-m9d.example".to_owned(),
            meant: "kabid@csirt.example".to_owned(),
            whole: true,
        },
        number: Some("CIAMIS-2026-0007".to_owned()),
    });
    samples.push(DeskAlert::MalwareFound {
        number: "CIAMIS-2026-0007".to_owned(),
        file: "faktur.zip".to_owned(),
        finding: "Win.Test.EICAR_HDB-1".to_owned(),
    });
    samples.extend([Barred::Tlp, Barred::NoParty, Barred::NotForHim].map(|barred| DeskAlert::NoticeWithheld {
        number: "CIAMIS-2026-0007".to_owned(),
        addressee: "admin@dinkes.example".to_owned(),
        tlp: Tlp::Red,
        barred,
    }));
    samples.extend(Side::ALL.iter().map(|side| DeskAlert::ServerRefused {
        side: *side,
        since: at(23, 10, 30),
        reason: "the certificate of mail.csirt.example:993 is refused: it has expired".to_owned(),
    }));
    samples.push(DeskAlert::DatabaseOlder { last: Some(at(23, 10, 30)) });
    let withdrawn = |addressee: &str, evidence| WithdrawnMail { addressee: addressee.to_owned(), evidence };
    samples.push(DeskAlert::MailWithdrawn {
        number: "CIAMIS-2026-0007".to_owned(),
        mails: vec![withdrawn("ani@csirt.example", false), withdrawn("dedi@csirt.example", true)],
    });
    samples.into_iter().map(Notice::DeskAlert).collect()
}
