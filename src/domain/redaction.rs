//! A person's identity taken out of texts, and the pseudonym that takes its place.
//!
//! A pseudonym says nothing of whom it stands for: it is made of the ticket's number alone, so that
//! nobody who has a key or a list of addresses can find out. What statistics need stays: that there
//! was a reporter, and his initials for the record of the SOP (domain 4.4).

use serde_json::Value;

use crate::domain::person::{Address, Person};
use crate::domain::personal_data;
use crate::domain::ticket::TicketNumber;

/// What stands in the place of what was removed.
pub const REMOVED: &str = "[dihapus]";

/// The domain of pseudonyms: nobody can have an address there (RFC 2606 section 2).
const DOMAIN: &str = "dihapus.invalid";

/// The shortest word of a name that is looked for by itself.
const WORD_MIN: usize = 3;

/// Who takes the place of a person of a ticket; `place` tells several apart.
pub fn pseudonym(number: &TicketNumber, place: usize, name: &str) -> Person {
    let number = number.to_string().to_ascii_lowercase();
    let local = if place == 0 { format!("pelapor-{number}") } else { format!("pihak-{place}-{number}") };
    let address = format!("{local}@{DOMAIN}").parse().expect("a number is letters, digits and dashes");
    Person { name: initials(name), address }
}

/// Whether an address is a pseudonym: nobody is ever written to there.
pub fn is_pseudonym(address: &Address) -> bool {
    address.domain() == DOMAIN
}

/// A name as the record of the SOP may keep it: `B. W.`
fn initials(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    words.flat_map(char::to_uppercase).take(4).map(|c| format!("{c}.")).collect::<Vec<_>>().join(" ")
}

/// What says who somebody is.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Folded, the longest first.
    words: Vec<Vec<char>>,
}

impl Identity {
    /// The identity of these persons.
    pub fn of<'a>(persons: impl IntoIterator<Item = &'a Person>) -> Identity {
        let mut words: Vec<Vec<char>> = Vec::new();
        for person in persons {
            let parts = person.name.split(|c: char| !c.is_alphanumeric() && c != '\'').map(str::to_owned);
            let parts = parts.filter(|word| word.chars().count() >= WORD_MIN);
            let whole = [person.name.trim().to_owned(), person.address.as_str().to_owned()];
            let local = Some(person.address.local().to_owned()).filter(|local| local.len() > WORD_MIN);
            words.extend(whole.into_iter().chain(parts).chain(local).map(|word| word.chars().map(fold).collect()));
        }
        words.retain(|word| word.len() >= WORD_MIN);
        words.sort_by(|one: &Vec<char>, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        words.dedup();
        Identity { words }
    }

    /// A text without it, and without what is written like somebody's number.
    pub fn out_of(&self, text: &str) -> String {
        let original: Vec<char> = text.chars().collect();
        let folded: Vec<char> = original.iter().copied().map(fold).collect();
        let mut left = String::with_capacity(text.len());
        let mut at = 0;
        while at < original.len() {
            match self.words.iter().find(|word| stands_at(word, &folded, at)) {
                Some(word) => {
                    left.push_str(REMOVED);
                    at += word.len();
                }
                None => {
                    left.push(original[at]);
                    at += 1;
                }
            }
        }
        personal_data::without_numbers(&left, REMOVED)
    }

    /// Whether a text holds it.
    pub fn is_in(&self, text: &str) -> bool {
        let folded: Vec<char> = text.chars().map(fold).collect();
        (0..folded.len()).any(|at| self.words.iter().any(|word| stands_at(word, &folded, at)))
    }

    /// [`Identity::out_of`] every text in a value; what is no text stays.
    pub fn out_of_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.out_of(text)),
            Value::Array(items) => items.iter().map(|item| self.out_of_value(item)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone(), self.out_of_value(value))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

/// Whether a word stands there by itself: an identity is no part of another word.
fn stands_at(word: &[char], text: &[char], at: usize) -> bool {
    let end = at + word.len();
    let inner = |place: usize| text.get(place).is_some_and(|c| c.is_alphanumeric());
    text.get(at..end) == Some(word) && !(at > 0 && inner(at - 1)) && !inner(end)
}

fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budi() -> Person {
        Person { name: "Budi Warga".to_owned(), address: "budi.w@warga.example".parse().expect("valid") }
    }

    #[test]
    fn a_person_is_taken_out_and_nobody_else() {
        let identity = Identity::of([&budi()]);
        let check = |text: &str, left: &str| assert_eq!(identity.out_of(text), left, "{text}");
        check("Pak BUDI menelepon lagi", "Pak [dihapus] menelepon lagi");
        check("dari Budi Warga <Budi.W@warga.example>", "dari [dihapus] <[dihapus]>");
        check("reporter:budi.w@warga.example", "reporter:[dihapus]");
        check("Kebudidayaan di situs kewargaan", "Kebudidayaan di situs kewargaan");
        check("telepon 0812-3456-7890, NIK 3207011204900001", "telepon [dihapus], NIK [dihapus]");
        check("2026-11-23T02:00:00.000Z", "2026-11-23T02:00:00.000Z");
        check("", "");
    }

    #[test]
    fn a_value_keeps_its_shape() {
        let value = serde_json::json!({ "message": 3, "reason": "kata Budi", "list": ["Warga", true, null] });
        let left = serde_json::json!({ "message": 3, "reason": "kata [dihapus]", "list": ["[dihapus]", true, null] });
        assert_eq!(Identity::of([&budi()]).out_of_value(&value), left);
    }

    #[test]
    fn a_pseudonym_says_nothing_but_initials() {
        let number: TicketNumber = "CIAMIS-2026-0007".parse().expect("a number");
        let somebody = pseudonym(&number, 0, "Budi Warga");
        assert_eq!(
            (somebody.name.as_str(), somebody.address.as_str()),
            ("B. W.", "pelapor-ciamis-2026-0007@dihapus.invalid")
        );
        assert!(is_pseudonym(&somebody.address) && is_pseudonym(&pseudonym(&number, 2, "").address));
        assert!(!is_pseudonym(&budi().address));
        assert_eq!(pseudonym(&number, 0, &somebody.name), somebody, "again is the same");
    }
}
