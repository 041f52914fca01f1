//! `siaga serve`: the daemon on real servers, or on Maildirs of this machine.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};

use crate::cli::keys::Keys;
use crate::cli::setup::Home;
use crate::cli::{access, log};
use crate::clock::{Clock, SystemClock};
use crate::config::{Source, Transport};
use crate::daemon::disk::Disk;
use crate::daemon::inbox::Inbox;
use crate::daemon::intake::Intake;
use crate::daemon::outbox::Sender;
use crate::daemon::{self, Shared};
use crate::mail::imap::ImapMailbox;
use crate::mail::maildir::{MaildirMailbox, MaildirMailer};
use crate::mail::reader::Reader;
use crate::mail::smtp::SmtpMailer;
use crate::mail::transport::{Mailbox, Mailer};
use crate::store::blobs::Blobs;
use crate::store::receipts;

/// Raw files without a receipt are removed once they are this old: a crash left them.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3600);

/// Runs the daemon until it is told to stop (SIGTERM, SIGINT).
pub(super) fn run(home: &Home) -> Result<()> {
    log::start(&home.config.settings.log)?;
    let _lock = home.lock()?;
    let clock = SystemClock;
    let today = home.config.calendar.local(clock.now()).date_naive();
    for warning in home.config.warnings(today) {
        warn!("{warning}");
    }
    for warning in access::at_start(home.data(), clock.now())? {
        warn!("{warning}");
    }
    let settings = &home.config.settings;
    let mut shared = Shared::new(home.start(clock.now()).context("start")?, clock);
    shared.escalations_max = settings.outbox.escalations_per_run.get();
    if let Some(cutoff) = shared.engine.borrow().context().cutoff.filter(|cutoff| *cutoff > clock.now()) {
        error!("Every mail until {cutoff} will be filed without an answer: check the clock, and [intake] cutoff");
    }
    let blobs = home.blobs().context("start")?;
    blobs.clear_spool()?;
    let swept = resume(&shared, &blobs)?;
    if swept > 0 {
        info!(count = swept, "Removed {swept} raw files that no receipt knows");
    }
    let trust = home.trust(shared.engine.borrow().store())?;
    if settings.trust.use_results && !trust.use_results {
        warn!("Authentication-Results are not believed before `siaga check --live --authres` has found them safe");
    }
    let disk = blobs.clone();
    let disk = Disk::new(settings.intake.disk_reserve(), move || disk.free_bytes());
    let (opener, protecting) = Keys::read(&home.config)?.split();
    let reader = Reader::start_opening(opener).context("start the reading thread")?;
    let intake = Intake::new(blobs, settings.intake.parse_max)?.with_disk(disk).trusting(trust, home.dns()?);
    let intake = intake.with_reader(reader);
    shared.protecting = Arc::new(protecting);
    let intake = intake.scanning(home.scanner());
    let spool_max = settings.intake.spool_max;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(async {
        let mailers = settings.smtp.connections;
        match (settings.intake.source, settings.smtp.transport) {
            (Source::Imap, Transport::Smtp) => {
                let smtp = home.smtp()?;
                let senders = (0..mailers).map(|_| SmtpMailer::new(smtp.clone())).collect();
                start(&shared, Inbox::new(ImapMailbox::new(home.imap()?), intake, spool_max), senders).await
            }
            (Source::Imap, Transport::Maildir) => {
                let senders = vec![MaildirMailer::new(&settings.smtp.maildir)];
                start(&shared, Inbox::new(ImapMailbox::new(home.imap()?), intake, spool_max), senders).await
            }
            (Source::Maildir, Transport::Smtp) => {
                let smtp = home.smtp()?;
                let senders = (0..mailers).map(|_| SmtpMailer::new(smtp.clone())).collect();
                let mailbox = MaildirMailbox::new(&settings.intake.maildir);
                start(&shared, Inbox::new(mailbox, intake, spool_max), senders).await
            }
            (Source::Maildir, Transport::Maildir) => {
                let senders = vec![MaildirMailer::new(&settings.smtp.maildir)];
                let mailbox = MaildirMailbox::new(&settings.intake.maildir);
                start(&shared, Inbox::new(mailbox, intake, spool_max), senders).await
            }
        }
    })?;
    // Threads that hash or sync finish; a parser that hangs is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(5));
    shared.engine.into_inner().close().context("fold the write-ahead log into the database")?;
    info!("Stopped");
    Ok(())
}

/// Looks for how long the desk was away. Raw mails no receipt knows are removed only if they are older
/// than what the database knows: newer ones are those of a database that was lost. Returns how many
/// were removed.
fn resume<C: Clock>(shared: &Shared<C>, blobs: &Blobs) -> Result<usize> {
    let now = shared.clock.now();
    let mut engine = shared.engine.borrow_mut();
    let last = engine.last_activity()?.unwrap_or(now).min(now);
    let strays = blobs.strays(|digest| receipts::knows_raw(engine.store().db(), digest))?;
    let unknown = strays.iter().filter(|(_, written)| *written > SystemTime::from(last)).count();
    if let Some(away) = engine.resume(unknown, now)? {
        let hours = away.num_hours();
        info!(hours, unknown, "The last thing the database knows of happened at {last}, {hours} hours ago");
        if unknown > 0 {
            warn!(unknown, "{unknown} mails have come since that it does not know: an older database was put in place");
        }
    }
    let engine = &*engine;
    blobs.sweep(SystemTime::from(last), ORPHAN_AGE, |digest| receipts::knows_raw(engine.store().db(), digest))
}

async fn start<C: Clock, B: Mailbox, M: Mailer>(shared: &Shared<C>, inbox: Inbox<B>, mailers: Vec<M>) -> Result<()> {
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let shutdown = async {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    };
    info!(version = env!("CARGO_PKG_VERSION"), "Siaga is on the alert");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    daemon::run(shared, inbox, mailers.into_iter().map(Sender::new).collect(), shutdown).await
}
