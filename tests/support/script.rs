//! People who read their own mailboxes on a real Dovecot and answer as a mail program does, with the
//! mail quoted below.

use chrono::Utc;
use mail_parser::MessageParser;
use siaga::domain::approval::Code;

use super::desk::Desk;
use super::dovecot::{Dovecot, PEOPLE};
use super::letters::Letter;
use super::smtp_sink::SmtpSink;

/// A mail as it lies in somebody's mailbox.
pub struct Mail {
    pub id: String,
    pub subject: String,
    pub text: String,
    pub references: Vec<String>,
}

pub struct Script<'a> {
    pub desk: &'a mut Desk,
    dovecot: &'a Dovecot,
    sink: &'a SmtpSink,
    /// Mails the SMTP server has handed over to the mailboxes.
    handed_over: usize,
    replies: usize,
}

impl<'a> Script<'a> {
    /// Nobody has read or written anything yet.
    pub fn new(desk: &'a mut Desk, dovecot: &'a Dovecot, sink: &'a SmtpSink) -> Script<'a> {
        Script { desk, dovecot, sink, handed_over: 0, replies: 0 }
    }

    /// Waits until the newest mail of somebody has these words in its subject, after the ones he has
    /// read before.
    pub fn reads(&mut self, who: &str, about: &str, seen: usize) -> Mail {
        let (dovecot, sink, handed_over) = (self.dovecot, self.sink, &mut self.handed_over);
        let mut found = None;
        self.desk.until(&format!("{who} reads about {about}"), |_| {
            hand_over(sink, dovecot, handed_over);
            found = mailbox(dovecot, who).into_iter().filter(|mail| mail.subject.contains(about)).nth(seen);
            found.is_some()
        });
        found.expect("it was found")
    }

    /// Answers a mail.
    pub fn replies(&mut self, who: &str, mail: &Mail, text: &str) {
        let letter = self.answer(who, mail, text);
        self.dovecot.deliver(&letter.raw(), Utc::now());
    }

    /// An answer to a mail that is still to be sent.
    pub fn answer(&mut self, who: &str, mail: &Mail, text: &str) -> Letter {
        self.replies += 1;
        let quoted: Vec<String> = mail.text.lines().map(|line| format!("> {line}")).collect();
        let references: Vec<String> = mail.references.iter().chain([&mail.id]).map(|id| format!("<{id}>")).collect();
        Letter::from(who)
            .subject(&format!("Re: {}", mail.subject))
            .header("In-Reply-To", &format!("<{}>", mail.id))
            .header("References", &references.join(" "))
            .id(&format!("{}@uji.example", self.replies))
            .text(&format!("{text}\n\nPada Senin, Ciamiskab-CSIRT menulis:\n\n{}", quoted.join("\n")))
    }

    /// Waits until the one ticket has a state.
    pub fn until_status(&mut self, status: &str) {
        let what = format!("the ticket is {status}");
        self.desk.until(&what, |desk| desk.tickets().first().is_some_and(|ticket| ticket["status"] == status));
    }
}

/// The SMTP server hands what it has taken over to the mailboxes it has.
pub fn hand_over(sink: &SmtpSink, dovecot: &Dovecot, handed_over: &mut usize) {
    for mail in sink.taken().into_iter().skip(*handed_over) {
        for to in mail.to.iter().filter(|to| PEOPLE.contains(&to.as_str())) {
            dovecot.deliver_to(to, &mail.bytes, Utc::now());
        }
        *handed_over += 1;
    }
}

/// What somebody sees in his mailbox.
pub fn mailbox(dovecot: &Dovecot, who: &str) -> Vec<Mail> {
    let read = |raw: Vec<u8>| {
        let message = MessageParser::default().parse(&raw).expect("a message");
        let references = message.references().as_text_list().unwrap_or_default();
        Mail {
            id: message.message_id().unwrap_or_default().to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            references: references.iter().map(ToString::to_string).collect(),
        }
    };
    dovecot.reads(who).into_iter().map(read).collect()
}

pub fn code_in(text: &str) -> String {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let code = words.find(|word| word.find('-') == Some(4) && Code::typed(word).is_some());
    code.expect("a one-time code").to_owned()
}
