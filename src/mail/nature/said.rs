//! Phrases looked for in what a machine wrote: any language, any case, whatever the line breaks.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

/// Phrases that are looked for together: all of them in one pass over a text.
pub(super) struct Phrases {
    list: &'static [&'static str],
    automaton: OnceLock<AhoCorasick>,
}

impl Phrases {
    /// `list` as [`Said`] has texts: lower case, apostrophes plain.
    pub(super) const fn of(list: &'static [&'static str]) -> Phrases {
        Phrases { list, automaton: OnceLock::new() }
    }

    fn automaton(&self) -> &AhoCorasick {
        self.automaton.get_or_init(|| AhoCorasick::new(self.list).expect("a few hundred short phrases"))
    }

    /// Whether `text` holds one of them.
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.automaton().is_match(text)
    }

    /// Where each of them stands in `text`, overlapping ones too.
    pub(super) fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, &'static str)> + 'a {
        let found = self.automaton().find_overlapping_iter(text);
        found.map(|place| (place.start(), self.list[place.pattern().as_usize()]))
    }
}

/// A text as phrases are looked for in it: lower case, white space squeezed to single blanks,
/// quotation marks and apostrophes made plain.
pub(super) struct Said(String);

impl Said {
    pub(super) fn of(text: &str) -> Said {
        let mut said = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if c.is_ascii_graphic() && c != '`' => said.push(c.to_ascii_lowercase()),
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
    pub(super) fn has(&self, phrases: &Phrases) -> bool {
        phrases.are_in(&self.0)
    }

    /// Whether it begins with one of `phrases`.
    pub(super) fn begins(&self, phrases: &Phrases) -> bool {
        phrases.list.iter().any(|phrase| self.0.starts_with(phrase))
    }

    /// Whether one of `phrases` is its title: it begins with it, and no word of a sentence follows.
    pub(super) fn is_titled(&self, phrases: &Phrases) -> bool {
        let rests = phrases.list.iter().filter_map(|phrase| self.0.strip_prefix(phrase));
        rests.map(str::trim_start).any(|rest| !rest.starts_with(char::is_alphanumeric))
            || phrases.list.iter().any(|phrase| phrase.ends_with(':') && self.0.starts_with(phrase))
    }

    /// What stands before the first of `phrases` it holds.
    pub(super) fn before(&self, phrases: &Phrases) -> Option<&str> {
        let at = phrases.places(&self.0).map(|(at, _)| at).min()?;
        Some(&self.0[..at])
    }

    /// Whether it holds at least two of `phrases`.
    pub(super) fn has_two(&self, phrases: &Phrases) -> bool {
        let mut found = phrases.places(&self.0).map(|(_, phrase)| phrase);
        found.next().is_some_and(|first| found.any(|other| other != first))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PHRASES: Phrases =
        Phrases::of(&["mail delivery", "delivery failed", "could not be delivered", "no such user:"]);

    #[test]
    fn a_phrase_is_found_whatever_the_case_line_breaks_and_marks() {
        let said = Said::of("  Your MESSAGE\r\n could\u{a0}not  be\tdelivered to “Ani’s” box ");
        assert_eq!(said.as_str(), "your message could not be delivered to \"ani's\" box");
        assert!(said.has(&PHRASES));
        assert_eq!(said.before(&PHRASES), Some("your message "));
    }

    #[test]
    fn phrases_that_overlap_are_two() {
        assert!(Said::of("Mail delivery failed").has_two(&PHRASES));
        assert!(!Said::of("Mail delivery, mail delivery").has_two(&PHRASES));
    }

    #[test]
    fn a_title_is_no_beginning_of_a_sentence() {
        assert!(Said::of("Mail delivery: again").is_titled(&PHRASES));
        assert!(Said::of("No such user:ani").is_titled(&PHRASES));
        assert!(!Said::of("Mail delivery is slow").is_titled(&PHRASES));
        assert!(Said::of("Mail delivery is slow").begins(&PHRASES));
    }
}
