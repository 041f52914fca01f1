//! What is refused in `siaga.toml` although it can be read.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::settings::{Intake, Outbox, Source, Transport};
use crate::config::siaga::{DeskSection, ImapSection, SettingsFile, SmtpSection};

/// Goes through a file and notes its faults.
pub(super) struct Checks<'a> {
    pub(super) document: &'a Document,
    pub(super) faults: &'a mut Vec<Fault>,
}

impl Checks<'_> {
    pub(super) fn all(&mut self, file: &SettingsFile) {
        self.desk(&file.desk);
        self.intake(&file.intake);
        if file.intake.source == Source::Imap {
            self.imap(&file.imap);
        }
        if file.smtp.transport == Transport::Smtp {
            self.smtp(&file.smtp);
        }
        self.outbox(&file.outbox);
        file.digest.check(self.document, self.faults);
        file.retention.check(self.document, self.faults);
        let unread = file.approval.authorities().err();
        let remedy = "name a PEM file with the certificates of the CA, or leave the key out";
        self.refuse(unread.is_some(), "approval.ca_file", unread.unwrap_or_default(), remedy);
        if let Some(scanner) = &file.scanner {
            self.duration("scanner.patience", scanner.patience, Duration::from_secs(1)..=Duration::from_secs(300));
            let small = scanner.size_max < SIZE_MIN;
            let message = format!("{} bytes hold no file", scanner.size_max);
            self.refuse(small, "scanner.size_max", message, "write it with its unit, e.g. \"25MiB\"");
        }
        for (place, message, remedy) in file.trust.faults().into_iter().chain(file.pgp.faults()) {
            self.refuse(true, place, message.to_owned(), remedy);
        }
        let level = &file.log.level;
        self.refuse(
            !["error", "warn", "info", "debug", "trace"].contains(&level.as_str()),
            "log.level",
            format!("`{level}` is no level"),
            "write error, warn, info, debug or trace",
        );
    }

    fn desk(&mut self, desk: &DeskSection) {
        let name_wrong = desk.name.trim().is_empty() || desk.name.chars().any(char::is_control);
        self.refuse(name_wrong, "desk.name", "the desk has no name".to_owned(), "write the team's name on one line");
        let prefix = &desk.ticket_prefix;
        self.refuse(
            prefix.is_empty() || prefix.len() > 16 || !prefix.bytes().all(|byte| byte.is_ascii_uppercase()),
            "desk.ticket_prefix",
            format!("`{prefix}` is no ticket prefix"),
            "write 1 to 16 capital letters, e.g. \"CIAMIS\"",
        );
    }

    fn intake(&mut self, intake: &Intake) {
        let reserve = ("intake.disk_reserve", intake.disk_reserve());
        let limits = [("intake.spool_max", intake.spool_max), ("intake.parse_max", intake.parse_max), reserve];
        for (place, size) in limits {
            let message = format!("{size} bytes hold no mail");
            self.refuse(size < SIZE_MIN, place, message, "write it with its unit, e.g. \"25MiB\"");
        }
        self.refuse(
            !(1..=100).contains(&intake.attempts_max),
            "intake.attempts_max",
            format!("{} readings are not possible", intake.attempts_max),
            "write a number from 1 to 100",
        );
    }

    fn imap(&mut self, imap: &ImapSection) {
        self.server("imap", &imap.host, imap.port, imap.ca_file.as_ref());
        let nobody = imap.user.is_empty();
        self.refuse(nobody, "imap.user", "the mailbox has no user".to_owned(), "write the name it is opened with");
        let folders = [
            ("imap.inbox", &imap.inbox),
            ("imap.processed", &imap.processed),
            ("imap.held", &imap.held),
            ("imap.oversize", &imap.oversize),
            ("imap.junk_folder", &imap.junk_folder),
        ];
        for (at, (place, folder)) in folders.iter().enumerate() {
            let known = |byte: u8| (b' '..=b'~').contains(&byte) && !b"\"\\&%*".contains(&byte);
            self.refuse(
                (folder.is_empty() && place != &"imap.junk_folder") || !folder.bytes().all(known),
                place,
                format!("`{folder}` is no folder name every server knows"),
                "use letters, digits, dots and dashes only",
            );
            // Mail that is put back where it came from would be taken in for ever.
            self.refuse(
                !folder.is_empty() && folders[..at].iter().any(|(_, other)| other.eq_ignore_ascii_case(folder)),
                place,
                format!("the folder `{folder}` has two purposes"),
                "give each purpose a folder of its own",
            );
        }
        // RFC 2177: servers end an IDLE after 30 minutes.
        self.duration("imap.idle_wait", imap.idle_wait, SHORTEST..=Duration::from_secs(29 * 60));
        self.duration("imap.poll_without_idle", imap.poll_without_idle, SHORTEST..=HOUR);
        self.duration("imap.poll_with_idle", imap.poll_with_idle, SHORTEST..=HOUR);
        self.one_secret("imap", &imap.password_file, &imap.credential, &imap.token_command, true);
    }

    fn smtp(&mut self, smtp: &SmtpSection) {
        self.server("smtp", &smtp.host, smtp.port, smtp.ca_file.as_ref());
        self.refuse(
            !(1..=16).contains(&smtp.connections),
            "smtp.connections",
            format!("{} connections cannot be kept", smtp.connections),
            "write a number from 1 to 16",
        );
        let needed = !smtp.user.is_empty();
        self.one_secret("smtp", &smtp.password_file, &smtp.credential, &smtp.token_command, needed);
    }

    fn outbox(&mut self, outbox: &Outbox) {
        let none = outbox.retry.is_empty();
        let remedy = "write at least one, e.g. [\"1m\", \"5m\"]";
        self.refuse(none, "outbox.retry", "there is no pause".to_owned(), remedy);
        for (index, pause) in outbox.retry.iter().enumerate() {
            self.duration(&format!("outbox.retry.{index}"), *pause, SHORTEST..=24 * HOUR);
        }
        self.duration("outbox.give_up_after", outbox.give_up_after, Duration::from_secs(1)..=30 * 24 * HOUR);
    }

    fn server(&mut self, section: &str, host: &str, port: u16, ca_file: Option<&PathBuf>) {
        let host_wrong = host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/' || c == ':');
        self.refuse(
            host_wrong && host.parse::<std::net::Ipv6Addr>().is_err(),
            &format!("{section}.host"),
            format!("`{host}` is no server"),
            "write its name alone, e.g. \"mail.kantor.example\"",
        );
        let message = "no server listens on port 0".to_owned();
        self.refuse(port == 0, &format!("{section}.port"), message, "write the server's port");
        self.refuse(
            ca_file.is_some_and(|path| path.as_os_str().is_empty()),
            &format!("{section}.ca_file"),
            "the path is empty".to_owned(),
            "write the path, or leave the key out",
        );
    }

    /// A user needs a secret, and never two of them.
    fn one_secret(
        &mut self,
        section: &str,
        file: &Option<PathBuf>,
        credential: &Option<String>,
        command: &Option<Vec<String>>,
        needed: bool,
    ) {
        let named = [file.is_some(), credential.is_some(), command.is_some()];
        let remedy = "name exactly one of password_file, credential and token_command";
        let count = named.iter().filter(|named| **named).count();
        self.refuse(needed && count == 0, section, format!("[{section}] has no secret"), remedy);
        self.refuse(count > 1, section, format!("[{section}] has {count} secrets"), remedy);
        self.refuse(
            command.as_ref().is_some_and(Vec::is_empty),
            &format!("{section}.token_command"),
            "the command is empty".to_owned(),
            "write the program and its arguments: [\"/usr/local/bin/token\"]",
        );
    }

    fn duration(&mut self, place: &str, duration: Duration, range: RangeInclusive<Duration>) {
        let (least, most) = (shown(*range.start()), shown(*range.end()));
        let message = format!("`{place}`: {} is out of bounds", shown(duration));
        self.refuse(!range.contains(&duration), place, message, &format!("write a time from {least} to {most}"));
    }

    fn refuse(&mut self, wrong: bool, place: &str, message: String, remedy: &str) {
        if wrong {
            self.faults.push(self.document.fault(place, message, remedy));
        }
    }
}

const HOUR: Duration = Duration::from_secs(3600);
/// A shorter wait is none: the loop would turn without end.
const SHORTEST: Duration = Duration::from_millis(10);
/// A smaller limit is one that was written without its unit.
const SIZE_MIN: u64 = 1024;

fn shown(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}
