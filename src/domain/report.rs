//! The analysis report (SOP 4, domain 4.1): its sections, its versions, and what one submission lacks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::digest::{Digest, DigestBuilder};
use crate::domain::incoming::{Attachment, Content};
use crate::domain::person::Address;

/// A head of the analysis report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Ringkasan: for the leadership, without technical words.
    Summary,
    /// Kronologi: when what happened.
    Chronology,
    /// Hasil verifikasi: how it was confirmed.
    Verification,
    /// Penyebab: the root of it.
    Cause,
    /// Dampak: confidentiality, integrity, availability, personal data.
    Impact,
    /// Penanganan: what was done already.
    Handling,
    /// Rekomendasi: the contract with the OPD and the checklist of the re-check.
    Recommendations,
    /// Batasan: what is not known.
    Limits,
}

impl Section {
    /// Every section, in the report's order.
    pub const ALL: &[Section] = &[
        Section::Summary,
        Section::Chronology,
        Section::Verification,
        Section::Cause,
        Section::Impact,
        Section::Handling,
        Section::Recommendations,
        Section::Limits,
    ];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Section::Summary => "summary",
            Section::Chronology => "chronology",
            Section::Verification => "verification",
            Section::Cause => "cause",
            Section::Impact => "impact",
            Section::Handling => "handling",
            Section::Recommendations => "recommendations",
            Section::Limits => "limits",
        }
    }

    /// What an analyst may write above it, the usual word first.
    fn labels(self) -> &'static [&'static str] {
        match self {
            Section::Summary => &["ringkasan", "ringkasan eksekutif", "ikhtisar"],
            Section::Chronology => &["kronologi", "kronologis", "kronologi kejadian", "waktu kejadian"],
            Section::Verification => &["verifikasi", "hasil verifikasi"],
            Section::Cause => {
                &["penyebab", "akar masalah", "penyebab dan akar masalah", "analisis", "analisis penyebab"]
            }
            Section::Impact => &["dampak", "analisis dampak"],
            Section::Handling => &["penanganan", "penanganan yang sudah dilakukan", "tindakan", "langkah penanganan"],
            Section::Recommendations => &["rekomendasi", "rekomendasi perbaikan", "saran"],
            Section::Limits => &["batasan", "batasan analisis", "keterbatasan"],
        }
    }

    /// The word an analyst writes above it.
    pub fn label(self) -> &'static str {
        self.labels()[0]
    }

    /// Whether a report may lack it.
    pub fn is_optional(self) -> bool {
        self == Section::Limits
    }
}

/// What an analyst hands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The document, if it is a file.
    pub file: Option<ReportFile>,
    /// The labelled paragraphs of the mail: the whole report, or beside a file what the request to
    /// the Kabid and the mail to the OPD must say in words.
    pub sections: BTreeMap<Section, String>,
}

/// A report that is a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFile {
    /// Its safe name.
    pub name: String,
    /// PDF or office document, by content.
    pub content: Content,
    /// Its size.
    pub size_bytes: u64,
    /// Its digest: the name of its file.
    pub digest: Digest,
}

/// One numbered version of a ticket's analysis report. Never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportVersion {
    /// From 1.
    pub version: u32,
    /// Over everything that was submitted: what an approval is bound to.
    pub digest: Digest,
    /// Who submitted it; nobody, if it was done at the command line.
    pub submitted_by: Option<Address>,
    /// When.
    pub submitted_at: Time,
    /// The document, if it is a file.
    pub file: Option<ReportFile>,
    /// The labelled paragraphs.
    pub sections: BTreeMap<Section, String>,
}

impl ReportVersion {
    /// The text of a section; empty if there is none.
    pub fn section(&self, section: Section) -> &str {
        self.sections.get(&section).map_or("", String::as_str)
    }
}

/// Why a submission is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Sections are missing, named in the report's order.
    #[error("sections are missing")]
    Missing(Vec<Section>),
    /// More than one document came, and nobody can know which is the report.
    #[error("{0} documents came instead of one")]
    SeveralDocuments(usize),
    /// `approval.mode` wants a PDF.
    #[error("the report must be a PDF")]
    NotAPdf,
}

impl Submission {
    /// Reads the report out of a mail: the text below the command and the files beside it. A
    /// document needs a summary and recommendations in the mail, since the request to the Kabid and
    /// the mail to the OPD must say them in words (domain 0.6).
    ///
    /// # Errors
    /// What is missing, or that it cannot be told which document is meant.
    pub fn read(below: &str, files: &[Attachment], pdf_only: bool) -> Result<Submission, Unfit> {
        let documents: Vec<_> = files.iter().filter(|file| is_document(file.content)).collect();
        let file = match documents[..] {
            [] => None,
            [one] => Some(one),
            [..] => return Err(Unfit::SeveralDocuments(documents.len())),
        };
        if pdf_only && file.is_none_or(|file| file.content != Content::Pdf) {
            return Err(Unfit::NotAPdf);
        }
        let sections = sections(below);
        let wanted = |section: &&Section| match file {
            Some(_) => matches!(section, Section::Summary | Section::Recommendations),
            None => !section.is_optional(),
        };
        let missing: Vec<_> =
            Section::ALL.iter().filter(wanted).filter(|section| !sections.contains_key(section)).copied().collect();
        if !missing.is_empty() {
            return Err(Unfit::Missing(missing));
        }
        let file = file.map(|file| ReportFile {
            name: file.filename.clone(),
            content: file.content,
            size_bytes: file.size_bytes,
            digest: file.digest,
        });
        Ok(Submission { file, sections })
    }

    /// The digest an approval is bound to: over the document and each paragraph with its length.
    pub fn digest(&self) -> Digest {
        let mut builder = DigestBuilder::default();
        builder.update(self.file.as_ref().map_or(&[0; 32], |file| file.digest.as_bytes()));
        for (section, text) in &self.sections {
            for part in [section.as_str(), text] {
                builder.update(&(part.len() as u64).to_be_bytes());
                builder.update(part.as_bytes());
            }
        }
        builder.finish()
    }
}

fn is_document(content: Content) -> bool {
    matches!(content, Content::Pdf | Content::Office)
}

/// The labelled paragraphs of a text. A label stands at the beginning of a line, alone or before a
/// colon; what follows it, up to the next label, is its section. What stands before the first label
/// belongs to none.
fn sections(text: &str) -> BTreeMap<Section, String> {
    let mut sections: BTreeMap<Section, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        let words = match labelled(line) {
            Some((section, rest)) => {
                current = Some(section);
                rest
            }
            None => line.trim_end(),
        };
        if let Some(section) = current {
            let body = sections.entry(section).or_default();
            body.push_str(words);
            body.push('\n');
        }
    }
    sections.retain(|_, body| {
        *body = body.trim().to_owned();
        !body.is_empty()
    });
    sections
}

/// A line that begins a section, and what stands behind its label: `B. Ringkasan: Situs …`.
fn labelled(line: &str) -> Option<(Section, &str)> {
    let marks = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '-' | '#' | '•');
    let line = line.trim_start_matches(marks);
    let line = unnumbered(line).trim_start_matches(marks);
    let (label, rest) = line.split_once(':').unwrap_or((line, ""));
    let label = label.trim_matches(marks).to_lowercase();
    let section = Section::ALL.iter().find(|section| section.labels().contains(&label.as_str()))?;
    Some((*section, rest.trim_start_matches(marks).trim_end()))
}

/// A line without its number or letter: `B. `, `3) `, `IV. `.
fn unnumbered(line: &str) -> &str {
    match line.split_once(['.', ')']) {
        Some((number, rest))
            if (1..=4).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && rest.starts_with(char::is_whitespace) =>
        {
            rest
        }
        Some(_) | None => line,
    }
}
