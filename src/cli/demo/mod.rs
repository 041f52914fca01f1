//! `siaga demo`: the whole SOP on an embedded Maildir and a simulated clock, told line by line.
//!
//! The engine, the rounds and the adapters are the ones that `serve` runs; only the clock is set by
//! hand, so that a week takes less than a second.

mod leavings;
mod letters;
mod replies;
mod story;

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use crate::cli::demo::leavings::Leavings;
use crate::cli::demo::letters::{LETTERS, Letter};
use crate::cli::demo::replies::{REPLIES, Reply};
use crate::cli::demo::story::Story;
use crate::cli::setup::Home;
use crate::clock::{Clock, SetClock};
use crate::daemon::inbox::Inbox;
use crate::daemon::intake::Intake;
use crate::daemon::outbox::{Ended, Sender};
use crate::daemon::{Shared, timers};
use crate::domain::Time;
use crate::domain::approval::Code;
use crate::domain::schedule::Schedules;
use crate::mail::maildir::{self, MaildirMailbox, MaildirMailer};
use crate::store::{outbox, tickets};

/// When the desk of the demo starts.
const START: &str = "2026-11-23T07:30:00+07:00";
/// The file that marks a folder as the demo's own, so that it may be made anew.
const MARK: &str = "made-by-siaga-demo";

/// One simulated desk.
struct World {
    shared: Shared<SetClock>,
    inbox: Inbox<MaildirMailbox>,
    sender: Sender<MaildirMailer>,
}

/// Tells the demo's week.
pub(super) fn run(folder: &Path) -> Result<()> {
    make_anew(folder)?;
    let folder = &fs::canonicalize(folder).with_context(|| format!("find {}", folder.display()))?;
    let home = desk_in(folder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut out = std::io::stdout().lock();
    runtime.block_on(tell(&home, folder, &mut out))
}

/// The desk whose week it is.
fn desk_in(folder: &Path) -> Home {
    let mut home = Home::embedded();
    home.config.settings.data = folder.to_owned();
    // The demo ends when nothing is due; mails of the calendar are due for ever.
    home.config.settings.schedules = Schedules::default();
    // The demo's people have no domains that could sign for them.
    home.config.settings.command.require_evidence = false;
    home
}

async fn tell(home: &Home, folder: &Path, out: &mut impl Write) -> Result<()> {
    let start: Time = START.parse().context("the demo's first moment")?;
    let (inbox_folder, sent_folder) = (folder.join("inbox"), folder.join("sent"));
    maildir::create(&inbox_folder).context("make the demo's mailbox")?;
    let blobs = home.blobs()?;
    let intake = Intake::new(blobs, home.config.settings.intake.parse_max)?;
    let mut world = World {
        shared: Shared::new(home.start(start)?, SetClock::new(start)),
        inbox: Inbox::new(MaildirMailbox::new(&inbox_folder), intake, home.config.settings.intake.spool_max),
        sender: Sender::new(MaildirMailer::new(&sent_folder)),
    };
    let mut story = Story::new(&home.config.calendar);
    story.begin(&home.config.settings.desk, out)?;
    for step in steps() {
        let arrives_at = step.arrives_at();
        world.advance(arrives_at, &mut story, out).await?;
        let raw = match step {
            Step::Letter(letter) => {
                story.arrival(arrives_at, letter, out)?;
                world.with_acknowledgement(letter.raw)?
            }
            Step::Reply(reply) => {
                story.reply(arrives_at, reply, out)?;
                world.answer(reply)?
            }
        };
        deliver(&inbox_folder, &raw, arrives_at)?;
        world.inbox.round(&world.shared).await?;
        world.send().await?;
        story.consequences(&world.shared.engine.borrow(), arrives_at, out)?;
    }
    while let Some(due) = world.next_due()? {
        world.advance(due, &mut story, out).await?;
    }
    let left = Leavings::write(folder, &sent_folder)?;
    story.end(&world.shared.engine.borrow(), &left, out)?;
    world.shared.engine.into_inner().close()
}

/// Something that reaches the mailbox.
#[derive(Debug, Clone, Copy)]
enum Step {
    Letter(&'static Letter),
    Reply(&'static Reply),
}

impl Step {
    fn arrives_at(self) -> Time {
        match self {
            Step::Letter(letter) => letter.arrives_at(),
            Step::Reply(reply) => reply.arrives_at(),
        }
    }
}

/// Everything that reaches the mailbox, in the order of arrival.
fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = LETTERS.iter().map(Step::Letter).chain(REPLIES.iter().map(Step::Reply)).collect();
    steps.sort_by_key(|step| step.arrives_at());
    steps
}

impl World {
    /// Lets time pass, and everything happen that is due on the way.
    async fn advance(&mut self, until: Time, story: &mut Story<'_>, out: &mut impl Write) -> Result<()> {
        loop {
            let Some(due) = self.next_due()?.filter(|due| *due <= until) else { break };
            let now = self.shared.clock.now().max(due);
            self.shared.clock.set(now);
            timers::round(&self.shared)?;
            self.send().await?;
            story.deadline(&self.shared.engine.borrow(), now, out)?;
        }
        self.shared.clock.set(until);
        Ok(())
    }

    fn next_due(&self) -> Result<Option<Time>> {
        self.shared.engine.borrow().next_due()
    }

    async fn send(&mut self) -> Result<()> {
        match self.sender.round(&self.shared).await? {
            Ended::Empty => Ok(()),
            Ended::Trouble(trouble) => bail!("the demo's mails could not be written: {trouble}"),
        }
    }

    /// A letter that answers our last acknowledgement names its id.
    fn with_acknowledgement(&self, raw: &str) -> Result<String> {
        let sent = outbox::all(self.shared.engine.borrow().store().db(), None)?;
        let last = sent.iter().rev().find(|mail| mail.notice == "report_received");
        let id = last.map(|mail| format!("<{}>", mail.message_id)).unwrap_or_default();
        Ok(raw.replace("<ACKNOWLEDGEMENT>", &id))
    }

    /// A reply as a mail program writes it, with the mail it answers quoted below.
    fn answer(&self, reply: &Reply) -> Result<String> {
        let engine = self.shared.engine.borrow();
        let db = engine.store().db();
        let first = tickets::all(db)?.first().map(|ticket| ticket.id);
        let sent = outbox::all(db, first)?;
        let is_his = |mail: &&outbox::Entry| mail.notice == reply.answers && mail.recipient == reply.address();
        let answered = sent.iter().rev().find(is_his);
        let answered = answered.with_context(|| format!("{} answers a {} nobody sent", reply.from, reply.answers))?;
        let (_, words) = outbox::words(db, answered.id)?.context("a mail of ours has words")?;
        let text = reply.text.replace("<CODE>", code_in(&words).unwrap_or_default());
        let quoted: Vec<String> = words.lines().map(|line| format!("> {line}")).collect();
        let id = &answered.message_id;
        let own_id = format!("{}.{}", reply.arrives_at().timestamp(), reply.address());
        Ok(format!(
            "From: {}\nTo: csirt@ciamiskab.go.id\nSubject: Re: {}\nMessage-ID: <{own_id}>\nIn-Reply-To: <{id}>\n\
             References: <{id}>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n\
             Ciamiskab-CSIRT menulis:\n{}\n",
            reply.from,
            answered.subject,
            quoted.join("\n")
        )
        .replace('\n', "\r\n"))
    }
}

/// The one-time code in a mail.
fn code_in(words: &str) -> Option<&str> {
    let words = words.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.into_iter().find(|word| word.find('-') == Some(4) && Code::typed(word).is_some())
}

/// Puts a mail into the Maildir as a mail server does; its time of arrival is the file's.
fn deliver(maildir: &Path, raw: &str, arrives_at: Time) -> Result<()> {
    let name = format!("{}.demo", arrives_at.timestamp());
    let path = maildir.join("new").join(&name);
    let mut file = File::create(maildir.join("tmp").join(&name)).context("deliver a mail of the demo")?;
    file.write_all(raw.as_bytes())?;
    file.set_modified(SystemTime::from(arrives_at))?;
    fs::rename(maildir.join("tmp").join(&name), path)?;
    Ok(())
}

/// Makes the demo's folder anew; refuses to touch a folder that is somebody else's.
fn make_anew(folder: &Path) -> Result<()> {
    let shown = folder.display();
    let occupied = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !folder.join(MARK).exists() {
        bail!("{shown} was not made by the demo and is left alone; name another folder with --dir");
    }
    if occupied {
        fs::remove_dir_all(folder).with_context(|| format!("remove {shown}"))?;
    }
    let made = fs::create_dir_all(folder).and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o700)));
    made.with_context(|| format!("make {shown}"))?;
    fs::write(folder.join(MARK), "").with_context(|| format!("make {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::explain::Looking;
    use crate::domain::evidence::TrustRules;
    use crate::mail::opener::Opener;

    use crate::cli::terminal::width;
    use crate::config;

    /// The demo in a folder of its own, and what it told.
    fn told() -> (tempfile::TempDir, String) {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("demo");
        make_anew(&folder).expect("an empty folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut out = Vec::new();
        runtime.block_on(tell(&desk_in(&folder), &folder, &mut out)).expect("the demo");
        (parent, String::from_utf8(out).expect("text"))
    }

    #[test]
    fn the_story_fits_80_columns_and_what_it_leaves_works_from_any_folder() {
        let (parent, story) = told();
        let folder = parent.path().join("demo");
        // A path is never broken: it would not be copied whole.
        let shown = folder.display().to_string();
        for line in story.lines().filter(|line| !line.contains(&shown)) {
            assert!(width(line) <= 80, "{line}");
        }
        for step in ["SOP 3", "SOP 4", "SOP 5", "SOP 6", "#valid", "#setuju", "#lulus", "PEMBERITAHUAN DINI"] {
            assert!(story.contains(step), "{step}");
        }
        let mode = fs::metadata(&folder).expect("the folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let left = config::load(&folder.join("config")).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(left.settings.data, folder);
        // Whoever starts it by mistake must not reach the server of the shipped example.
        assert_eq!(left.settings.intake.source, config::Source::Maildir);
        assert_eq!(left.settings.smtp.transport, config::Transport::Maildir);
        let script = fs::read_to_string(folder.join("desk")).expect("the script");
        assert!(script.contains(&format!("--config {shown}/config ")), "{script}");
    }

    #[test]
    fn the_letter_it_suggests_to_explain_is_a_new_ticket() {
        let (parent, _) = told();
        let folder = parent.path().join("demo");
        let home = Home::load(&folder.join("config"), folder.join("templates")).expect("the demo's desk");
        let (mut engine, now) = home.engine_to_try_on().expect("a copy of it");
        let mut out = Vec::new();
        let letter = folder.join("one-more.eml");
        let looking =
            Looking { parse_max: 1 << 20, trust: TrustRules::default(), dns: None, opener: Opener::default() };
        crate::cli::explain::run(&mut engine, &[letter], false, &looking, now, &mut out).expect("explained");
        let said = String::from_utf8(out).expect("text");
        assert!(said.contains("new ticket CIAMIS-"), "{said}");
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("surat.txt"), "penting").expect("write");
        assert!(make_anew(folder.path()).is_err());
        assert!(folder.path().join("surat.txt").exists());
    }
}
