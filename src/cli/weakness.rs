//! What the present configuration allows that a stricter one would not, in plain words and the most
//! dangerous first: every line is a choice an office may make, knowing it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{NaiveDate, TimeDelta};

use crate::cli::keys;
use crate::config::{self, Config, Protection, SecretSource};
use crate::domain::Time;
use crate::domain::answer::Caps;
use crate::domain::approval::Mode;
use crate::domain::person::Person;
use crate::domain::role::Role;
use crate::domain::workflow::EarlyWarningMode;

/// Everything that is weak, the most dangerous first.
pub(super) fn weaknesses(config: &Config, now: Time) -> Vec<String> {
    let today = config.calendar.local(now).date_naive();
    let groups = [
        connections(config),
        open_data(config),
        authority(config),
        trust(config),
        keys::weaknesses(config),
        people(config, today),
        flood(config),
        habits(config),
    ];
    groups.into_iter().flatten().collect()
}

/// What makes every incoming mail go unanswered.
pub(super) fn late_start(config: &Config, now: Time) -> Option<String> {
    let cutoff = config.settings.intake.cutoff.filter(|cutoff| *cutoff > now)?;
    let local = config.calendar.local(cutoff).format("%Y-%m-%d %H:%M %Z");
    Some(format!(
        "[intake] cutoff lies in the future: every mail until {local} is filed and nobody is answered; write a moment \
         that has passed, or remove the key; if the moment is right, set the clock of this machine"
    ))
}

fn connections(config: &Config) -> Vec<String> {
    let settings = &config.settings;
    let sides =
        [("imap", settings.imap.security, &settings.imap.host), ("smtp", settings.smtp.security, &settings.smtp.host)];
    let plain = sides.into_iter().filter(|(_, protection, _)| *protection == Protection::Plain);
    plain
        .map(|(section, _, host)| {
            format!(
                "[{section}] security = \"plain\": password and mails go to {host} readably; only a server on this \
                 very machine is reached that way. Write \"tls\" or \"starttls\"."
            )
        })
        .collect()
}

fn open_data(config: &Config) -> Vec<String> {
    let readable = |path: &Path| fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0);
    let data = &config.settings.data;
    let shown = data.display();
    let open = readable(data).then(|| {
        format!("{shown} may be read by other users of this machine and holds reports in clear. Run chmod 700 {shown}.")
    });
    open.into_iter().collect()
}

fn authority(config: &Config) -> Vec<String> {
    let settings = &config.settings;
    let mut found = Vec::new();
    match settings.policy.approval.mode {
        Mode::Reply if !settings.policy.approval.require_signature => found.push(
            "[approval] mode = \"reply\": an approval is a mail with a one-time code and carries no signature. Whoever \
             reads the Kabid's mailbox can approve in his name; protect it with a second factor, or write \
             require_signature = true."
                .to_owned(),
        ),
        Mode::Reply | Mode::SignedPdf => {}
    }
    if !settings.command.require_evidence {
        found.push(
            "[command] require_evidence = false: a command counts without proof that the sender's domain sent it. \
             Whoever holds a mail of ours to an analyst or an OPD and forges the address can work the ticket, but not \
             approve."
                .to_owned(),
        );
    }
    if settings.policy.approval.hold.is_zero() {
        found.push(
            "[approval] hold = \"0s\": a report leaves for the OPD the moment it is approved; #batal comes too late. \
             Shipped: \"10m\"."
                .to_owned(),
        );
    }
    if settings.command.hold.is_zero() {
        found.push(
            "[command] hold = \"0s\": a text to a reporter or an OPD leaves at once; #batal comes too late. Shipped: \
             \"5m\"."
                .to_owned(),
        );
    }
    if settings.policy.early_warning == EarlyWarningMode::Automatic {
        found.push(
            "[sop] early_warning = \"automatic\": one analyst's #valid sends a PEMBERITAHUAN DINI to the OPD before the \
             Kabid has seen it. \"kabid\" asks him first."
                .to_owned(),
        );
    }
    found
}

/// `[trust]`: what is believed of senders, and by what it could be deceived.
fn trust(config: &Config) -> Vec<String> {
    let settings = &config.settings;
    let trust = &settings.trust;
    let mut found = Vec::new();
    if settings.command.require_evidence && !trust.dkim && !trust.use_results && trust.login_hosts.is_empty() {
        found.push(
            "[trust] believes nothing: dkim and use_authentication_results are off and login_hosts is empty. Every \
             command needs a one-time code, or is refused. Shipped: dkim = true."
                .to_owned(),
        );
    }
    let our_domain = settings.desk.address.domain();
    let sources = trust.use_results || trust.dkim;
    if sources && !trust.any_from.iter().any(|domain| domain.eq_ignore_ascii_case(our_domain)) {
        found.push(format!(
            "[trust] any_from_domains does not name {our_domain}: a mail its server vouches for counts as that of the \
             very address in From. If accounts there can write another's From, write the domain down."
        ));
    }
    if settings.command.code_without_evidence && settings.command.require_evidence {
        found.push(
            "[trust] internal_mail_unmarked = true: a command nobody vouches for counts with a one-time code. Whoever \
             reads the mailbox of an analyst can order in his name from anywhere. false refuses such mail."
                .to_owned(),
        );
    }
    if !settings.command.subaddress {
        found.push(
            "[trust] subaddress = false: that somebody got our mail is proved by its Message-ID, which everybody reads \
             to whom an answer is forwarded. Write true if mail to csirt+anything reaches this mailbox."
                .to_owned(),
        );
    }
    found
}

fn people(config: &Config, today: NaiveDate) -> Vec<String> {
    let people = &config.people;
    let mut found = Vec::new();
    let everybody = people.analysts.iter().chain(&people.kabid).chain(people.opds.iter().flat_map(|opd| opd.people()));
    let examples = everybody.filter(|person| is_example(person)).count();
    if examples > 0 {
        found.push(format!(
            "people.toml still names {examples} people with addresses that end in .example, as it was shipped: nobody \
             reads those mails. Write your own people."
        ));
    }
    if people.deputies.is_empty() {
        found.push(
            "people.toml names no [[deputy]]: while the Kabid is away no report can be approved, and every clock of \
             SOP 5 runs out."
                .to_owned(),
        );
    }
    if people.people(Role::Analyst, today).len() == 1 {
        found.push(
            "people.toml names one [[analyst]]: while that person is away nobody verifies a report. Name a second."
                .to_owned(),
        );
    }
    let headless: Vec<&str> =
        people.opds.iter().filter(|opd| opd.head.is_none()).map(|opd| opd.code.as_str()).collect();
    if !headless.is_empty() {
        found.push(format!(
            "These OPD have no `head` in people.toml: {}. When they do not act, nobody in their office is told but the \
             contacts who are silent.",
            headless.join(", ")
        ));
    }
    if people.office_head.is_none() && people.sekda.is_none() {
        found.push(
            "people.toml names neither [office_head] nor [sekda]: an OPD that stays silent is written to by nobody \
             above it."
                .to_owned(),
        );
    }
    found
}

/// One of the caps.
type Cap = fn(&Caps) -> u32;

fn flood(config: &Config) -> Vec<String> {
    let (ours, shipped) = (config.settings.caps, config::embedded().settings.caps);
    let cap: [(&str, Cap); 4] = [
        ("per_address_hour", |caps| caps.per_address_hour),
        ("per_address_day", |caps| caps.per_address_day),
        ("without_evidence_hour", |caps| caps.without_evidence_hour),
        ("all_hour", |caps| caps.all_hour),
    ];
    let raised = cap.iter().filter(|(_, value)| value(&ours) > value(&shipped));
    raised
        .map(|(name, value)| {
            format!(
                "[answer] {name} = {}: raised above the shipped {}; somebody who forges senders can make this desk \
                 write that many mails to people who never wrote to it.",
                value(&ours),
                value(&shipped)
            )
        })
        .collect()
}

fn habits(config: &Config) -> Vec<String> {
    let settings = &config.settings;
    let mut found = Vec::new();
    if settings.data.is_relative() {
        found.push(format!(
            "[data] dir = \"{}\" is a path from wherever Siaga is started: from another folder it does not find its \
             desk. Write the whole path.",
            settings.data.display()
        ));
    }
    let kept = [
        ("letters", settings.retention.letters.is_none()),
        ("reporter", settings.retention.reporter.is_none()),
        ("spam", settings.retention.spam.is_none()),
    ];
    let kept: Vec<&str> = kept.iter().filter(|(_, for_ever)| *for_ever).map(|(name, _)| *name).collect();
    if settings.schedules.retention.is_none() {
        found.push(
            "[retention] run = \"\": no personal data are ever destroyed but by `siaga ticket redact`. UU PDP Pasal 42 \
             to 44 ask for an end. Shipped: \"0 15 2 * * Mon-Fri\"."
                .to_owned(),
        );
    } else if !kept.is_empty() {
        found.push(format!(
            "[retention] {} = \"never\": personal data are kept for ever. Write the length the archive schedule (JRA) \
             of the office gives.",
            kept.join(", ")
        ));
    }
    if ["debug", "trace"].iter().any(|level| settings.log.level.contains(level)) {
        found.push(format!(
            "[log] level = \"{}\" writes whole addresses into the log. Write \"info\" once you have seen what you \
             looked for.",
            settings.log.level
        ));
    }
    if settings.outbox.give_up_after < TimeDelta::days(1).to_std().unwrap_or_default() {
        found.push(
            "[outbox] give_up_after is shorter than a day: a mail is given up while the server is merely being \
             repaired. Shipped: \"3d\"."
                .to_owned(),
        );
    }
    match &settings.scanner {
        None => found.push(
            "There is no [scanner]: nobody looks for malware in what strangers send. The files are kept and never run; \
             whoever opens one from #bukti is on his own. Write the socket of clamd."
                .to_owned(),
        ),
        Some(scanner) if !scanner.address.is_here() => found.push(format!(
            "[scanner] address = \"{}\": the files of reporters travel to that machine readably. Use clamd on this one.",
            scanner.address
        )),
        Some(_) => {}
    }
    let sources = [Some(&settings.imap.secret), settings.smtp.secret.as_ref()];
    if sources.into_iter().flatten().any(|source| matches!(source, SecretSource::File(_))) {
        found.push(
            "A password lies in a file. Under systemd `credential` keeps it out of the file system (dist/siaga.service)."
                .to_owned(),
        );
    }
    found
}

/// An address of a domain that can never exist (RFC 2606).
fn is_example(person: &Person) -> bool {
    let domain = person.address.domain();
    domain == "example" || domain.ends_with(".example")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ScannerAddress, ScannerSettings};

    type Change = fn(&mut Config);

    fn now() -> Time {
        "2026-11-24T03:00:00Z".parse().expect("a time")
    }

    /// The place of the weakness that says this, from 0.
    fn place(config: &Config, says: &str) -> Option<usize> {
        weaknesses(config, now()).iter().position(|weakness| weakness.contains(says))
    }

    fn scanner(address: ScannerAddress) -> ScannerSettings {
        ScannerSettings { address, patience: std::time::Duration::from_secs(20), size_max: 25 << 20 }
    }

    #[test]
    fn each_weakness_is_named_only_where_it_is() {
        let shipped = config::embedded();
        let cases: &[(&str, Change)] = &[
            ("[imap] security = \"plain\"", |config| config.settings.imap.security = Protection::Plain),
            ("[approval] hold = \"0s\"", |config| config.settings.policy.approval.hold = TimeDelta::zero()),
            ("require_evidence = false", |config| config.settings.command.require_evidence = false),
            ("believes nothing", |config| config.settings.trust.dkim = false),
            ("[command] hold = \"0s\"", |config| config.settings.command.hold = TimeDelta::zero()),
            ("no [[deputy]]", |config| config.people.deputies.clear()),
            ("one [[analyst]]", |config| config.people.analysts.truncate(1)),
            ("no `head` in people.toml: dinkes", |config| config.people.opds[0].head = None),
            ("all_hour = 9000: raised above the shipped 300", |config| config.settings.caps.all_hour = 9000),
            ("[log] level = \"debug\"", |config| config.settings.log.level = "debug".to_owned()),
            ("[scanner] address = \"av.kantor.example:3310\"", |config| {
                config.settings.scanner = Some(scanner(ScannerAddress::Tcp("av.kantor.example".to_owned(), 3310)));
            }),
            ("[retention] run = \"\"", |config| config.settings.schedules.retention = None),
            ("reporter = \"never\"", |config| config.settings.retention.reporter = None),
            ("give_up_after", |config| config.settings.outbox.give_up_after = std::time::Duration::from_secs(60)),
        ];
        for (says, weaken) in cases {
            assert_eq!(place(&shipped, says), None, "{says}");
            let mut weak = shipped.clone();
            weaken(&mut weak);
            assert!(place(&weak, says).is_some(), "{says}: {:#?}", weaknesses(&weak, now()));
        }
        let cases: &[(&str, Change)] = &[
            ("any_from_domains", |config| {
                config.settings.trust.any_from = vec![config.settings.desk.address.domain().to_owned()];
            }),
            ("internal_mail_unmarked", |config| config.settings.command.code_without_evidence = false),
            ("subaddress = false", |config| config.settings.command.subaddress = true),
            ("mode = \"reply\"", |config| config.settings.policy.approval.mode = Mode::SignedPdf),
            ("carries no signature", |config| config.settings.policy.approval.require_signature = true),
            ("There is no [scanner]", |config| {
                config.settings.scanner = Some(scanner(ScannerAddress::Socket("/run/clamav/clamd.ctl".into())));
            }),
            ("[data] dir = \"data\"", |config| config.settings.data = "/var/lib/siaga".into()),
            ("\"automatic\"", |config| config.settings.policy.early_warning = EarlyWarningMode::Kabid),
        ];
        for (says, mend) in cases {
            assert!(place(&shipped, says).is_some(), "{says}");
            let mut strict = shipped.clone();
            mend(&mut strict);
            assert_eq!(place(&strict, says), None, "{says}");
        }
    }

    #[test]
    fn what_gives_everything_away_stands_above_what_is_merely_untidy() {
        let mut weak = config::embedded();
        weak.settings.smtp.security = Protection::Plain;
        weak.settings.command.require_evidence = false;
        weak.settings.caps.all_hour = 9000;
        weak.settings.log.level = "debug".to_owned();
        let order = ["\"plain\"", "mode = \"reply\"", "require_evidence", ".example", "all_hour", "[log] level"];
        let places: Vec<usize> = order.iter().filter_map(|says| place(&weak, says)).collect();
        assert_eq!(places.len(), order.len());
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn a_cutoff_in_the_future_silences_the_desk_and_is_said() {
        let mut config = config::embedded();
        assert_eq!(late_start(&config, now()), None);
        config.settings.intake.cutoff = Some(now() - TimeDelta::hours(1));
        assert_eq!(late_start(&config, now()), None);
        config.settings.intake.cutoff = Some(now() + TimeDelta::days(400));
        let said = late_start(&config, now()).expect("a warning");
        assert!(said.contains("until 2027-12-29 10:00 WIB"), "{said}");
    }
}
