//! `siaga explain FILE.eml…`: what the desk would do with mails, and why; writes nothing.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::cli::read_ahead::{Read, read_ahead};
use crate::cli::terminal::{clipped, plain};
use crate::daemon::dns::Dns;
use crate::domain::Time;
use crate::domain::evidence::{Dkim, Login, Results, SenderEvidence, TrustRules};
use crate::engine::Engine;
use crate::engine::explain::Explanation;
use crate::engine::intake::Incoming;
use crate::mail::evidence::Keys;
use crate::mail::opener::Opener;
use crate::mail::parse::Parsed;

/// Columns of a mail's beginning that are shown.
const BEGINNING_MAX: usize = 68;

/// How mails are looked at.
#[derive(Debug)]
pub struct Looking {
    /// Of larger files only the headers are read.
    pub parse_max: u64,
    /// Whom we believe about senders.
    pub trust: TrustRules,
    /// Who is asked for keys; `None` leaves signatures unchecked.
    pub dns: Option<Dns>,
    /// What opens encrypted mail and knows whose a signature is.
    pub opener: Opener,
}

/// One line of the machine-readable output.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    explanation: &'a Explanation,
}

/// Explains every file by itself, as if it arrived at `now`; of files larger than `parse_max` bytes
/// only the headers are read. A file that cannot be read or explained does not stop the others.
///
/// # Errors
/// At the end, if there was such a file; at once, if `out` does not take what is written.
pub fn run(
    engine: &mut Engine,
    files: &[PathBuf],
    json: bool,
    looking: &Looking,
    now: Time,
    out: &mut dyn Write,
) -> Result<()> {
    let mut failed = 0_usize;
    read_ahead(files, looking.parse_max, &looking.opener, |file, read| {
        match explain(engine, read, looking, now) {
            Ok(explanation) if json => write_json(file, &explanation, out)?,
            Ok(explanation) => write_words(file, &explanation, out)?,
            Err(error) => {
                failed += 1;
                eprintln!("siaga: cannot explain {}: {error:#}", file.display());
            }
        }
        Ok(())
    })?;
    out.flush().context("write the explanations")?;
    if failed > 0 {
        bail!("{failed} of {} files could not be explained; they are named above", files.len());
    }
    Ok(())
}

fn explain(engine: &mut Engine, read: Read, looking: &Looking, now: Time) -> Result<Explanation> {
    match read.context("read the file")? {
        Ok(Parsed { mail, claims, .. }) => {
            let keys = match &looking.dns {
                Some(dns) => Some(asked(dns, claims.keys_needed(&looking.trust, now))?),
                None => None,
            };
            let evidence = claims.judged(&looking.trust, keys.as_ref(), now);
            engine.explain(Incoming { mail: &mail, arrived_at: now, evidence, again: &[] }, now)
        }
        Err(unreadable) => Ok(Explanation::held(&unreadable)),
    }
}

fn asked(dns: &Dns, names: Vec<String>) -> Result<Keys> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(dns.keys(names)))
}

fn write_json(file: &Path, explanation: &Explanation, out: &mut dyn Write) -> Result<()> {
    let line = Line { file: &file.display().to_string(), explanation };
    serde_json::to_writer(&mut *out, &line).context("write an explanation")?;
    writeln!(out).context("write an explanation")
}

fn write_words(file: &Path, explanation: &Explanation, out: &mut dyn Write) -> Result<()> {
    let mut lines = vec![
        format!("{}", file.display()),
        format!("  result   {}", words(explanation)),
        format!("  because  {}", explanation.reason),
        format!("  from     {}", or_dash(&explanation.from)),
        format!("  subject  {}", or_dash(&explanation.subject)),
    ];
    let first = explanation.new_text.lines().find(|line| !line.trim().is_empty());
    if let Some(first) = first {
        let shown = clipped(first.trim(), BEGINNING_MAX);
        lines.push(format!("  begins   {shown}"));
    }
    for file in &explanation.attachments {
        lines.push(format!("  file     {} ({}, {} bytes)", file.filename, file.content.as_str(), file.size_bytes));
    }
    for command in &explanation.commands {
        lines.push(format!("  command  #{} {}", command.word, command.arguments).trim_end().to_owned());
    }
    if !explanation.defects.is_empty() {
        let defects: Vec<_> = explanation.defects.iter().map(|defect| defect.as_str()).collect();
        lines.push(format!("  defects  {}", defects.join(", ")));
    }
    let answered = match explanation.trust.silence {
        Some(silence) => format!("no, {}", silence.replace('_', " ")),
        None if explanation.trust.acknowledge => "yes".to_owned(),
        None => "no".to_owned(),
    };
    lines.push(format!("  may be answered automatically: {answered}"));
    if let Some(found) = &explanation.trust.found {
        lines.push(format!("  sender: {}", sender_words(found)));
    }
    if let Some(protection) = &explanation.trust.protection {
        lines.push(format!("  protection: {protection}"));
    }
    // What a sender wrote stands in any of them.
    let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
    writeln!(out, "{}\n", lines.join("\n")).context("write an explanation")
}

fn words(explanation: &Explanation) -> String {
    let ticket = explanation.ticket.as_deref().map(|ticket| format!(" {ticket}")).unwrap_or_default();
    format!("{}{ticket}", explanation.action.as_str().replace('_', " "))
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// What is known of the sender, and what that rests on.
fn sender_words(found: &SenderEvidence) -> String {
    let results = match found.results {
        Results::NotUsed => "not used",
        Results::None => "none of the provider",
        Results::Ambiguous => "several of the provider: ignored",
        Results::Misplaced => "where a sender could have written them: ignored",
        Results::Unreadable => "unreadable",
        Results::Silent => "nothing of DMARC",
        Results::OtherDomain => "of another domain",
        Results::Pass => "DMARC pass",
        Results::Fail => "DMARC fail",
    };
    let dkim = match found.dkim {
        Dkim::NotUsed => "not used",
        Dkim::NotChecked => "not checked (--dns asks for the key)",
        Dkim::None => "not signed",
        Dkim::OtherDomain => "signed by others",
        Dkim::Weak => "too weak to count",
        Dkim::Expired => "expired",
        Dkim::NoKey => "signed with a key that does not exist",
        Dkim::Unavailable => "the DNS does not answer",
        Dkim::Altered => "the mail is not what was signed",
        Dkim::Pass => "good",
    };
    let login = match found.login {
        Login::NotUsed => "",
        Login::None => "; not submitted with his login",
        Login::Own => "; submitted with his own login",
    };
    format!("{}; DKIM {dkim}; provider's results {results}{login}", found.verdict().as_str())
}
