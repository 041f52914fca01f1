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

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chrono_tz::Tz;
use serde::Serialize;
use tera::{Context, Tera};

use crate::domain::desk::Desk;
use crate::domain::incoming::Language;
use crate::domain::notice::Notice;

pub use text::{defang, defuse};

/// Every template there is, by its name below `templates/mail/`.
const FILES: &[(&str, &str)] = &[
    ("_reporter.id.txt", include_str!("../../templates/mail/_reporter.id.txt")),
    ("_reporter.en.txt", include_str!("../../templates/mail/_reporter.en.txt")),
    ("_team.id.txt", include_str!("../../templates/mail/_team.id.txt")),
    ("_layout.html", include_str!("../../templates/mail/_layout.html")),
    ("report_received/subject.txt", include_str!("../../templates/mail/report_received/subject.txt")),
    ("report_received/subject.en.txt", include_str!("../../templates/mail/report_received/subject.en.txt")),
    ("report_received/body.txt", include_str!("../../templates/mail/report_received/body.txt")),
    ("report_received/body.en.txt", include_str!("../../templates/mail/report_received/body.en.txt")),
    ("ticket_opened/subject.txt", include_str!("../../templates/mail/ticket_opened/subject.txt")),
    ("ticket_opened/body.txt", include_str!("../../templates/mail/ticket_opened/body.txt")),
    ("message_filed/subject.txt", include_str!("../../templates/mail/message_filed/subject.txt")),
    ("message_filed/body.txt", include_str!("../../templates/mail/message_filed/body.txt")),
    ("deadline/subject.txt", include_str!("../../templates/mail/deadline/subject.txt")),
    ("deadline/body.txt", include_str!("../../templates/mail/deadline/body.txt")),
    ("mail_held/subject.txt", include_str!("../../templates/mail/mail_held/subject.txt")),
    ("mail_held/body.txt", include_str!("../../templates/mail/mail_held/body.txt")),
];

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
}

/// A notice in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The text, wrapped, with `\n` line ends.
    pub text: String,
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
        for (name, shipped) in FILES {
            let path = folder.join("mail").join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => texts.push((*name, text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    texts.push((*name, (*shipped).to_owned()))
                }
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
        Templates::build(FILES.iter().map(|(name, text)| (*name, (*text).to_owned())).collect(), desk, zone)
    }

    fn build(texts: Vec<(&str, String)>, desk: Desk, zone: Tz) -> Result<Templates, Vec<String>> {
        let mut tera = Tera::new();
        tera.autoescape_on(vec![".html"]);
        filters::register(&mut tera, zone);
        tera.add_raw_templates(texts).map_err(|error| vec![format!("{error}\n  = mend the template at that place")])?;
        let templates = Templates { tera, desk };
        let mut faults: Vec<_> = samples::all().iter().filter_map(|sample| templates.fault_with(sample)).collect();
        faults.dedup();
        if faults.is_empty() { Ok(templates) } else { Err(faults) }
    }

    /// What is wrong with the template of a sample.
    fn fault_with(&self, sample: &Notice) -> Option<String> {
        match self.render(sample, &Recipient { name: None }) {
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
        let mut context = match notice {
            Notice::ReportReceived(data) => Context::from_serialize(data),
            Notice::TicketOpened(data) => Context::from_serialize(data),
            Notice::MessageFiled(data) => Context::from_serialize(data),
            Notice::Deadline(data) => Context::from_serialize(data),
            Notice::MailHeld(data) => Context::from_serialize(data),
        }
        .context("make the notice's data readable for its template")?;
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
        Ok(Rendered { subject, text: text::wrap(&text), html })
    }
}
