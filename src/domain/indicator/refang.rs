//! Addresses that were made unclickable, made what they stand for.

use std::borrow::Cow;

/// How dots, at signs and colons are written so that no program makes a link of them.
const MARKS: &[(&str, &str)] = &[
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[://]", "://"),
    ("[:]", ":"),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
];

/// A word with its dots, at signs and schemes put back.
pub(super) fn refanged(word: &str) -> Cow<'_, str> {
    let marked = word.contains(['[', '(', '{']);
    let schemed = word.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(b"hxxp"));
    if !marked && !schemed {
        return Cow::Borrowed(word);
    }
    let mut plain = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let has = |mark: &str| rest.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
        if let Some((mark, meant)) = MARKS.iter().find(|(mark, _)| has(mark)) {
            plain.push_str(meant);
            rest = &rest[mark.len()..];
        } else if has("hxxp") {
            plain.push_str("http");
            rest = &rest[4..];
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Cow::Owned(plain)
}
