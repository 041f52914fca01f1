//! What each fuzz target does with its bytes: it runs the code and looks at what must be true of the
//! result, whatever the bytes. Shared by the targets and by `tests/fuzz_targets.rs`, which runs each
//! of them over every fixture.
#![allow(dead_code, reason = "each target uses one of them")]

pub(crate) mod headers;
pub(crate) mod nature;
pub(crate) mod parsing;
pub(crate) mod reply_text;
pub(crate) mod threads;

/// Letters and digits alone: what no way of wrapping, folding or quoting changes.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| c.is_alphanumeric())
}
