//! What the daemon says about itself while it runs.

use anyhow::{Context as _, Result};
use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, FilterFn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Libraries whose debug lines print what goes over the connection, passwords included, or what lies in
/// keys and messages.
const TALKATIVE: &[&str] = &["async_imap", "imap_proto", "lettre", "pgp", "rustls"];

/// Starts the log on standard error. `SIAGA_LOG` overrides the level of the configuration.
///
/// # Errors
/// If the level is none, or a log was started before.
pub(super) fn start(log: &Log) -> Result<()> {
    let level = std::env::var("SIAGA_LOG").unwrap_or_else(|_| log.level.clone());
    let filter = EnvFilter::try_new(&level)
        .with_context(|| format!("[log] level `{level}`; write error, warn, info, debug or trace"))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let discreet = FilterFn::new(|line| may_be_said(line.target(), *line.level()));
    let started = tracing_subscriber::registry().with(lines.with_filter(filter.and(discreet))).try_init();
    started.map_err(|error| anyhow::anyhow!("start the log: {error}"))
}

/// Whether a line may reach the log, whatever level is asked for.
fn may_be_said(target: &str, level: Level) -> bool {
    level <= Level::INFO || !TALKATIVE.iter().any(|library| target.starts_with(library))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_level_that_is_asked_for_makes_a_library_print_the_password() {
        for library in TALKATIVE {
            let target = format!("{library}::inner");
            assert!(!may_be_said(&target, Level::TRACE) && !may_be_said(&target, Level::DEBUG), "{target}");
            assert!(may_be_said(&target, Level::INFO) && may_be_said(&target, Level::ERROR), "{target}");
        }
        assert!(may_be_said("siaga::daemon", Level::TRACE));
    }
}
