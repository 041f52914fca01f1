//! `siaga check --live`: logs in to both servers and sends a mail to the desk itself.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::time::sleep;

use crate::cli::setup::Home;
use crate::clock::{Clock, SystemClock};
use crate::compose::{AutoSubmitted, Letter, compose};
use crate::config::{Source, Transport};
use crate::daemon::scanner::Scanner;
use crate::domain::incoming::Language;
use crate::domain::outgoing::{OutboxId, OutgoingMail, SendOutcome};
use crate::domain::person::Person;
use crate::domain::scan::Scan;
use crate::mail::imap::probe::Probe;
use crate::mail::imap::{ImapMailbox, ImapSettings, probe};
use crate::mail::smtp::{self, SmtpMailer, SmtpProbe};
use crate::mail::transport::{Extent, Folder, Listed, Mailbox, Mailer, Piece};
use crate::store::{Store, messages};

/// How long the mail to ourselves may take.
const ROUND_TRIP_SECONDS: u32 = 60;

/// Proves that mail can be fetched and sent, and files be scanned.
pub(super) fn run(home: &Home, out: &mut impl Write) -> Result<()> {
    let settings = &home.config.settings;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some(scanner) = home.scanner() {
        let address = &home.config.settings.scanner.as_ref().map(|scanner| scanner.address.to_string());
        let version = runtime.block_on(try_scanner(&scanner));
        let version = version.with_context(|| format!("[scanner] {}", address.as_deref().unwrap_or_default()))?;
        writeln!(out, "ok       the malware scanner finds EICAR: {version}")?;
    }
    if settings.intake.source != Source::Imap || settings.smtp.transport != Transport::Smtp {
        writeln!(out, "ok       a Maildir needs no server")?;
        return Ok(());
    }
    runtime.block_on(async {
        let (imap_settings, smtp_settings) = (home.imap()?, home.smtp()?);
        let found = ways_in(&probe::probe(&imap_settings).await?);
        writeln!(out, "ok       IMAP login at {}: {found}", settings.imap.host)?;
        let found = ways_out(&smtp::probe(&smtp_settings).await?);
        writeln!(out, "ok       SMTP login at {}: {found}", settings.smtp.host)?;
        let mail = mail_to_ourselves(home)?;
        match SmtpMailer::new(smtp_settings).send(&mail).await {
            SendOutcome::Sent { reply } => writeln!(out, "ok       sent a mail to {}: {reply}", mail.recipient)?,
            SendOutcome::Transient { reply } | SendOutcome::Permanent { reply } => {
                bail!("the server did not take a mail to {}: {reply}", mail.recipient)
            }
            SendOutcome::Unavailable { reason, .. }
            | SendOutcome::InDoubt { reason }
            | SendOutcome::Unprotected { reason } => {
                bail!("a mail to {} could not be sent: {reason}", mail.recipient)
            }
        }
        await_return(home, imap_settings, &mail.message_id).await?;
        writeln!(out, "ok       it came back through the mailbox")?;
        Ok(())
    })
}

/// Whether the scanner answers, finds what every scanner finds, and lets through what is harmless.
/// Returns what it calls itself.
async fn try_scanner(scanner: &Scanner) -> Result<String> {
    scanner.ping().await.context("clamd does not answer PING; is it running, and may this user open its socket?")?;
    let version = scanner.version().await.context("clamd does not answer VERSION")?;
    // In two halves, so that no scanner finds it in this program.
    let eicar = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    let eicar = scanner.scan_alone(eicar.as_bytes()).await;
    let found = matches!(eicar, Scan::Found(_));
    ensure!(found, "it calls the EICAR test file `{}`: are its signatures loaded?", eicar.as_str());
    let harmless = scanner.scan_alone(b"Surel uji coba.").await;
    ensure!(harmless == Scan::Clean, "it calls a harmless text `{}`", harmless.as_str());
    Ok(version)
}

/// What the mailbox can do, and what that means here.
fn ways_in(probe: &Probe) -> String {
    let word = |has: bool, with: &str, without: &str| if has { with.to_owned() } else { without.to_owned() };
    let mut ways = vec![
        format!("{} messages in the inbox", probe.messages),
        word(probe.idle, "IDLE tells of new mail at once", "no IDLE: new mail waits for the next look"),
    ];
    ways.push(match (probe.moves, probe.uidplus, probe.keywords) {
        (true, _, _) => "MOVE".to_owned(),
        (false, true, _) => "no MOVE: messages are copied and removed one by one".to_owned(),
        (false, false, true) => "neither MOVE nor UIDPLUS: messages stay in the inbox under a keyword".to_owned(),
        (false, false, false) => {
            "no MOVE, no UIDPLUS, no keywords: what was taken in can only be told apart by Siaga itself".to_owned()
        }
    });
    for (folder, exists) in &probe.folders {
        if !exists {
            ways.push(format!("folder {folder} will be made"));
        }
    }
    ways.join("; ")
}

fn ways_out(probe: &SmtpProbe) -> String {
    let tls = probe.tls.as_deref().unwrap_or("no TLS");
    let login = probe.login.map_or("no login".to_owned(), |mechanism| format!("login by {mechanism}"));
    format!("{}, {tls}, {login}", probe.server)
}

fn mail_to_ourselves(home: &Home) -> Result<OutgoingMail> {
    let desk = &home.config.settings.desk;
    let from = Person { name: desk.name.clone(), address: desk.address.clone() };
    let text = "Surel ini dikirim oleh `siaga check --live` untuk menguji jalur surel. Tidak perlu dibalas.\n";
    to_ourselves(home, from, ("Uji jalur surel Siaga", text), 0)
}

/// The `number`-th mail to the desk itself that tries something out.
pub(super) fn to_ourselves(
    home: &Home,
    from: Person,
    (subject, text): (&str, &str),
    number: i64,
) -> Result<OutgoingMail> {
    let now = SystemClock.now();
    let desk = &home.config.settings.desk;
    // A keyed id: the running desk recognises its own mail and files it without an answer.
    let row = OutboxId(now.timestamp_millis() + number);
    let message_id = home.key()?.mint(row, None, desk.address.domain());
    // As the mails of the desk do: a server that takes no such sender is found out here.
    let returns = home.key()?.return_token(&row.0.to_string()).return_address(&desk.address);
    let returns = returns.filter(|_| home.config.settings.command.subaddress && from.address == desk.address);
    let envelope_from = Some(returns.unwrap_or_else(|| from.address.clone()));
    let composed = compose(&Letter {
        from,
        to: desk.address.clone(),
        reply_to: None,
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: format!("<p>{text}</p>"),
        message_id: message_id.clone(),
        in_reply_to: None,
        references: Vec::new(),
        date: now,
        auto: AutoSubmitted::Generated,
        language: Language::Id,
        attachments: Vec::new(),
    })?;
    Ok(OutgoingMail {
        id: OutboxId(0),
        message_id,
        envelope_from,
        recipient: desk.address.clone(),
        bytes: composed.bytes,
        missing: Vec::new(),
        clear: false,
    })
}

/// Waits for the mail in the mailbox, or in the database of the desk that is running.
async fn await_return(home: &Home, settings: ImapSettings, message_id: &str) -> Result<()> {
    let mut mailbox = ImapMailbox::new(settings);
    for _ in 0..ROUND_TRIP_SECONDS {
        let taken_in = |store: Store| messages::has_header_id(store.db(), message_id);
        if home.store().is_ok_and(|store| taken_in(store).unwrap_or(false)) {
            return Ok(());
        }
        let listed = mailbox.list().await?;
        if let Some((found, _)) = find(&mut mailbox, &listed, message_id).await? {
            // A running desk takes it in by itself; without one it would wait as unread mail.
            if home.lock().is_ok() {
                mailbox.archive(&[found.place], Folder::Processed).await?;
            }
            return Ok(());
        }
        sleep(Duration::from_secs(1)).await;
    }
    bail!(
        "a mail to our own address did not come back within {ROUND_TRIP_SECONDS} seconds; does [desk] address lead to this mailbox?"
    )
}

/// The message with that id among the newest, and its header block.
pub(super) async fn find(
    mailbox: &mut ImapMailbox,
    listed: &[Listed],
    message_id: &str,
) -> Result<Option<(Listed, String)>> {
    let newest = &listed[listed.len().saturating_sub(20)..];
    let (mut header, mut found) = (Vec::new(), None);
    let mut look = |piece: Piece<'_>| {
        match piece {
            Piece::Bytes(_, bytes) => header.extend_from_slice(bytes),
            Piece::End(place) => {
                let text = String::from_utf8_lossy(&header).into_owned();
                if text.contains(message_id) {
                    found = Some((place.clone(), text));
                }
                header.clear();
            }
        }
        Ok(())
    };
    mailbox.fetch(newest, Extent::Header, &mut look).await.context("look for the mail")?;
    Ok(found.and_then(|(place, text)| {
        newest.iter().find(|listed| listed.place == place).map(|listed| (listed.clone(), text))
    }))
}
