//! A template engine's report of several lines → sentences: file and line, what is wrong there, what
//! to write instead.

/// Every fault a report names, each as one sentence.
pub(super) fn sentences(report: &str) -> Vec<String> {
    let remedy = report.lines().find_map(|line| line.trim_start().strip_prefix("= "));
    let lines: Vec<&str> = report.lines().collect();
    let begins = |line: &str| line.contains("error: ") && !line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let starts: Vec<usize> = (0..lines.len()).filter(|index| begins(lines[*index])).collect();
    if starts.is_empty() {
        return vec![sentence(&lines, remedy)];
    }
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    let mut said: Vec<String> =
        starts.iter().zip(ends).map(|(start, end)| sentence(&lines[*start..end], remedy)).collect();
    said.dedup();
    said
}

fn sentence(lines: &[&str], remedy: Option<&str>) -> String {
    let message = lines.first().map_or("", |line| line.rsplit_once("error: ").map_or(*line, |(_, message)| message));
    let place = lines.iter().find_map(|line| line.trim_start().strip_prefix("--> "));
    // "2 | the line of the template"
    let source = lines.iter().find_map(|line| {
        let (number, source) = line.split_once(" | ")?;
        (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit())).then(|| source.trim())
    });
    let (message, nearest) = match message.split_once(". Available variables: ") {
        Some((message, known)) => (message, nearest(message, known)),
        None => (message.trim_end_matches('.'), None),
    };
    let mut said = place.map(|place| format!("{place}: ")).unwrap_or_default();
    said.push_str(message.trim());
    if let Some(source) = source.filter(|source| !source.is_empty()) {
        said.push_str(&format!(", in `{source}`"));
    }
    for remedy in nearest.into_iter().chain(remedy.map(str::to_owned)) {
        said.push_str("; ");
        said.push_str(&remedy);
    }
    said
}

/// What was meant by a variable nobody knows, or else what there is.
fn nearest(message: &str, known: &str) -> Option<String> {
    let unknown = message.split('`').nth(1)?;
    let likeness = |name: &str| strsim::jaro_winkler(unknown, name);
    let nearest = known.split(", ").max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    let meant = likeness(nearest) > 0.8;
    Some(if meant { format!("did you mean `{nearest}`?") } else { format!("there are {known}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::config::embedded;
    use crate::templates::Templates;

    /// What is said of the shipped templates with some files written differently.
    fn said(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (file, text) in files {
            let path = folder.path().join("mail").join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("make the folder");
            std::fs::write(path, text).expect("write");
        }
        let config = embedded();
        let loaded = Templates::load(folder.path(), config.settings.desk, config.calendar.zone());
        let place = format!("{}/", folder.path().display());
        loaded.err().unwrap_or_default().iter().flat_map(|fault| sentences(&fault.replace(&place, ""))).collect()
    }

    #[test]
    fn a_fault_of_a_template_is_one_sentence_with_its_place_and_remedy() {
        for (file, text, expected) in [
            (
                "deadline/body.txt",
                "satu\n{{ numbr }}",
                "mail/deadline/body.txt:2:4: Variable `numbr` is not defined, in `{{ numbr }}`; did you mean \
                 `number`?; use only what the shipped template uses",
            ),
            (
                "deadline/body.txt",
                "{% if number %}x",
                "mail/deadline/body.txt:1:17: Unexpected end of input, in `{% if number %}x`; mend the template at \
                 that place",
            ),
            (
                "deadline/subject.txt",
                " \n",
                "mail/deadline: a mail without words; write a subject and a body, or take the shipped ones",
            ),
        ] {
            assert_eq!(said(&[(file, text)]), [expected], "{text}");
        }
    }

    #[test]
    fn two_broken_templates_are_two_sentences() {
        let both = said(&[("deadline/body.txt", "{% if"), ("mail_held/body.txt", "{{ held | nosuch }}")]);
        assert_eq!(both.len(), 2, "{both:#?}");
        for (one, place) in both.iter().zip(["mail/deadline/body.txt:1", "mail/mail_held/body.txt:1"]) {
            assert!(one.starts_with(place) && !one.contains("error:") && !one.contains('\n'), "{one}");
        }
    }
}
