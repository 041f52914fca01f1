//! `siaga outbox`: what was said to whom, and what became of it.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;

use crate::cli::setup::Home;
use crate::cli::table::Column;
use crate::cli::terminal::{plain, plain_lines};
use crate::cli::ticket::{local, local_short};
use crate::cli::{Format, table, terminal};
use crate::clock::{Clock, SystemClock};
use crate::domain::outgoing::OutboxId;
use crate::engine::sending;
use crate::store::outbox::{self, Entry, State};
use crate::store::wiping;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List outgoing mails, oldest first; `!` marks those that need a person.
    #[command(after_help = "Examples:\n  siaga outbox list\n  siaga outbox list --state failed")]
    List {
        /// Only those in this state: queued, sending, sent, `in_doubt`, failed or withdrawn.
        #[arg(long, value_parser = state, value_name = "STATE")]
        state: Option<State>,
        #[command(flatten)]
        format: Format,
    },
    /// Show one outgoing mail: its words, and what became of it.
    #[command(after_help = "Examples:\n  siaga outbox show 42\n  siaga outbox show 42 --raw > mail.eml")]
    Show {
        /// Its ID in `siaga outbox list`.
        id: i64,
        /// Write the frozen bytes as they are sent, e.g. into a file that a mail program opens.
        #[arg(long)]
        raw: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Send a mail once more, whatever became of it, under the same Message-ID: a mail program
    /// that has it already shows one.
    Retry {
        /// Its ID in `siaga outbox list`.
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
                let bytes = sending::bytes(store.db(), &home.blobs()?, id)?.unwrap_or_default();
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
            let doubt = if mail.doubtful && mail.state != State::InDoubt { ", in doubt" } else { "" };
            let key = if mail.waits_for_key { ", no key" } else { "" };
            vec![
                if needs_a_person(mail) { "!" } else { "" }.to_owned(),
                mail.id.0.to_string(),
                format!("{}{doubt}{key}", mail.state.as_str().replace('_', " ")),
                local_short(home, mail.created_at),
                mail.recipient.clone(),
                mail.subject.clone(),
            ]
        })
        .collect();
    let columns = [
        Column::whole(""),
        Column::whole("ID"),
        Column::whole("STATE"),
        Column::whole("DECIDED"),
        Column::cut("RECIPIENT", 12),
        Column::cut("SUBJECT", 24),
    ];
    table::write(out, terminal::columns(), &columns, &rows)?;
    let keyless = mails.iter().filter(|mail| mail.waits_for_key).count();
    if keyless > 0 {
        writeln!(
            out,
            "\n! {keyless} of them wait for an OpenPGP key that can be encrypted to: `siaga check` says whose, and they \
             leave once it is renewed."
        )?;
    }
    let waiting = mails.iter().filter(|mail| needs_a_person(mail) && !mail.waits_for_key).count();
    if waiting > 0 {
        writeln!(out, "\n! {waiting} of them did not arrive for certain: `siaga outbox show ID` says why.")?;
    }
    Ok(())
}

/// Whether nobody but a person can bring a mail further.
fn needs_a_person(mail: &Entry) -> bool {
    match mail.state {
        State::Failed | State::InDoubt => true,
        State::Sent => !mail.bounced.is_empty(),
        State::Queued | State::Sending => mail.waits_for_key,
        State::Withdrawn => false,
    }
}

fn show(home: &Home, mail: &Entry, bytes: &[u8], out: &mut impl Write) -> Result<()> {
    writeln!(out, "{}  {}", mail.id.0, plain(&mail.subject))?;
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
    writeln!(out, "last word   {}", plain(&mail.reply))?;
    if !mail.bounced.is_empty() {
        writeln!(out, "bounced     {}", plain(&mail.bounced))?;
    }
    let message = mail_parser::MessageParser::default().parse(bytes);
    let text = message.and_then(|message| message.body_text(0).map(|text| text.replace('\r', ""))).unwrap_or_default();
    writeln!(out, "\n{}", plain_lines(text.trim_end()))?;
    Ok(())
}
