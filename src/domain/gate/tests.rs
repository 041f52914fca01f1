//! The gate as a table: who is let through to what.

use super::*;
use crate::domain::directory::Opd;
use crate::domain::notice::answer::EvidenceSent;
use crate::domain::notice::opd::{Affected, FollowUpReminder, PersonalDataDuty};
use crate::domain::notice::reporter::News;
use crate::domain::person::Person;
use crate::domain::role::Audience;
use crate::domain::stage::Status;

fn person(name: &str, address: &str) -> Person {
    Person { name: name.to_owned(), address: address.parse().expect("valid") }
}

fn opd(code: &str) -> Opd {
    Opd {
        code: code.to_owned(),
        name: format!("Dinas {code}"),
        hosts: Vec::new(),
        critical: Vec::new(),
        contacts: vec![person("Admin", &format!("admin@{code}.example"))],
        secretary: None,
        head: Some(person("Kepala", &format!("kepala@{code}.example"))),
        vital: false,
        personal_data: false,
    }
}

fn people() -> Directory {
    Directory {
        analysts: vec![person("Ani", "ani@csirt.example")],
        kabid: Some(person("Kabid", "kabid@csirt.example")),
        opds: vec![opd("dinkes"), opd("disdik")],
        sekda: Some(person("Sekda", "sekda@setda.example")),
        bssn: vec![person("Gov-CSIRT", "bantuan@bssn.example")],
        ..Directory::default()
    }
}

fn ticket(tlp: Tlp) -> Ticket {
    let number = "CIAMIS-2026-0007".parse().expect("a number");
    let at = "2026-11-23T01:00:00Z".parse().expect("a time");
    Ticket {
        id: crate::domain::ticket::TicketId(7),
        number,
        subject: "Situs diretas".to_owned(),
        reporter: Some(person("Budi", "budi@warga.example")),
        language: crate::domain::incoming::Language::Id,
        status: Status::Forwarded,
        opened_at: at,
        stage_started_at: at,
        due_at: None,
        due_calendar_at: None,
        revision: 0,
        assignee: None,
        class: crate::domain::ticket::Classification {
            opd: Some("dinkes".to_owned()),
            tlp,
            ..crate::domain::ticket::Classification::default()
        },
        flags: crate::domain::ticket::Flags::default(),
        tally: crate::domain::ticket::Tally::default(),
        parent: None,
        closed_by: None,
        closed_at: None,
    }
}

fn affected(opd: &str, tlp: Tlp) -> Affected {
    let opd = format!("Dinas {opd}");
    Affected {
        number: "CIAMIS-2026-0007".to_owned(),
        opd,
        system: None,
        kind: None,
        finding: None,
        severity: None,
        tlp,
    }
}

fn duty() -> Notice {
    let at = "2026-11-23T01:00:00Z".parse().expect("a time");
    Notice::PersonalDataDuty(PersonalDataDuty {
        affected: affected("dinkes", Tlp::Clear),
        audience: Audience::Opd,
        started_at: at,
        due_at: at,
        reminder: false,
    })
}

fn to_reporter() -> Notice {
    Notice::ToReporter(ToReporter {
        number: "CIAMIS-2026-0007".to_owned(),
        language: crate::domain::incoming::Language::Id,
        name: "Budi".to_owned(),
        subject: "Situs diretas".to_owned(),
        news: News::NoBounty {},
    })
}

fn evidence() -> Notice {
    Notice::EvidenceSent(EvidenceSent {
        number: "CIAMIS-2026-0007".to_owned(),
        subject: "Situs diretas".to_owned(),
        files: Vec::new(),
        password: String::new(),
    })
}

fn asked(notice: &Notice, to: &str, tlp: Tlp, admitted: bool) -> Result<Vec<&'static str>, Barred> {
    let (ticket, people) = (ticket(tlp), people());
    let today = "2026-11-23".parse().expect("a day");
    let gate = Gate { ticket: Some(&ticket), office: None, admitted, people: &people, today };
    gate.let_through(notice, &to.parse().expect("valid")).map(|cleared| cleared.without().to_vec())
}

#[test]
fn each_reader_gets_what_is_his() {
    let (office, reporter, inner) = (duty(), to_reporter(), evidence());
    let check = |to: &str, expected: [Result<(), Barred>; 3]| {
        let found = [&office, &reporter, &inner].map(|notice| asked(notice, to, Tlp::Amber, false).map(|_| ()));
        assert_eq!(found, expected, "{to}");
    };
    let no = Err(Barred::NoParty);
    let not_his = Err(Barred::NotForHim);
    check("ani@csirt.example", [Ok(()), Ok(()), Ok(())]);
    check("kabid@csirt.example", [Ok(()), Ok(()), Ok(())]);
    check("admin@dinkes.example", [Ok(()), not_his, no]);
    check("kepala@dinkes.example", [Ok(()), not_his, no]);
    check("budi@warga.example", [not_his, Ok(()), no]);
    check("sekda@setda.example", [Ok(()), not_his, no]);
    check("bantuan@bssn.example", [Ok(()), not_his, no]);
    check("admin@disdik.example", [not_his, not_his, no]);
    check("orang@lain.example", [no, no, no]);
    check("pelapor-ciamis-2026-0007@dihapus.invalid", [Err(Barred::Removed); 3]);
}

#[test]
fn a_distribution_code_goes_as_far_as_first_has_it() {
    let check = |tlp: Tlp, opd: bool, leadership: bool, sectoral: bool| {
        for (to, reaches) in [
            ("ani@csirt.example", true),
            ("kabid@csirt.example", true),
            ("admin@dinkes.example", opd),
            ("sekda@setda.example", leadership),
            ("bantuan@bssn.example", sectoral),
        ] {
            let expected = if reaches { Ok(Vec::new()) } else { Err(Barred::Tlp) };
            assert_eq!(asked(&duty(), to, tlp, false), expected, "{tlp} {to}");
        }
        assert_eq!(asked(&to_reporter(), "budi@warga.example", tlp, false), Ok(Vec::new()), "his own case");
    };
    check(Tlp::Red, false, false, false);
    check(Tlp::AmberStrict, true, true, false);
    check(Tlp::Amber, true, true, true);
    check(Tlp::Green, true, true, true);
    check(Tlp::Clear, true, true, true);
}

#[test]
fn whoever_was_let_in_does_not_learn_who_reported() {
    assert_eq!(asked(&to_reporter(), "siti@warga.example", Tlp::Amber, true), Ok(vec!["name", "subject"]));
    assert_eq!(asked(&to_reporter(), "siti@warga.example", Tlp::Amber, false), Err(Barred::NoParty));
    assert_eq!(asked(&duty(), "siti@warga.example", Tlp::Amber, true), Err(Barred::NotForHim));
}

#[test]
fn of_several_cases_each_is_asked_for() {
    let at = "2026-11-23T01:00:00Z".parse().expect("a time");
    let item = |opd: &str, tlp| FollowUpReminder {
        affected: affected(opd, tlp),
        acknowledged: true,
        due_at: at,
        minutes_left: 0,
    };
    let people = people();
    let today = "2026-11-23".parse().expect("a day");
    let gate = Gate { ticket: None, office: None, admitted: false, people: &people, today };
    let left = |items: Vec<FollowUpReminder>| {
        let notice = Notice::FollowUpReminders(FollowUpReminders::of(items));
        let to: Address = "admin@dinkes.example".parse().expect("valid");
        gate.let_through(&notice, &to).map(|cleared| cleared.notice().affected().len())
    };
    assert_eq!(left(vec![item("dinkes", Tlp::Amber), item("dinkes", Tlp::Clear)]), Ok(2));
    assert_eq!(left(vec![item("dinkes", Tlp::Amber), item("dinkes", Tlp::Red)]), Ok(1));
    assert_eq!(left(vec![item("dinkes", Tlp::Amber), item("disdik", Tlp::Clear)]), Ok(1), "another office's");
    assert_eq!(left(vec![item("dinkes", Tlp::Red)]), Err(Barred::Tlp));
}

#[test]
fn nobody_but_the_team_and_himself_sees_who_reported() {
    for reader in Reader::ALL {
        let sees = reader.may_see(Data::Identity) || reader.may_see(Data::ReporterWords);
        assert_eq!(sees, matches!(reader, Reader::Team | Reader::Reporter), "{reader:?}");
        let inner = reader.may_see(Data::Inner);
        assert_eq!(inner, *reader == Reader::Team, "{reader:?}");
        assert!(*reader != Reader::Stranger || !Data::ALL.iter().any(|data| reader.may_see(*data)));
    }
}
