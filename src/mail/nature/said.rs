//! Phrases looked for in what a machine wrote: any language, any case, whatever the line breaks.

/// A text as phrases are looked for in it: lower case, white space squeezed to single blanks,
/// quotation marks and apostrophes made plain.
pub(super) struct Said(String);

impl Said {
    pub(super) fn of(text: &str) -> Said {
        let mut said = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if c.is_whitespace() => {
                    if !said.ends_with(' ') {
                        said.push(' ');
                    }
                }
                '’' | '‘' | '`' | '´' => said.push('\''),
                '“' | '”' | '«' | '»' => said.push('"'),
                c => said.extend(c.to_lowercase()),
            }
        }
        Said(said.trim().to_owned())
    }

    /// Whether it holds one of `phrases`.
    pub(super) fn has(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.0.contains(phrase))
    }

    /// Whether it begins with one of `phrases`.
    pub(super) fn begins(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.0.starts_with(phrase))
    }

    /// Whether one of `phrases` is its title: it begins with it, and no word of a sentence follows.
    pub(super) fn is_titled(&self, phrases: &[&str]) -> bool {
        let rests = phrases.iter().filter_map(|phrase| self.0.strip_prefix(phrase));
        rests.map(str::trim_start).any(|rest| !rest.starts_with(char::is_alphanumeric))
            || phrases.iter().any(|phrase| phrase.ends_with(':') && self.0.starts_with(phrase))
    }

    /// What stands before the first of `phrases` it holds.
    pub(super) fn before(&self, phrases: &[&str]) -> Option<&str> {
        let at = phrases.iter().filter_map(|phrase| self.0.find(phrase)).min()?;
        Some(&self.0[..at])
    }

    /// How many of `phrases` it holds.
    pub(super) fn count(&self, phrases: &[&str]) -> usize {
        phrases.iter().filter(|phrase| self.0.contains(*phrase)).count()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
