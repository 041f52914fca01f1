//! `siaga check --samples`: the mail texts as they would arrive, and which file to edit.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::{Result, bail};

use crate::cli::setup::Home;
use crate::domain::incoming::Language;
use crate::domain::notice::Notice;
use crate::templates::{Recipient, Templates, samples};

/// As wide as the mails.
const RULE: &str = "────────────────────────────────────────────────────────────────────────";

/// Shows one form of every mail text; of one that is named, every form.
pub(super) fn run(home: &Home, only: Option<&str>) -> Result<()> {
    let templates = home.load_templates()?;
    let place = |file: &str| match home.template_file(file) {
        Some(path) if path.exists() => path.display().to_string(),
        Some(path) => format!("{}\n  (no such file yet: the shipped text is used)", path.display()),
        None => format!("mail/{file}"),
    };
    let mut out = std::io::stdout().lock();
    write(&templates, only, &place, &mut out)
}

fn write(
    templates: &Templates,
    only: Option<&str>,
    place: &dyn Fn(&str) -> String,
    out: &mut impl Write,
) -> Result<()> {
    let all = samples::all();
    if let Some(name) = only {
        known(name, &all)?;
    }
    let mut shown = BTreeSet::new();
    for notice in all.iter().filter(|notice| only.is_none_or(|name| notice.folder() == name)) {
        let rendered = templates.render(notice, &recipient())?;
        let (folder, language) = (notice.folder(), notice.language().as_str());
        let form = if only.is_some() { format!("{}\n{}", rendered.subject, rendered.text) } else { String::new() };
        if !shown.insert((folder, language, form)) {
            continue;
        }
        let suffix = match notice.language() {
            Language::Id => "",
            Language::En => ".en",
        };
        writeln!(out, "{RULE}\n{folder} ({language})")?;
        writeln!(out, "  {}", place(&format!("{folder}/subject{suffix}.txt")))?;
        writeln!(out, "  {}", place(&format!("{folder}/body{suffix}.txt")))?;
        writeln!(out, "\nSubject: {}\n\n{}", rendered.subject, rendered.text.trim_end())?;
    }
    writeln!(out, "{RULE}\n{} sample mails. All names and reports in them are made up.", shown.len())?;
    if only.is_none() {
        writeln!(out, "`siaga check --samples NOTICE` shows every form of one, with and without its details.")?;
    }
    Ok(())
}

/// A name nobody knows gets the nearest that there is.
fn known(name: &str, all: &[Notice]) -> Result<()> {
    let names: BTreeSet<&str> = all.iter().map(Notice::folder).collect();
    if names.contains(name) {
        return Ok(());
    }
    let likeness = |known: &&str| strsim::jaro_winkler(name, known);
    match names.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b))) {
        Some(nearest) if likeness(&nearest) > 0.8 => bail!("there is no mail `{name}`; did you mean `{nearest}`?"),
        Some(_) | None => {
            bail!("there is no mail `{name}`; write one of {}", names.into_iter().collect::<Vec<_>>().join(", "))
        }
    }
}

fn recipient() -> Recipient {
    Recipient {
        name: None,
        code: Some("7Q4K-9M2X".to_owned()),
        message_id: "k1.7.1.00@csirt.example".to_owned(),
        reply_to: "csirt@ciamiskab.go.id".to_owned(),
        prompted: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(only: Option<&str>) -> Result<String> {
        let templates = Home::embedded().load_templates()?;
        let mut out = Vec::new();
        write(&templates, only, &|file| format!("/etc/siaga/templates/mail/{file}"), &mut out)?;
        Ok(String::from_utf8(out).expect("text"))
    }

    #[test]
    fn every_mail_text_is_shown_once_with_the_file_to_edit() {
        let all = shown(None).expect("samples");
        for notice in samples::all() {
            let heading = format!("{} ({})\n", notice.folder(), notice.language().as_str());
            assert_eq!(all.matches(&format!("\n{heading}")).count(), 1, "{heading}");
        }
        assert!(all.contains("/etc/siaga/templates/mail/report_received/body.en.txt\n\nSubject: "), "{all}");
    }

    #[test]
    fn one_mail_is_shown_in_all_its_forms_and_a_slip_is_answered_with_the_nearest() {
        let forms = shown(Some("report_received")).expect("samples");
        assert!(forms.matches("Subject: ").count() > 4, "{forms}");
        let slip = shown(Some("report_recieved")).expect_err("no such mail").to_string();
        assert_eq!(slip, "there is no mail `report_recieved`; did you mean `report_received`?");
    }
}
