//! `siaga outbox`: what was said to whom, and what became of it.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;

use crate::cli::setup::Home;
use crate::cli::ticket::local;
use crate::cli::{Format, table};
use crate::clock::{Clock, SystemClock};
use crate::domain::outgoing::OutboxId;
use crate::store::outbox::{self, Entry, State};
use crate::store::wiping;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List outgoing mails, oldest first.
    List {
        /// Only those in this state: queued, sending, sent, `in_doubt` or failed.
        #[arg(long, value_parser = state)]
        state: Option<State>,
        #[command(flatten)]
        format: Format,
    },
    /// Show one outgoing mail.
    Show {
        /// Its number in the list.
        id: i64,
        /// Write the frozen bytes as they are sent, e.g. into a file that a mail program opens.
        #[arg(long)]
        raw: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Queue a mail once more, whatever became of it, under the same Message-ID.
    Retry {
        /// Its number in the list.
        id: i64,
    },
}

fn state(name: &str) -> Result<State, String> {
    let names: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
    let found = State::ALL.iter().copied().find(|state| state.as_str() == name);
    found.ok_or_else(|| format!("write one of {}", names.join(", ")))
}

impl Verb {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let mut out = std::io::stdout().lock();
        match self {
            Verb::List { state, format } => {
                let mut mails = outbox::all(home.store()?.db(), None)?;
                mails.retain(|mail| state.is_none_or(|state| mail.state == state));
                if format.json {
                    writeln!(out, "{}", serde_json::to_string_pretty(&mails)?)?;
                    return Ok(());
                }
                list(home, &mails, &mut out)
            }
            Verb::Show { id, raw, format } => {
                let store = home.store()?;
                let id = OutboxId(*id);
                let mail = outbox::get(store.db(), id)?.with_context(|| format!("there is no mail {}", id.0))?;
                let bytes = outbox::bytes(store.db(), id)?.unwrap_or_default();
                let removed = wiping::removed(store.db(), id)?;
                if *raw {
                    out.write_all(&bytes)?;
                } else if format.json {
                    writeln!(out, "{}", serde_json::to_string_pretty(&mail)?)?;
                } else {
                    show(home, &mail, &bytes, &mut out)?;
                    if let Some(digest) = removed {
                        let why = "it held a one-time code that can no longer be used";
                        writeln!(out, "Its bytes were removed: {why}. Their SHA-256 was {digest}; it said:\n")?;
                        let words = outbox::words(store.db(), id)?.map(|(_, words)| words).unwrap_or_default();
                        writeln!(out, "{words}")?;
                    }
                }
                Ok(())
            }
            Verb::Retry { id } => {
                let now = SystemClock.now();
                if !home.engine()?.retry_sending(OutboxId(*id), now)? {
                    bail!("there is no mail {id}, or it is being sent at this moment, or it held a code that is dead");
                }
                writeln!(out, "Mail {id} is queued again; `siaga serve` sends it.")?;
                Ok(())
            }
        }
    }
}

fn list(home: &Home, mails: &[Entry], out: &mut impl Write) -> Result<()> {
    if mails.is_empty() {
        writeln!(out, "No such mails.")?;
        return Ok(());
    }
    let rows: Vec<Vec<String>> = mails
        .iter()
        .map(|mail| {
            let doubt = if mail.doubtful && mail.state != State::InDoubt { " (doubtful)" } else { "" };
            vec![
                mail.id.0.to_string(),
                format!("{}{doubt}", mail.state.as_str()),
                local(home, mail.created_at),
                mail.recipient.clone(),
                mail.subject.clone(),
            ]
        })
        .collect();
    table::write(out, &["ID", "STATE", "DECIDED", "RECIPIENT", "SUBJECT"], &rows)?;
    Ok(())
}

fn show(home: &Home, mail: &Entry, bytes: &[u8], out: &mut impl Write) -> Result<()> {
    writeln!(out, "{}  {}", mail.id.0, table::plain(&mail.subject))?;
    writeln!(out, "to          {}", mail.recipient)?;
    writeln!(out, "ticket      {}", mail.ticket.as_deref().unwrap_or("none"))?;
    writeln!(out, "message-id  {}", mail.message_id)?;
    writeln!(out, "state       {}{}", mail.state.as_str(), if mail.doubtful { " (may have arrived)" } else { "" })?;
    writeln!(out, "attempts    {}", mail.attempts)?;
    writeln!(out, "decided     {}", local(home, mail.created_at))?;
    match (mail.state, mail.sent_at) {
        (State::Queued | State::Sending, _) => writeln!(out, "next        {}", local(home, mail.next_attempt_at))?,
        (State::Sent | State::InDoubt | State::Failed | State::Withdrawn, Some(at)) => {
            writeln!(out, "sent        {}", local(home, at))?
        }
        (State::Sent | State::InDoubt | State::Failed | State::Withdrawn, None) => {}
    }
    writeln!(out, "last word   {}", table::plain(&mail.reply))?;
    if !mail.bounced.is_empty() {
        writeln!(out, "bounced     {}", table::plain(&mail.bounced))?;
    }
    let message = mail_parser::MessageParser::default().parse(bytes);
    let text = message.and_then(|message| message.body_text(0).map(|text| text.replace('\r', ""))).unwrap_or_default();
    writeln!(out, "\n{}", text.trim_end())?;
    Ok(())
}
