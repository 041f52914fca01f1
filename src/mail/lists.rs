//! Lists of words, beginnings and endings, found by their first or last octet: a text is compared with
//! the few it may have and not with all.

/// Whole words.
pub(super) struct Words(Vec<Vec<&'static str>>);

impl Words {
    pub(super) fn of(list: &[&'static str]) -> Words {
        Words(sorted(list, |word| word.as_bytes().first()))
    }

    /// Whether `word` is one of them.
    pub(super) fn hold(&self, word: &str) -> bool {
        let first = word.as_bytes().first();
        first.is_some_and(|first| self.0[usize::from(*first)].contains(&word))
    }
}

/// Beginnings of lines.
pub(super) struct Beginnings(Vec<Vec<&'static str>>);

impl Beginnings {
    pub(super) fn of(list: &[&'static str]) -> Beginnings {
        Beginnings(sorted(list, |word| word.as_bytes().first()))
    }

    /// Whether `text` begins with one of them.
    pub(super) fn begin(&self, text: &str) -> bool {
        let first = text.as_bytes().first();
        first.is_some_and(|first| self.0[usize::from(*first)].iter().any(|word| text.starts_with(word)))
    }
}

/// Endings of lines.
pub(super) struct Endings(Vec<Vec<&'static str>>);

impl Endings {
    pub(super) fn of(list: &[&'static str]) -> Endings {
        Endings(sorted(list, |word| word.as_bytes().last()))
    }

    /// What stands in `text` before each of them it ends with, and the ending.
    pub(super) fn stripped<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a str, &'static str)> {
        let last = text.as_bytes().last().map_or(&[][..], |last| self.0[usize::from(*last)].as_slice());
        last.iter().filter_map(|word| Some((text.strip_suffix(word)?, *word)))
    }
}

/// The words of a list by one of their octets.
fn sorted(list: &[&'static str], octet: fn(&'static str) -> Option<&'static u8>) -> Vec<Vec<&'static str>> {
    let mut by_octet = vec![Vec::new(); 256];
    for word in list {
        if let Some(octet) = octet(word) {
            by_octet[usize::from(*octet)].push(*word);
        }
    }
    by_octet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_belong_alone() {
        let beginnings = Beginnings::of(&["on ", "op ", "в "]);
        assert!(beginnings.begin("op ma 3 mrt") && beginnings.begin("в пн"));
        assert!(!beginnings.begin("ops") && !beginnings.begin("") && !beginnings.begin("mon "));
        let words = Words::of(&["dan", "dari"]);
        assert!(words.hold("dari") && !words.hold("da") && !words.hold(""));
        let endings = Endings::of(&["wrote", "has written", "написал"]);
        let stripped = |text| endings.stripped(text).map(|(before, _)| before.to_owned()).collect::<Vec<_>>();
        assert_eq!(stripped("ani wrote"), ["ani "]);
        assert_eq!(stripped("ани написал"), ["ани "]);
        assert!(stripped("wrote ani").is_empty() && stripped("").is_empty());
    }
}
