//! Floor 1: Notice → subject, text and HTML (Tera).
//!
//! **Invariant:** after loading nothing here reads a file; values are data and never templates; the
//! HTML says the same words as the text because it is made from it.
//!
//! An administrator edits one text for each notice and language. The HTML twin is derived from the
//! rendered text (paragraphs, lists, quoted text) and wrapped in `_layout.html`, so the two can
//! never say different things and nobody has to keep them in step.

mod filters;
mod html;
pub mod samples;
mod text;
mod vocabulary;
mod words;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chrono_tz::Tz;
use serde::Serialize;
use tera::{Context, Tera};

use crate::domain::desk::Desk;
use crate::domain::evidence::Origin;
use crate::domain::incoming::Language;
use crate::domain::notice::Notice;

pub use text::{defang, defuse};

/// The shipped text of a template below `templates/mail/`.
macro_rules! shipped {
    ($name:expr) => {
        ($name, include_str!(concat!("../../templates/mail/", $name)))
    };
}

/// The shipped templates of notices that are written in Indonesian alone.
macro_rules! in_indonesian {
    ($($folder:literal),* $(,)?) => {
        &[$(shipped!(concat!($folder, "/subject.txt")), shipped!(concat!($folder, "/body.txt"))),*]
    };
}

/// The shipped templates of notices that are written in the reporter's language.
macro_rules! in_both_languages {
    ($($folder:literal),* $(,)?) => {
        &[$(
            shipped!(concat!($folder, "/subject.txt")), shipped!(concat!($folder, "/body.txt")),
            shipped!(concat!($folder, "/subject.en.txt")), shipped!(concat!($folder, "/body.en.txt"))
        ),*]
    };
}

/// Templates by their name below `templates/mail/`, with what they hold.
pub use words::status as status_in_indonesian;

type Shipped = &'static [(&'static str, &'static str)];

const SHARED: Shipped = &[
    shipped!("_reporter.id.txt"),
    shipped!("_reporter.en.txt"),
    shipped!("_team.id.txt"),
    shipped!("_opd.id.txt"),
    shipped!("_about.id.txt"),
    shipped!("_affected.id.txt"),
    shipped!("_open_ticket.id.txt"),
    shipped!("_recap.id.txt"),
    shipped!("_evidence.id.txt"),
    shipped!("_protection.id.txt"),
    shipped!("_scan.id.txt"),
    shipped!("_layout.html"),
];

const TO_REPORTERS: Shipped = in_both_languages![
    "report_received",
    "report_verified",
    "question_asked",
    "question_reminder",
    "closed_unanswered",
    "report_rejected",
    "report_duplicate",
    "report_referred",
    "owner_informed",
    "work_goes_on",
    "ticket_resolved",
    "ticket_mitigated",
    "ticket_reopened",
    "second_look_taken",
    "public_status",
    "reply_written",
    "no_bounty",
];

const TO_OTHERS: Shipped = in_indonesian![
    "ticket_opened",
    "deadline",
    "deadlines",
    "report_returned",
    "recheck_requested",
    "message_filed",
    "opd_said",
    "report_approved",
    "ticket_assigned",
    "command_withdrawn",
    "review_requested",
    "report_forwarded",
    "ticket_closed",
    "decision_requested",
    "urgent_raised",
    "daily_digest",
    "desk_back",
    "weekly_recap",
    "monthly_recap",
    "isolation_ordered",
    "forward_failed",
    "gathered",
    "mail_held",
    "desk_alert",
    "report_delivered",
    "follow_up_reminder",
    "follow_up_reminders",
    "follow_up_overdue",
    "fix_incomplete",
    "fix_confirmed",
    "acknowledgement_noted",
    "request_answered",
    "early_warning",
    "personal_data_duty",
    "system_isolated",
    "escalation_memo",
    "bssn_report",
    "transcript",
    "code_requested",
    "command_unproven",
    "evidence_sent",
];

/// Every template there is.
fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    [SHARED, TO_REPORTERS, TO_OTHERS].into_iter().flatten().copied()
}

/// Puts the shipped text where a fault was found; `false` if it stands there already.
fn put_shipped(texts: &mut [(&'static str, String)], error: &tera::Error) -> bool {
    let tera::ErrorKind::SyntaxError(report) = error.kind() else { return false };
    let shipped = files().find(|(name, _)| *name == report.filename());
    let faulty = texts.iter_mut().find(|(name, _)| *name == report.filename());
    match (faulty, shipped) {
        (Some((_, text)), Some((_, shipped))) if text != shipped => {
            shipped.clone_into(text);
            true
        }
        (Some(_) | None, _) => false,
    }
}

/// The loaded templates of one desk.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    desk: Desk,
}

/// Who reads a mail.
#[derive(Debug, Clone, Serialize)]
pub struct Recipient {
    /// How to address them, if known.
    pub name: Option<String>,
    /// The one-time code of this recipient, if the notice asks something.
    pub code: Option<String>,
    /// The Message-ID of this very mail, without brackets: a link in it can say what it answers.
    pub message_id: String,
    /// Where an answer goes: his own address for this ticket where the provider has such addresses.
    pub reply_to: String,
    /// What is known of the sender of the mail that prompted this one.
    pub prompted: Option<Origin>,
}

/// A notice in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The text, wrapped, with `\n` line ends.
    pub text: String,
    /// The same text, each paragraph on one line.
    pub flowing: String,
    /// The same words as a page.
    pub html: String,
}

impl Templates {
    /// Loads the templates in `folder` (`templates/`). A file that is missing there is taken from
    /// the ones inside the program.
    ///
    /// # Errors
    /// Each fault of each template, with its file, line and column.
    pub fn load(folder: &Path, desk: Desk, zone: Tz) -> Result<Templates, Vec<String>> {
        let mut faults = Vec::new();
        let mut texts = Vec::new();
        for (name, shipped) in files() {
            let path = folder.join("mail").join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => texts.push((name, text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => texts.push((name, shipped.to_owned())),
                Err(error) => faults.push(format!("{}: {error}; make the file readable for Siaga", path.display())),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let place = format!("--> {}/", folder.join("mail").display());
        Templates::build(texts, desk, zone)
            .map_err(|faults| faults.into_iter().map(|fault| fault.replace("--> ", &place)).collect())
    }

    /// The templates inside the program.
    ///
    /// # Errors
    /// Never for the shipped ones: a test renders them all.
    pub fn embedded(desk: Desk, zone: Tz) -> Result<Templates, Vec<String>> {
        Templates::build(files().map(|(name, text)| (name, text.to_owned())).collect(), desk, zone)
    }

    /// No templates at all, where things are only tried out and nothing is worded.
    pub fn none(desk: Desk) -> Templates {
        Templates { tera: Tera::new(), desk }
    }

    fn build(mut texts: Vec<(&'static str, String)>, desk: Desk, zone: Tz) -> Result<Templates, Vec<String>> {
        let mut faults = Vec::new();
        let tera = loop {
            let mut tera = Tera::new();
            tera.autoescape_on(vec![".html"]);
            filters::register(&mut tera, &desk, zone);
            let Err(error) = tera.add_raw_templates(texts.clone()) else { break tera };
            faults.push(format!("{error}\n  = mend the template at that place"));
            // Tera stops at the first fault: with the shipped text in its place, the next one is seen.
            if !put_shipped(&mut texts, &error) {
                return Err(faults);
            }
        };
        let templates = Templates { tera, desk };
        faults.extend(samples::all().iter().filter_map(|sample| templates.fault_with(sample)));
        faults.dedup();
        if faults.is_empty() { Ok(templates) } else { Err(faults) }
    }

    /// What is wrong with the template of a sample.
    fn fault_with(&self, sample: &Notice) -> Option<String> {
        match self.render(
            sample,
            &Recipient {
                name: None,
                code: Some("7Q4K-9M2X".to_owned()),
                message_id: "k1.7.1.00@csirt.example".to_owned(),
                reply_to: "csirt@ciamiskab.go.id".to_owned(),
                prompted: Some(Origin::Dkim),
            },
        ) {
            Ok(rendered) if rendered.subject.is_empty() || rendered.text.trim().is_empty() => Some(format!(
                "a mail without words\n --> {}\n  = write a subject and a body, or take the shipped ones",
                sample.folder()
            )),
            Ok(_) => None,
            Err(error) => Some(format!("{error:#}\n  = use only what the shipped template uses")),
        }
    }

    /// Puts a notice into words.
    ///
    /// # Errors
    /// If a template uses what there is not.
    pub fn render(&self, notice: &Notice, recipient: &Recipient) -> Result<Rendered> {
        let mut context =
            Context::from_serialize(notice).context("make the notice's data readable for its template")?;
        context.insert("desk", &self.desk);
        context.insert("recipient", recipient);
        let folder = notice.folder();
        let language = match notice.language() {
            Language::Id => "",
            Language::En => ".en",
        };
        let render = |name: &str| self.tera.render(name, &context).map_err(|error| anyhow::anyhow!("{error}"));
        let subject = text::subject_line(&render(&format!("{folder}/subject{language}.txt"))?);
        let text = text::tidy(&render(&format!("{folder}/body{language}.txt"))?);
        let mut page = Context::new();
        page.insert("language", notice.language().as_str());
        page.insert("subject", &subject);
        let body = html::from_text(&text);
        page.insert("body", &body);
        let html = self.tera.render("_layout.html", &page).map_err(|error| anyhow::anyhow!("{error}"))?;
        // The filter `safe` makes an empty text of a name that does not exist.
        ensure!(html.contains(&body), "a page without the words of the mail\n --> _layout.html, {{{{ body | safe }}}}");
        Ok(Rendered { subject, text: text::wrap(&text), flowing: text, html })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> Desk {
        Desk {
            name: "Ciamiskab-CSIRT".to_owned(),
            unit: "Bidang Persandian dan Keamanan Informasi".to_owned(),
            office: "Dinas Komunikasi dan Informatika Kabupaten Ciamis".to_owned(),
            address: "csirt@csirt.example".parse().expect("an address"),
            aliases: Vec::new(),
            website: "https://csirt.example/".to_owned(),
            ticket_prefix: "CIAMIS".to_owned(),
        }
    }

    #[test]
    fn every_shipped_template_says_every_sample() {
        let templates =
            Templates::embedded(desk(), chrono_tz::Asia::Jakarta).unwrap_or_else(|faults| panic!("{faults:#?}"));
        for notice in samples::all() {
            let recipient = Recipient {
                name: None,
                code: Some("7Q4K-9M2X".to_owned()),
                message_id: "k1.7.1.00@csirt.example".to_owned(),
                reply_to: "csirt@ciamiskab.go.id".to_owned(),
                prompted: Some(Origin::Dkim),
            };
            let rendered = templates.render(&notice, &recipient).expect("it was tried when they were loaded");
            assert!(!rendered.subject.trim().is_empty(), "{}", notice.folder());
            assert!(!rendered.text.contains("\n\n\n"), "{}", rendered.text);
            // decisions 8: no line of ours is a command when it is quoted back.
            for line in rendered.text.lines() {
                assert!(crate::domain::command::grammar::command_lines(line).is_empty(), "{}: {line}", notice.folder());
            }
        }
    }
}
