//! Mails out by SMTP: one kept connection, one recipient per transaction, and for every reply the
//! stage at which it came.
//!
//! **Invariants:** an interrupted or timed-out dialogue is never gone on with; a mail is in doubt only
//! once its whole final dot was written, and sent only by the reply 250 to that dot.

mod reply;
mod wire;
mod session;
mod login;

use lettre::Address as LettreAddress;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};

use crate::domain::outgoing::{OutgoingMail, SendOutcome, framing_fault};
use crate::domain::person::Address;
use crate::mail::connect::{Endpoint, Login};
use crate::mail::smtp::reply::{Reply, Silence};
use crate::mail::smtp::session::{COMMAND_MAX, DATA_MAX, Session, TextEnd};
use crate::mail::transport::{Mailer, Trouble};

/// How the provider's mail server is reached.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// The server.
    pub endpoint: Endpoint,
    /// Who logs in; a server in the office may want nobody to.
    pub login: Option<Login>,
    /// The name in EHLO; the machine's own without it.
    pub hello_name: Option<String>,
}

/// A [`Mailer`] that keeps one connection to the provider's mail server.
pub struct SmtpMailer {
    settings: SmtpSettings,
    /// Absent while a mail is on its way, so that an interrupted dialogue ends with its connection.
    kept: Option<Session>,
}

/// What a mail server said of itself when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpProbe {
    /// The name it greets with.
    pub server: String,
    /// The TLS version, if there is TLS.
    pub tls: Option<String>,
    /// The mechanism of the login, if one is configured.
    pub login: Option<&'static str>,
}

/// Connects, secures, greets, logs in and takes leave: everything but a mail.
///
/// # Errors
/// The [`Trouble`] a mail would meet.
pub async fn probe(settings: &SmtpSettings) -> Result<SmtpProbe, Trouble> {
    let session = Session::open(settings).await?;
    let found =
        SmtpProbe { server: session.server.name().to_owned(), tls: session.tls_version(), login: session.login };
    session.quit().await;
    Ok(found)
}

impl SmtpMailer {
    /// A mailer that connects when the first mail comes.
    pub fn new(settings: SmtpSettings) -> SmtpMailer {
        SmtpMailer { settings, kept: None }
    }

    /// Begins a mail on the kept connection or on a new one.
    async fn begin(&mut self, envelope: &Envelope) -> Result<(Session, Result<Reply, Silence>), Trouble> {
        if let Some(mut kept) = self.kept.take()
            && kept.ready().await
            && let Ok(reply) = kept.ask(envelope.mail(), COMMAND_MAX).await
            && reply.agrees()
        {
            return Ok((kept, Ok(reply)));
        }
        // A kept connection may have been closed meanwhile, or refuse only its n-th mail. Nothing but
        // the sender was said on it, so a fresh one decides.
        let mut session = Session::open(&self.settings).await?;
        let answered = session.ask(envelope.mail(), COMMAND_MAX).await;
        Ok((session, answered))
    }
}

impl Mailer for SmtpMailer {
    async fn send(&mut self, mail: &OutgoingMail) -> SendOutcome {
        let envelope = match Envelope::of(mail) {
            Ok(envelope) => envelope,
            Err(outcome) => return outcome,
        };
        let (mut session, answered) = match self.begin(&envelope).await {
            Ok(begun) => begun,
            Err(Trouble { reason, needs_person }) => return SendOutcome::Unavailable { reason, needs_person },
        };
        let (outcome, end) = transact(&mut session, answered, &envelope, &mail.bytes).await;
        self.kept = match end {
            End::Clean => Some(session),
            End::MailOpen => {
                session.mail_open = true;
                Some(session)
            }
            End::Lost => None,
        };
        outcome
    }

    async fn rest(&mut self) {
        if let Some(session) = self.kept.take() {
            session.quit().await;
        }
    }
}

/// The state in which a transaction leaves its connection.
enum End {
    /// The next mail can begin.
    Clean,
    /// The server still waits for the rest of a refused mail.
    MailOpen,
    /// The two sides may have lost each other.
    Lost,
}

impl End {
    /// After a refusal that leaves the dialogue in the state `otherwise`.
    fn after(refusal: &Reply, otherwise: End) -> End {
        // Agreement where it makes no sense, or a 503, says that the two have lost each other.
        if refusal.closes() || refusal.code < 400 || refusal.code == 503 { End::Lost } else { otherwise }
    }
}

/// One mail from the reply to MAIL to the reply to the final dot.
async fn transact(
    session: &mut Session,
    answered: Result<Reply, Silence>,
    envelope: &Envelope,
    bytes: &[u8],
) -> (SendOutcome, End) {
    match answered {
        Ok(reply) if reply.agrees() => {}
        Ok(reply) => {
            return (reply::refused_sender(&reply, envelope.from.is_none()), End::after(&reply, End::Clean));
        }
        Err(silence) => return broken(session, "MAIL", &silence),
    }
    match session.ask(envelope.rcpt(), COMMAND_MAX).await {
        Ok(reply) if reply.agrees() => {}
        Ok(reply) => return (reply::refused_mail(&reply), End::after(&reply, End::MailOpen)),
        Err(silence) => return broken(session, "RCPT", &silence),
    }
    match session.ask(Data, DATA_MAX).await {
        Ok(reply) if reply.code == 354 => {}
        Ok(reply) => return (reply::refused_mail(&reply), End::after(&reply, End::MailOpen)),
        Err(silence) => return broken(session, "DATA", &silence),
    }
    match session.hand_over(bytes).await {
        TextEnd::Answered(reply) if reply.code == 250 => (reply::answered_dot(&reply), End::Clean),
        TextEnd::Answered(reply) => (reply::answered_dot(&reply), End::after(&reply, End::Clean)),
        TextEnd::BrokenOff { silence, last_words: None } => broken(session, "the text of the mail", &silence),
        TextEnd::BrokenOff { last_words: Some(reply), .. } => (reply::refused_mail(&reply), End::Lost),
        TextEnd::Unanswered(Silence(reason)) => {
            let reason = format!("{} has the whole mail and did not say what became of it: {reason}", session.shown);
            (SendOutcome::InDoubt { reason }, End::Lost)
        }
    }
}

fn broken(session: &Session, command: &str, silence: &Silence) -> (SendOutcome, End) {
    let Trouble { reason, needs_person } = session.broken(command, silence);
    (SendOutcome::Unavailable { reason, needs_person }, End::Lost)
}

/// Sender and recipient of one mail as lettre writes them.
struct Envelope {
    from: Option<LettreAddress>,
    to: LettreAddress,
}

impl Envelope {
    /// The envelope of a mail that can be sent, or what becomes of one that cannot.
    fn of(mail: &OutgoingMail) -> Result<Envelope, SendOutcome> {
        let written = |address: &Address| address.as_str().parse::<LettreAddress>();
        let from = mail.envelope_from.as_ref().map(written).transpose().map_err(|error| SendOutcome::Unavailable {
            reason: format!("the desk's own address: {error}"),
            needs_person: true,
        })?;
        let to = written(&mail.recipient)
            .map_err(|error| SendOutcome::Permanent { reply: format!("not sent: the recipient's address: {error}") })?;
        let fault = framing_fault(&mail.bytes).or((!mail.bytes.is_ascii()).then_some("is not 7-bit clean"));
        match fault {
            Some(fault) => Err(SendOutcome::Permanent { reply: format!("not sent: the mail {fault}") }),
            None => Ok(Envelope { from, to }),
        }
    }

    fn mail(&self) -> Mail {
        Mail::new(self.from.clone(), vec![])
    }

    fn rcpt(&self) -> Rcpt {
        Rcpt::new(self.to.clone(), vec![])
    }
}
