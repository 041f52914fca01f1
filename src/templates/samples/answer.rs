//! Samples of what whoever sent a command is answered.

use crate::domain::acting::Acting;
use crate::domain::approval::SignatureFault;
use crate::domain::command::parse::Wanted;
use crate::domain::command::vocabulary::Word;
use crate::domain::notice::Notice;
use crate::domain::notice::answer::{
    Answer, CodeRequested, CodeTrouble, CommandUnproven, Doubt, EvidenceSent, Leaving, Line, Misreading, MovedClocks,
    Offer, Outcome, SentFile, State, Transcript,
};
use crate::domain::protection::MailSignatureFault;
use crate::domain::question::Question;
use crate::domain::role::{Audience, Role};
use crate::domain::scan::Scan;
use crate::domain::stage::{Stage, Status};
use crate::domain::tlp::Tlp;
use crate::domain::workflow::facts::help;
use crate::domain::workflow::refusal::{Field, Refusal};
use crate::templates::samples::kabid::findings;
use crate::templates::samples::team::clock;
use crate::templates::samples::{at, months};

#[rustfmt::skip]
const DOUBTS: &[Doubt] = &[
    Doubt::NoReply, Doubt::Domain, Doubt::Signature, Doubt::SignatureRequired, Doubt::NoCode, Doubt::PartsDiffer, Doubt::TooMany,
];

pub(super) fn all() -> Vec<Notice> {
    let mut samples = vec![transcript(done(), true, false), transcript(queries(), true, true), approved()];
    samples.push(transcript(refusals(), false, false));
    samples.push(transcript(misreadings(), false, false));
    for number in [Some("CIAMIS-2026-0007".to_owned()), None] {
        samples.push(Notice::CodeRequested(CodeRequested {
            number: number.clone(),
            subject: String::new(),
            role: Role::Kabid,
            typed: "isolasi".to_owned(),
            word: Word::Isolate,
        }));
        samples.extend(DOUBTS.iter().map(|doubt| unproven(number.clone(), *doubt, None)));
        samples.extend(
            MailSignatureFault::ALL.iter().map(|fault| unproven(number.clone(), Doubt::Signature, Some(*fault))),
        );
    }
    samples.push(Notice::EvidenceSent(EvidenceSent {
        number: "CIAMIS-2026-0007".to_owned(),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        files: [("1-layar.png", Scan::Clean), ("2-faktur.zip", Scan::Found("Win.Test.EICAR_HDB-1".to_owned()))]
            .map(|(name, scan)| SentFile { name: name.to_owned(), scan: Some(scan) })
            .into(),
        password: "infected".to_owned(),
    }));
    samples
}

fn unproven(number: Option<String>, doubt: Doubt, fault: Option<MailSignatureFault>) -> Notice {
    let role = if fault.is_some() { Role::Kabid } else { Role::Analyst };
    Notice::CommandUnproven(CommandUnproven { number, subject: String::new(), role, doubt, fault })
}

fn transcript(lines: Vec<Line>, executed: bool, rehearsal: bool) -> Notice {
    Notice::Transcript(Box::new(Transcript {
        number: executed.then(|| "CIAMIS-2026-0007".to_owned()),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        role: Role::Analyst,
        rehearsal,
        executed,
        lines,
        ignored: if rehearsal { "Salam, Ani".to_owned() } else { String::new() },
        leaving: if executed && !rehearsal { vec![leaving()] } else { Vec::new() },
        state: Some(if executed { state() } else { with_the_kabid() }),
        next: vec![Offer::of(Word::Take), Offer::of(Word::Submit), Offer::of(Word::Ask)],
    }))
}

fn line(typed: &str, outcome: Outcome) -> Line {
    Line { typed: typed.to_owned(), outcome }
}

fn leaving() -> Leaving {
    Leaving {
        audience: Audience::Reporter,
        recipients: vec!["Budi Warga <budi@warga.example>".to_owned()],
        subject: "Re: Situs diretas [CIAMIS-2026-0007]".to_owned(),
        text: "Laporan CIAMIS-2026-0007 telah kami verifikasi.".to_owned(),
        at: at(23, 11, 5),
    }
}

fn state() -> State {
    State {
        status: Status::Analysis,
        assignee: Some("Ani Analis".to_owned()),
        turn: Some(Audience::Assignee),
        clock: Some(clock(Stage::Analysis)),
        others: vec![clock(Stage::Judol)],
        forwards_at: None,
    }
}

fn with_the_kabid() -> State {
    State { status: Status::Review, turn: Some(Audience::Kabid), clock: Some(clock(Stage::Review)), ..state() }
}

/// What the Kabid is told of his approval, and of a ticket that waits for an OPD.
fn approved() -> Notice {
    let elsewhere = State { status: Status::FollowUp, turn: Some(Audience::Opd), ..state() };
    let asked = [elsewhere, with_the_kabid()].map(|state| {
        let answer = Answer::Status { number: "CIAMIS-2026-0008".to_owned(), state };
        line("status 0008", Outcome::Done { word: Word::Status, answer: Some(answer) })
    });
    let approve = line("setuju 7Q4K-9M2X", Outcome::Done { word: Word::Approve, answer: None });
    Notice::Transcript(Box::new(Transcript {
        number: Some("CIAMIS-2026-0007".to_owned()),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        role: Role::Kabid,
        rehearsal: false,
        executed: true,
        lines: std::iter::once(approve).chain(asked).collect(),
        ignored: String::new(),
        leaving: Vec::new(),
        state: Some(State {
            status: Status::Approved,
            turn: Some(Audience::Kabid),
            clock: Some(clock(Stage::Forwarding)),
            forwards_at: Some(at(23, 13, 10)),
            ..state()
        }),
        next: vec![Offer::of(Word::Forward)],
    }))
}

fn done() -> Vec<Line> {
    let plain = |word| Outcome::Done { word, answer: None };
    vec![line("ambil", plain(Word::Take)), line("valid judol tinggi dinkes", plain(Word::Verify))]
}

fn queries() -> Vec<Line> {
    let answers = [
        (Word::Status, Answer::Status { number: "CIAMIS-2026-0007".to_owned(), state: state() }),
        (Word::List, Answer::List { tickets: vec![months::ticket()] }),
        (Word::Recap, Answer::Recap { recap: Box::new(months::busy()) }),
        separated(MovedClocks::Untouched),
        separated(MovedClocks::Restored),
        separated(MovedClocks::Kept),
        (Word::Help, Answer::Help { possible: vec![Offer::of(Word::Fixed)], others: help(Role::Opd).split_off(2) }),
    ];
    answers
        .into_iter()
        .map(|(word, answer)| line(word.as_str(), Outcome::Done { word, answer: Some(answer) }))
        .collect()
}

fn separated(clocks: MovedClocks) -> (Word, Answer) {
    (Word::Split, Answer::Separated { number: "CIAMIS-2026-0009".to_owned(), clocks })
}

fn refusals() -> Vec<Line> {
    let word = Word::Approve;
    let whys = [
        Refusal::NotYours { word, role: Some(Role::Analyst), allowed: vec![Role::Kabid] },
        Refusal::OtherOffice,
        Refusal::NotNow { word, status: Status::New },
        Refusal::Unclassified { fields: vec![Field::Kind, Field::Severity, Field::Opd] },
        Refusal::NothingAsked { word },
        Refusal::WhichQuestion { open: vec![Question::Review { version: 1 }, Question::Bssn] },
        Refusal::AnsweredAlready { question: Question::AcceptRisk },
        Refusal::StaleVersion { answered: 1, current: 2 },
        Refusal::Signature { fault: SignatureFault::NoSignature },
        Refusal::NeedsReason { word },
        Refusal::NotLater { due_at: at(25, 14, 0) },
        Refusal::NeedsDate,
        Refusal::Itself,
        Refusal::NoSuchTicket { number: "CIAMIS-2026-0999".parse().expect("a ticket number") },
        Refusal::NoTicket,
        Refusal::WhichTicket {
            numbers: ["CIAMIS-2026-0042", "CIAMIS-2026-0043"].map(|number| number.parse().expect("a number")).into(),
        },
        Refusal::NoEvidence,
        Refusal::TooMuchEvidence { size_bytes: 31_000_000 },
        Refusal::WhoIsAdmitted { waiting: 0 },
        Refusal::WhoIsAdmitted { waiting: 2 },
        Refusal::WhichMail,
        Refusal::NoReporter,
        Refusal::AlreadySo,
        Refusal::NoHigherRung,
        Refusal::SecondLookBySame,
        Refusal::NothingToUndo,
        Refusal::BeyondTlp { tlp: Tlp::Red, audience: Audience::Opd, needed: Tlp::AmberStrict, approval: true },
        Refusal::BeyondTlp { tlp: Tlp::AmberStrict, audience: Audience::Bssn, needed: Tlp::Amber, approval: false },
        Refusal::PersonalData { found: findings(), word: Word::Submit },
        Refusal::Acting { found: Acting::ALL.to_vec(), pdf: true },
        Refusal::Acting { found: vec![Acting::Linked], pdf: false },
        Refusal::OvertakenSince,
    ];
    whys.map(|why| line("setuju", Outcome::Refused { why })).to_vec()
}

fn misreadings() -> Vec<Line> {
    let whys = [
        Misreading::Unknown { nearest: Some(Word::Verify) },
        Misreading::Unknown { nearest: None },
        Misreading::Missing { wanted: Wanted::Text },
        Misreading::NotA { wanted: Wanted::Opd, found: "dinksos".to_owned() },
        Misreading::WhoseText,
        Misreading::SectionsMissing { sections: vec!["kronologi", "dampak"] },
        Misreading::SeveralDocuments { count: 2 },
        Misreading::NotAPdf,
    ];
    let codes = [
        CodeTrouble::Unknown { tries_left: 4 },
        CodeTrouble::Exhausted,
        CodeTrouble::Used,
        CodeTrouble::Expired,
        CodeTrouble::Foreign,
    ];
    let mut lines = whys.map(|why| line("valldi", Outcome::Misread { why })).to_vec();
    lines.extend(codes.map(|fault| line("setuju 7Q4K-9M2X", Outcome::BadCode { fault })));
    lines.push(line("isolasi", Outcome::CodeSent { word: Word::Isolate }));
    lines.push(line("ambil", Outcome::NotRun));
    lines
}
