//! What the daemon says about itself while it runs.

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts the log on standard error. `SIAGA_LOG` overrides the level of the configuration.
///
/// # Errors
/// If the level is none, or a log was started before.
pub(super) fn start(log: &Log) -> Result<()> {
    let level = std::env::var("SIAGA_LOG").unwrap_or_else(|_| log.level.clone());
    let filter = EnvFilter::try_new(&level)
        .with_context(|| format!("[log] level `{level}`; write error, warn, info, debug or trace"))?;
    // Their debug lines print passwords, whatever level is asked for.
    let capped = ["async_imap=info", "imap_proto=info", "lettre=info", "rustls=warn"]
        .into_iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt().with_env_filter(capped).with_writer(std::io::stderr).with_target(false);
    let started = match log.format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("start the log: {error}"))
}
