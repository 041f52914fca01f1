//! The cast and the shortcuts of the stories: Budi reports, Ani and Dedi analyse, the Kabid decides,
//! Rina answers for Dinas Kesehatan.

use chrono::{DateTime, TimeZone, Utc};
use siaga::config;
use siaga::domain::Time;
use siaga::domain::approval::{Signature, SignedFile};
use siaga::domain::case::Case;
use siaga::domain::command::{Assessment, Command};
use siaga::domain::digest::Digest;
use siaga::domain::incoming::{IncomingMail, Language, Nature};
use siaga::domain::kind::IncidentKind;
use siaga::domain::notice::Notice;
use siaga::domain::person::{Address, Person};
use siaga::domain::protection::Protection;
use siaga::domain::question::Question;
use siaga::domain::report::{Section, Submission};
use siaga::domain::role::{Actor, Audience, Role};
use siaga::domain::stage::{Stage, Status};
use siaga::domain::workflow::refusal::Refusal;
use siaga::domain::workflow::{Decision, Event, Instruction, Report, Rules, decide, open};

/// A ticket in the hands of its people, at one moment.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) case: Case,
    pub(crate) rules: Rules,
    pub(crate) now: Time,
    /// What the last event led to.
    pub(crate) last: Option<Decision>,
}

pub(crate) fn rules() -> Rules {
    config::embedded().rules()
}

/// A moment in November 2026 by the clocks of Ciamis; the 23rd is a Monday.
pub(crate) fn at(day: u32, hour: u32, minute: u32) -> Time {
    let local = chrono_tz::Asia::Jakarta.with_ymd_and_hms(2026, 11, day, hour, minute, 0);
    local.single().expect("a moment that exists").with_timezone(&Utc)
}

/// A moment as the people of Ciamis write it: `24 10:30`.
pub(crate) fn wib(time: Time) -> String {
    time.with_timezone(&chrono_tz::Asia::Jakarta).format("%d %H:%M").to_string()
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn person(role: Role, text: &str) -> Actor {
    Actor::Person { role, address: address(text) }
}

pub(crate) fn ani() -> Actor {
    person(Role::Analyst, "ani@csirt.example")
}

pub(crate) fn dedi() -> Actor {
    person(Role::Analyst, "dedi@csirt.example")
}

pub(crate) fn kabid() -> Actor {
    person(Role::Kabid, "kabid@csirt.example")
}

pub(crate) fn rina() -> Actor {
    person(Role::Opd, "admin@dinkes.example")
}

pub(crate) fn budi() -> Actor {
    person(Role::Reporter, "budi@warga.example")
}

pub(crate) fn mail(subject: &str, text: &str) -> IncomingMail {
    IncomingMail {
        raw: Digest::of(b"raw"),
        core: Digest::of(b"core"),
        size_bytes: 1_000,
        message_id: None,
        in_reply_to: Vec::new(),
        references: Vec::new(),
        sender: Some(Person { name: "Budi Warga".to_owned(), address: address("budi@warga.example") }),
        from_text: "Budi Warga <budi@warga.example>".to_owned(),
        reply_to: None,
        recipients: Vec::new(),
        subject: subject.to_owned(),
        date: None,
        text: text.to_owned(),
        new_text: text.to_owned(),
        command_text: text.to_owned(),
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

/// A whole report in labelled paragraphs.
pub(crate) fn submission() -> Submission {
    let text = |section: &Section| (*section, format!("Isi {}.", section.label()));
    Submission { file: None, sections: Section::ALL.iter().map(text).collect() }
}

pub(crate) fn text(words: &str) -> String {
    words.to_owned()
}

/// `#valid judol tinggi dinkes`, or another kind.
pub(crate) fn valid(kind: IncidentKind) -> Command {
    Command::Verify(Assessment {
        kind: Some(kind),
        opd: Some("dinkes".to_owned()),
        system: Some("dinkes.ciamiskab.go.id".to_owned()),
        ..Assessment::default()
    })
}

pub(crate) fn approve() -> Command {
    Command::Approve { withhold: false, signature: None }
}

impl Desk {
    /// Monday, 10.30: a report has come in.
    pub(crate) fn new() -> Desk {
        Desk::with(rules(), at(23, 10, 30))
    }

    pub(crate) fn with(rules: Rules, now: Time) -> Desk {
        let mail = mail("Situs Dinas Kesehatan diretas", "Lihat https://dinkes.ciamiskab.go.id/slot");
        let number = "CIAMIS-2026-0007".parse().expect("a number");
        let case = open(Report { number, mail: &mail, arrived_at: now }, &rules);
        Desk { case, rules, now, last: None }
    }

    /// The hands of the clock are moved.
    pub(crate) fn at(mut self, day: u32, hour: u32, minute: u32) -> Desk {
        self.now = at(day, hour, minute);
        self
    }

    pub(crate) fn try_event(&mut self, event: &Event) -> Result<(), Refusal> {
        let decision = decide(&self.case, event, &self.rules, self.now)?;
        self.case = decision.case.clone();
        self.last = Some(decision);
        Ok(())
    }

    pub(crate) fn event(mut self, event: Event) -> Desk {
        if let Err(refusal) = self.try_event(&event) {
            panic!("{event:?} in {}: {refusal:?}", self.case.ticket.status);
        }
        self
    }

    pub(crate) fn try_order(&mut self, by: &Actor, command: Command, answers: Option<Question>) -> Result<(), Refusal> {
        let instruction = Instruction {
            by: by.clone(),
            command,
            answers,
            message: None,
            sure: false,
            document: siaga::domain::workflow::DocumentWords::None,
        };
        self.try_event(&Event::Command(instruction))
    }

    /// Somebody orders something, and it is done.
    pub(crate) fn does(mut self, by: &Actor, command: Command) -> Desk {
        if let Err(refusal) = self.try_order(by, command.clone(), None) {
            panic!("{command:?} in {}: {refusal:?}", self.case.ticket.status);
        }
        self
    }

    /// Somebody orders something, and it is refused.
    pub(crate) fn refused(&self, by: &Actor, command: Command) -> Refusal {
        self.clone().try_order(by, command, None).expect_err("it should be refused")
    }

    pub(crate) fn status(&self) -> Status {
        self.case.ticket.status
    }

    /// What the last event said: `folder>audience`, with `~` where it waits for the hold.
    pub(crate) fn said(&self) -> Vec<String> {
        let said = |saying: &siaga::domain::workflow::Saying| {
            let held = if saying.held { "~" } else { "" };
            format!("{held}{}>{}", saying.notice.folder(), saying.notice.audience().as_str())
        };
        self.last.iter().flat_map(|decision| &decision.sayings).map(said).collect()
    }

    /// The last event's notice for an audience.
    pub(crate) fn notice_for(&self, audience: Audience) -> Option<&Notice> {
        let sayings = self.last.iter().flat_map(|decision| &decision.sayings);
        sayings.map(|saying| &saying.notice).find(|notice| notice.audience() == audience)
    }

    pub(crate) fn due(&self, stage: Stage) -> Option<String> {
        self.case.open_deadline(stage).map(|deadline| wib(deadline.due_at))
    }

    pub(crate) fn met(&self, stage: Stage) -> Option<bool> {
        self.case.deadline(stage).and_then(siaga::domain::deadline::Deadline::met)
    }

    // The way to each state.

    pub(crate) fn taken() -> Desk {
        Desk::new().does(&ani(), Command::Take)
    }

    pub(crate) fn awaiting_reporter() -> Desk {
        Desk::taken().does(&ani(), Command::Ask { text: text("Di halaman mana?") })
    }

    pub(crate) fn analysis() -> Desk {
        Desk::taken().at(23, 11, 0).does(&ani(), valid(IncidentKind::SqlInjection))
    }

    pub(crate) fn review() -> Desk {
        Desk::analysis().at(23, 14, 0).does(&ani(), Command::Submit(submission()))
    }

    pub(crate) fn repair() -> Desk {
        Desk::review().at(23, 14, 30).does(&kabid(), Command::Revise { notes: text("Lengkapi kronologi.") })
    }

    pub(crate) fn approved() -> Desk {
        Desk::review().at(23, 14, 30).does(&kabid(), approve())
    }

    pub(crate) fn on_its_way() -> Desk {
        Desk::approved().at(23, 14, 40).event(Event::HoldEnded)
    }

    pub(crate) fn forwarded() -> Desk {
        Desk::on_its_way().event(Event::ForwardSent)
    }

    pub(crate) fn follow_up() -> Desk {
        Desk::forwarded().at(23, 15, 30).does(&rina(), Command::Acknowledge { officer: text("Rina") })
    }

    pub(crate) fn recheck() -> Desk {
        Desk::follow_up().at(24, 9, 0).does(&rina(), Command::Fixed { account: text("CMS diperbarui.") })
    }

    pub(crate) fn resolved() -> Desk {
        Desk::recheck().at(24, 11, 0).does(&ani(), Command::Pass { note: String::new() })
    }

    pub(crate) fn not_valid() -> Desk {
        Desk::taken().does(&ani(), Command::Reject { reason: text("Tidak dapat diulang.") })
    }

    pub(crate) fn duplicate() -> Desk {
        let of = "CIAMIS-2026-0003".parse().expect("a number");
        Desk::taken().does(&ani(), Command::Duplicate { of })
    }

    pub(crate) fn referred() -> Desk {
        Desk::taken().does(&ani(), Command::Refer { to: text("Polri, patrolisiber.id") })
    }

    pub(crate) fn junk() -> Desk {
        Desk::taken().does(&ani(), Command::Spam)
    }

    /// A ticket in each state, by the usual way there.
    pub(crate) fn everywhere() -> Vec<Desk> {
        vec![
            Desk::new(),
            Desk::taken(),
            Desk::awaiting_reporter(),
            Desk::analysis(),
            Desk::review(),
            Desk::repair(),
            Desk::approved(),
            Desk::forwarded(),
            Desk::follow_up(),
            Desk::recheck(),
            Desk::resolved(),
            Desk::not_valid(),
            Desk::duplicate(),
            Desk::referred(),
            Desk::junk(),
        ]
    }
}

pub(crate) fn parse_time(text: &str) -> Time {
    DateTime::parse_from_rfc3339(text).expect("a time").with_timezone(&Utc)
}

/// A PDF whose signature was found good, by a certificate that was traced to a CA or not.
pub(crate) fn signed(traced: bool) -> Option<Signature> {
    let (file, certificate) = (Digest::of(b"pdf"), Digest::of(b"sertifikat"));
    let signer = "Kepala Bidang".to_owned();
    Some(Signature::Checked(SignedFile { file, signer, certificate, signed_at: at(24, 9, 0), traced }))
}
