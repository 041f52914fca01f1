//! One command line → one [`Order`], or what is wrong with the line.

use crate::domain::Time;
use crate::domain::approval::{Code, Signature};
use crate::domain::calendar::Calendar;
use crate::domain::command::Command;
use crate::domain::command::arguments::Arguments;
use crate::domain::command::grammar::CommandLine;
use crate::domain::command::vocabulary::{Form, Found, Word, find};
use crate::domain::directory::Directory;
use crate::domain::incoming::Attachment;
use crate::domain::report::Unfit;

/// A command with the code that came with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What is ordered.
    pub command: Command,
    /// The one-time code on the line, as it was typed.
    pub code: Option<String>,
    /// Whether he says that he means what he was asked back about.
    pub sure: bool,
}

/// What command lines are read against.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The text below the commands, cut for whoever reads it.
    pub below: &'a str,
    /// The files that came with the mail.
    pub files: &'a [Attachment],
    /// What is known of the signature of a PDF among them.
    pub signature: Option<Signature>,
    /// Whether a report must be a PDF.
    pub pdf_only: bool,
    /// Who is who.
    pub people: &'a Directory,
    /// Working time.
    pub calendar: &'a Calendar,
    /// First part of ticket numbers.
    pub prefix: &'a str,
    /// When the mail is read.
    pub now: Time,
}

/// Why a line is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// There is no such word.
    #[error("there is no command `{typed}`")]
    Unknown {
        /// As it was typed.
        typed: String,
        /// The nearest word, if one is near.
        nearest: Option<Word>,
    },
    /// Something is missing.
    #[error("{0:?} is missing")]
    Missing(Wanted),
    /// Something stands there that is not what is wanted.
    #[error("`{found}` is not {wanted:?}")]
    NotA {
        /// What is wanted.
        wanted: Wanted,
        /// What stands there.
        found: String,
    },
    /// Several commands want the one text below them.
    #[error("several commands want the text below them")]
    WhoseText,
    /// What was submitted is no report.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

/// What an argument should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Wanted {
    Text,
    Kind,
    Severity,
    Opd,
    Assessment,
    Tlp,
    Language,
    TicketNumber,
    Analyst,
    Address,
    Deputy,
    Date,
    Month,
    YesNoDone,
    Nothing,
}

/// Reads the lines of one mail. Each line is read for itself; the text below belongs to the one
/// command that takes a text and has none on its line.
pub fn parse(lines: &[CommandLine], reading: &Reading<'_>) -> Vec<Result<Order, Misread>> {
    let waits_for_text = |line: &CommandLine| match find(&line.word) {
        Found::Command(word) => takes_text(word) && without_code(word, &line.arguments).1.is_empty(),
        Found::Near(_) | Found::Nothing => false,
    };
    let several = !reading.below.is_empty() && lines.iter().filter(|line| waits_for_text(line)).count() > 1;
    let read = |line: &CommandLine| match several && waits_for_text(line) {
        true => Err(Misread::WhoseText),
        false => order(line, reading),
    };
    lines.iter().map(read).collect()
}

/// Whether the text below the commands is used by one of them; if not, it is told so.
pub fn uses_text(lines: &[CommandLine]) -> bool {
    lines.iter().any(|line| matches!(find(&line.word), Found::Command(word) if takes_text(word)))
}

fn takes_text(word: Word) -> bool {
    match word.row().form {
        Form::Text(_) | Form::ArgumentsAndText => true,
        Form::Nothing | Form::Arguments => false,
    }
}

fn order(line: &CommandLine, reading: &Reading<'_>) -> Result<Order, Misread> {
    let word = match find(&line.word) {
        Found::Command(word) => word,
        Found::Near(word) => return Err(unknown(line, Some(word))),
        Found::Nothing => return Err(unknown(line, None)),
    };
    let (code, arguments) = without_code(word, &line.arguments);
    let (sure, arguments) = without_assurance(word, arguments);
    let command = Arguments::new(arguments, reading).command(word)?;
    Ok(Order { command, code, sure })
}

/// What says that personal data in a text that leaves the team are meant.
const SURE: &str = "yakin";

/// The arguments without the word that says so, where a text may reach an OPD or its superiors.
fn without_assurance(word: Word, arguments: String) -> (bool, String) {
    let may_carry = matches!(
        word,
        Word::Submit
            | Word::Pass
            | Word::Fail
            | Word::Close
            | Word::Reopen
            | Word::Reject
            | Word::Extend
            | Word::Escalate
            | Word::Isolate
            | Word::Bssn
    );
    let (first, rest) = arguments.split_once(' ').unwrap_or((&arguments, ""));
    let said = may_carry && first.eq_ignore_ascii_case(SURE);
    if said { (true, rest.trim_start().to_owned()) } else { (false, arguments) }
}

fn unknown(line: &CommandLine, nearest: Option<Word>) -> Misread {
    Misread::Unknown { typed: line.word.clone(), nearest }
}

/// Characters of a code as we write it, with its hyphen.
const LENGTH_SHOWN: usize = 9;

/// Takes the code off a line. Where a text or a date may follow, a code must look like neither: it
/// has its hyphen, or digits among letters. On a line that needs none where the sender's domain
/// vouches for him, it is the last word, as the mail that brought it shows it.
fn without_code(word: Word, arguments: &str) -> (Option<String>, String) {
    let only_code = matches!(word, Word::Approve | Word::Forward);
    let may_carry = only_code
        || matches!(
            word,
            Word::Revise
                | Word::Reject
                | Word::Escalate
                | Word::Isolate
                | Word::Delegate
                | Word::Extend
                | Word::NewTicket
        );
    let is_code = |token: &str| {
        let hyphened = token.len() == LENGTH_SHOWN && token.find('-') == Some(4);
        let has = |kind: fn(&char) -> bool| token.chars().any(|c| kind(&c));
        let mixed = token.len() == 8 && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
        Code::typed(token).is_some() && (only_code || hyphened || mixed)
    };
    let tokens: Vec<&str> = arguments.split_whitespace().collect();
    let last = tokens.len().saturating_sub(1);
    let is_appended =
        |token: &str| token.len() == LENGTH_SHOWN && is_code(token) && token.chars().any(|c| c.is_ascii_alphabetic());
    let place = match may_carry {
        true => tokens.iter().position(|token| is_code(token)),
        false => tokens.last().filter(|token| is_appended(token)).map(|_| last),
    };
    match place {
        Some(place) => {
            let rest: Vec<_> =
                tokens.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, token)| *token).collect();
            (Some(tokens[place].to_owned()), rest.join(" "))
        }
        None => (None, arguments.to_owned()),
    }
}
