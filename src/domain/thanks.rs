//! Whether an answer to a closed ticket says no more than thanks.

use crate::domain::incoming::IncomingMail;
use crate::domain::indicator::indicators;

/// Words of a mere thanks, greeting and name included.
const WORDS_MAX: usize = 25;

/// Words that thank or agree, in the languages we answer in.
const THANKS: &[&str] = &[
    "terima kasih",
    "terimakasih",
    "makasih",
    "trims",
    "tks",
    "thanks",
    "thank you",
    "thx",
    "hatur nuhun",
    "nuhun",
    "matur nuwun",
    "syukur",
    "alhamdulillah",
    "baik",
    "siap",
    "oke",
    "ok",
    "mantap",
];

/// Words that say that something is wrong still.
const DOUBTS: &[&str] = &[
    "masih",
    "belum",
    "lagi",
    "kembali",
    "tetapi",
    "tapi",
    "namun",
    "muncul",
    "mengapa",
    "kenapa",
    "salah",
    "still",
    "again",
    "but",
    "not",
    "why",
    "keberatan",
    "ulang",
];

/// Whether a mail only thanks: few words, one of thanks among them, no doubt, no question, nothing
/// shown or named. Errs on the side of substance: a person then reads it.
pub fn is_mere_thanks(mail: &IncomingMail) -> bool {
    let lower = mail.new_text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let says = |wanted: &&str| match wanted.split_once(' ') {
        Some((first, second)) => words.windows(2).any(|pair| pair == [first, second]),
        None => words.contains(wanted),
    };
    (1..=WORDS_MAX).contains(&words.len())
        && THANKS.iter().any(says)
        && !DOUBTS.iter().any(says)
        && !lower.contains('?')
        && mail.attachments.iter().all(|file| file.inline)
        && indicators(&mail.new_text).is_empty()
}
