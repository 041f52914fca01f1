//! Floor 3: the command line. One verb, one file; this one knows the verbs and the exit codes.
//!
//! **Invariant:** no rule of the SOP stands here; whatever changes a ticket goes through the engine.

mod access;
mod authres;
mod check;
mod demo;
mod due;
pub mod explain;
mod read_ahead;
mod feed;
mod held;
pub mod keys;
mod live;
mod log;
mod logbook;
mod outbox;
mod person;
mod redact;
mod register;
mod samples;
mod suppressed;
mod undeliverable;
mod serve;
mod setup;
mod table;
mod template_fault;
mod terminal;
mod ticket;
mod weakness;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::cli::setup::Home;
use crate::daemon::dns::Dns;

/// Siaga: an e-mail-driven incident desk for government CSIRTs.
///
/// Siaga watches a mailbox, makes every report a ticket, answers the reporter, tells the team, and
/// keeps the clocks of the SOP. People work by answering its mails; these commands are for whoever
/// looks after the machine. They may be used while `siaga serve` runs.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    /// Folder with siaga.toml, sop.toml, calendar.toml and people.toml.
    #[arg(long, global = true, default_value = "config", value_name = "DIR")]
    config: PathBuf,
    /// Folder with the texts of the mails; without it, `templates` beside the config folder.
    #[arg(long, global = true, value_name = "DIR")]
    templates: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  siaga demo                               the whole SOP in a second
  siaga check --config /etc/siaga/config   what is wrong or weak
  siaga serve --config /etc/siaga/config   run the desk
  siaga ticket list                        the tickets, and which are overdue";

const CHECK_EXAMPLES: &str = "\
Examples:
  siaga check                             faults, warnings, weaknesses
  siaga check --live                      log in to both servers, mail ourselves
  siaga check --samples                   every mail text as it would arrive
  siaga check --samples report_received   one of them in all its forms";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  siaga explain mail.eml
  siaga explain --json inbox/*.eml | jq -r '[.file, .action, .reason] | @tsv'";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the desk: take mail in, send mail out, keep the clocks.
    Serve,
    /// Show the whole SOP on an embedded mailbox and a simulated clock; needs no server.
    Demo {
        /// Where the demo's mails and database go; made anew each time.
        #[arg(long, default_value = "data/demo", value_name = "DIR")]
        dir: PathBuf,
    },
    /// Say what is wrong or weak in configuration and mail texts; with --live, try the servers.
    #[command(after_help = CHECK_EXAMPLES)]
    Check {
        /// Also log in to IMAP and SMTP and send a mail to the desk's own address.
        #[arg(long)]
        live: bool,
        /// Also send forged Authentication-Results from the second account in [probe], and believe
        /// the provider's own only if none survives.
        #[arg(long, requires = "live")]
        authres: bool,
        /// Show the mail texts as they would arrive, filled with made-up reports; or one of them, by
        /// the name of its folder below templates/mail.
        #[arg(long, value_name = "NOTICE", num_args = 0..=1, conflicts_with = "live")]
        samples: Option<Option<String>>,
    },
    /// Say what the desk would do with a mail and why; nothing is written.
    ///
    /// A mail that the desk has taken in already is explained as what it then is: a duplicate.
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// Mail messages as files.
        #[arg(required = true, value_name = "FILE.eml")]
        files: Vec<PathBuf>,
        /// One JSON object for each file and line.
        #[arg(long)]
        json: bool,
        /// Ask the DNS for keys and check signatures.
        #[arg(long)]
        dns: bool,
    },
    /// Take a mail in from a file, as if it had arrived in the mailbox.
    Feed(feed::Feed),
    /// Look at tickets, remove their personal data, or keep them.
    #[command(subcommand)]
    Ticket(ticket::Verb),
    /// All that is held about a person, for himself.
    #[command(subcommand)]
    Person(person::Verb),
    /// Look at outgoing mail, or send it once more.
    #[command(subcommand)]
    Outbox(outbox::Verb),
    /// What was not said, and why.
    #[command(subcommand)]
    Suppressed(suppressed::Verb),
    /// See and clear addresses that a server said do not exist.
    #[command(subcommand)]
    Undeliverable(undeliverable::Verb),
    /// Look at mail that was put aside because it could not be read, or have it read again.
    #[command(subcommand)]
    Held(held::Verb),
    /// Show the security logbook, or check that nobody changed it.
    Logbook(logbook::Logbook),
    /// Compute when a step of the SOP is due, and say how.
    #[command(
        after_help = "Examples:\n  siaga due \"2026-12-23 15:30\"\n  siaga due \"2026-12-23 15:30\" --stage follow_up --severity high"
    )]
    Due(due::Due),
}

/// Whether a listing is for people or for machines.
#[derive(Debug, Clone, Copy, Args)]
struct Format {
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "siaga: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let home = || Home::load(&arguments.config, templates_folder(arguments));
    match &arguments.verb {
        Verb::Serve => serve::run(&home()?),
        Verb::Demo { dir } => demo::run(dir),
        Verb::Check { samples: Some(notice), .. } => samples::run(&home()?, notice.as_deref()),
        Verb::Check { live, authres, samples: None } => {
            check::run(&arguments.config, &templates_folder(arguments), (*live, *authres))
        }
        Verb::Explain { files, json, dns } => explain_files(arguments, files, (*json, *dns)),
        Verb::Feed(feed) => feed.run(&home()?),
        Verb::Ticket(verb) => verb.run(&home()?),
        Verb::Person(verb) => verb.run(&home()?),
        Verb::Outbox(verb) => verb.run(&home()?),
        Verb::Suppressed(verb) => verb.run(&home()?),
        Verb::Undeliverable(verb) => verb.run(&home()?),
        Verb::Held(verb) => verb.run(&home()?),
        Verb::Logbook(logbook) => logbook.run(&home()?),
        Verb::Due(due) => due.run(&home()?),
    }
}

/// Explains with the configuration that is there, or the shipped one where there is none.
fn explain_files(arguments: &Arguments, files: &[PathBuf], (json, dns): (bool, bool)) -> Result<()> {
    let home = if arguments.config.join("siaga.toml").exists() {
        Home::load(&arguments.config, templates_folder(arguments))?
    } else {
        Home::embedded()
    };
    let (mut engine, now) = home.engine_to_try_on()?;
    let looking = explain::Looking {
        parse_max: home.config.settings.intake.parse_max,
        trust: home.trust(engine.store())?,
        dns: if dns { Some(Dns::of_system()?) } else { None },
        opener: home.opener_to_try_with()?,
    };
    // Standard output by itself writes every line apart.
    let mut out = std::io::BufWriter::with_capacity(64 << 10, std::io::stdout().lock());
    explain::run(&mut engine, files, json, &looking, now, &mut out)
}

fn templates_folder(arguments: &Arguments) -> PathBuf {
    let beside = || arguments.config.parent().unwrap_or(Path::new("")).join("templates");
    arguments.templates.clone().unwrap_or_else(beside)
}

/// Whether the reader of our output has had enough, as `head` has.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_verb_and_argument_is_explained_in_lines_of_80_columns() {
        fn look(command: &mut clap::Command) {
            let name = command.get_name().to_owned();
            assert!(name == "help" || command.get_about().is_some(), "{name}");
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                assert!(argument.get_help().is_some(), "{name} {}", argument.get_id());
            }
            for line in command.get_after_help().map(ToString::to_string).unwrap_or_default().lines() {
                assert!(line.chars().count() <= 80, "{name}: {line}");
            }
            command.get_subcommands_mut().for_each(look);
        }
        let mut command = Arguments::command();
        command.build();
        look(&mut command);
        command.debug_assert();
    }
}
