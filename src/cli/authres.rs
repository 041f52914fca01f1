//! `siaga check --live --authres`: does the provider remove Authentication-Results that a sender
//! forged in its name (RFC 8601 section 5)? Only then are its own believed.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::time::sleep;

use crate::cli::live;
use crate::cli::setup::Home;
use crate::config::{Probe, Source, Transport};
use crate::domain::Time;
use crate::domain::evidence::{Results, TrustRules};
use crate::domain::outgoing::{OutgoingMail, SendOutcome};
use crate::domain::person::Person;
use crate::mail::imap::ImapMailbox;
use crate::mail::parse::parse;
use crate::mail::smtp::SmtpMailer;
use crate::mail::transport::{Folder, Mailbox, Mailer};
use crate::store::blobs::Kind;
use crate::store::{messages, meta};

/// How long a forged mail may be on its way.
const WAY_SECONDS: u32 = 120;

/// The provider's name in every spelling that means it (RFC 8601 section 2.2).
const SPELLINGS: [&str; 6] = ["{id}", "{ID}", "(x) {id}", "{id} 1", "\"{id}\"", "\r\n\t{id}"];

/// A word no other mail holds.
fn mark(message_id: &str) -> String {
    format!("policy.uji={}", message_id.replace(['@', '.'], "-").to_ascii_lowercase())
}

/// Whether the results of that mail stand in the header block that arrived.
fn survives(header: &str, message_id: &str) -> bool {
    header.to_ascii_lowercase().contains(&mark(message_id))
}

/// Results in the provider's name, as a forger writes them.
fn forged_results(spelling: &str, id: &str, domain: &str, message_id: &str) -> String {
    let name = spelling.replace("{id}", id).replace("{ID}", &id.to_ascii_uppercase());
    format!("Authentication-Results: {name}; dmarc=pass header.from={domain} {}\r\n", mark(message_id))
}

/// Sends six forged mails and looks which of their marks survive.
pub(super) fn run(home: &Home, out: &mut impl Write) -> Result<()> {
    let settings = &home.config.settings;
    let Some(probe) = &settings.probe else {
        writeln!(out, "skipped  forged results: [probe] names no second account to send them from")?;
        return Ok(());
    };
    let id = &settings.trust.authserv_id;
    if id.is_empty() || settings.intake.source != Source::Imap || settings.smtp.transport != Transport::Smtp {
        bail!("forged results can be tried only with [trust] authserv_id, an IMAP mailbox and an SMTP server");
    }
    // Nothing is sent for what could not be noted.
    drop(home.store_to_note_in()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Tried { survivors, own } = runtime.block_on(tried(home, probe, out))?;
    let store = home.store_to_note_in()?;
    if survivors > 0 {
        meta::set_results_proved(store.db(), None)?;
        bail!("{survivors} of {} forged results survive: leave use_authentication_results off", SPELLINGS.len());
    }
    meta::set_results_proved(store.db(), Some(id))?;
    writeln!(out, "ok       no forged result in the name {id} survives; the provider's own may be believed")?;
    if let Some(why) = own.and_then(never_believed) {
        writeln!(out, "weak     but they never will be: {why}")?;
    }
    Ok(())
}

/// What came of the forged mails.
struct Tried {
    /// Results of ours that arrived.
    survivors: usize,
    /// What the provider itself wrote on the last mail that arrived.
    own: Option<Results>,
}

/// What our provider says on a mail with that header block, if it were believed.
fn own_results(header: &str, rules: &TrustRules) -> Option<Results> {
    let rules = TrustRules { use_results: true, ..rules.clone() };
    // The end of the header block, where only that was fetched.
    let read = parse(format!("{header}\r\n\r\n").as_bytes()).ok()?;
    // Results have no time; only signatures do, and none is looked at.
    Some(read.claims.judged(&rules, None, Time::UNIX_EPOCH).results)
}

/// Why results like these are never believed; `None` where they can be.
fn never_believed(own: Results) -> Option<&'static str> {
    Some(match own {
        Results::None => "it writes none in that name; see [trust] authserv_id",
        Results::Ambiguous => {
            "it writes several in that name on one mail, and only a single one counts; let one program write them all"
        }
        Results::Misplaced => "they do not stand above its own Received lines; see [trust] trace_hosts and trace_lines",
        Results::Unreadable => "they cannot be read",
        Results::Silent => "they say nothing of DMARC for the second account's domain",
        Results::NotUsed | Results::OtherDomain | Results::Pass | Results::Fail => return None,
    })
}

async fn tried(home: &Home, probe: &Probe, out: &mut impl Write) -> Result<Tried> {
    let mut mailer = SmtpMailer::new(home.probe(probe)?);
    let (mut survivors, mut own) = (0, None);
    for (number, spelling) in (0_i64..).zip(SPELLINGS) {
        let mail = forged(home, probe, number, spelling)?;
        let shown = spelling.trim_start();
        match mailer.send(&mail).await {
            SendOutcome::Sent { .. } => {}
            SendOutcome::Permanent { reply } => {
                writeln!(out, "ok       {shown}: refused on the way: {reply}")?;
                continue;
            }
            SendOutcome::Transient { reply } => bail!("the second account cannot send: {reply}"),
            SendOutcome::Unavailable { reason, .. }
            | SendOutcome::InDoubt { reason }
            | SendOutcome::Unprotected { reason } => {
                bail!("the second account cannot send: {reason}")
            }
        }
        let header = arrived(home, &mail.message_id).await?;
        let survives = survives(&header, &mail.message_id);
        survivors += usize::from(survives);
        own = own_results(&header, &home.config.settings.trust);
        writeln!(out, "{}  {shown}", if survives { "SURVIVES" } else { "removed " })?;
    }
    Ok(Tried { survivors, own })
}

/// A mail of the second account with results in the provider's name.
fn forged(home: &Home, probe: &Probe, number: i64, spelling: &str) -> Result<OutgoingMail> {
    let text = "Surel ini menguji apakah hasil periksa palsu dibuang oleh penyedia surel. Tidak perlu dibalas.\n";
    let from = Person { name: "Uji Siaga".to_owned(), address: probe.address.clone() };
    let mail = live::to_ourselves(home, from, ("Uji Authentication-Results", text), number)?;
    let authserv_id = &home.config.settings.trust.authserv_id;
    let results = forged_results(spelling, authserv_id, probe.address.domain(), &mail.message_id);
    Ok(OutgoingMail { bytes: [results.into_bytes(), mail.bytes].concat(), ..mail })
}

/// The header block of a mail once it is in the mailbox, or with the desk that is running.
async fn arrived(home: &Home, message_id: &str) -> Result<String> {
    let mut mailbox = ImapMailbox::new(home.imap()?);
    for _ in 0..WAY_SECONDS {
        let taken = home.store().ok().and_then(|store| messages::raw_of_header_id(store.db(), message_id).ok()?);
        if let Some(raw) = taken {
            let bytes = home.blobs()?.read(Kind::Raw, &raw).context("read the mail that arrived")?;
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        let listed = mailbox.list().await?;
        if let Some((found, header)) = live::find(&mut mailbox, &listed, message_id).await? {
            if home.lock().is_ok() {
                mailbox.archive(&[found.place], Folder::Processed).await?;
            }
            return Ok(header);
        }
        sleep(Duration::from_secs(1)).await;
    }
    bail!("a forged mail did not arrive within {WAY_SECONDS} seconds; look into the junk folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "mx.csirt.example";
    const MESSAGE: &str = "k1.7.0.Ab12@csirt.example";
    const TRACE: &str = "Received: from x by mx.csirt.example with ESMTPS id 1; Mon, 23 Nov 2026 10:00:00 +0700\r\n";
    const MAIL: &str = "From: uji@penyedia.example\r\nSubject: Uji\r\n\r\nIsi.\r\n";

    fn found(header: &str) -> Results {
        let rules = TrustRules {
            authserv_id: ID.to_owned(),
            trace_hosts: vec![ID.to_owned()],
            trace_lines: 1,
            ..TrustRules::default()
        };
        own_results(&format!("{header}{MAIL}"), &rules).expect("a mail")
    }

    /// Two milters behind one Postfix write three of them: removing forged ones makes them no
    /// more use.
    #[test]
    fn a_provider_that_writes_several_results_is_not_called_believable() {
        let [dmarc, spf, dkim] =
            ["dmarc=pass (p=reject dis=none) header.from=penyedia.example", "spf=pass", "dkim=pass"]
                .map(|said| format!("Authentication-Results: {ID}; {said}\r\n"));
        let told = |header: &str| never_believed(found(header)).unwrap_or_default();
        assert_eq!(told(&format!("{dmarc}{TRACE}")), "");
        let several = told(&format!("{dmarc}{spf}{dkim}{TRACE}"));
        assert!(several.contains("let one program write them all"), "{several}");
        let elsewhere = told(&format!("{TRACE}{dmarc}"));
        assert!(elsewhere.contains("trace_lines"), "{elsewhere}");
        assert!(told(TRACE).contains("authserv_id"));
        assert!(told(&format!("{dkim}{TRACE}")).contains("nothing of DMARC"));
    }

    /// What is tried must be what would do harm: in the place of the provider's own it would count.
    #[test]
    fn every_spelling_but_the_quoted_one_would_be_believed_where_the_provider_writes() {
        for spelling in SPELLINGS {
            let forged = forged_results(spelling, ID, "penyedia.example", MESSAGE);
            let expected = if spelling.starts_with('"') { Results::None } else { Results::Pass };
            assert_eq!(found(&format!("{forged}{TRACE}")), expected, "{spelling}");
        }
    }

    #[test]
    fn a_forged_result_survives_however_the_provider_folds_and_moves_it() {
        for spelling in SPELLINGS {
            let forged = forged_results(spelling, ID, "penyedia.example", MESSAGE);
            let moved = format!("{TRACE}X-Lain: 1\r\n{}{MAIL}", forged.replace("; ", ";\r\n\t"));
            assert!(survives(&moved, MESSAGE), "{spelling}");
            assert!(survives(&forged.to_ascii_uppercase(), MESSAGE), "{spelling}");
        }
    }

    #[test]
    fn the_providers_own_result_and_that_of_another_mail_are_no_survivors() {
        let own = format!("Authentication-Results: {ID}; dmarc=fail header.from=penyedia.example\r\n{TRACE}{MAIL}");
        assert!(!survives(&own, MESSAGE));
        let other = forged_results("{id}", ID, "penyedia.example", "k1.8.0.Ab12@csirt.example");
        assert!(!survives(&other, MESSAGE));
    }
}
