//! What programs put above a message they repeat whole: a rule with words, or its header lines.

use super::labels::{BARE_SEPARATORS, FROM, OTHERS, SEPARATORS};

/// Lines of a repeated header block that are looked at.
const BLOCK_LINES: usize = 12;
/// Characters of a label.
const LABEL_MAX: usize = 24;

/// Whether a repeated message begins here with `-----Original Message-----` or a relative.
pub(super) fn is_separator(lines: &[&str]) -> bool {
    let line = lines[0].trim();
    if line.is_empty() || line.chars().count() > 120 {
        return false;
    }
    let lower = line.to_lowercase();
    if BARE_SEPARATORS.iter().any(|words| lower.starts_with(words)) {
        return true;
    }
    let is_rule = |c: char| matches!(c, '-' | '_' | '=' | '>' | '*' | ' ' | '~' | '#' | '–' | '—' | '─' | '\u{a0}');
    let inner = lower.trim_matches(is_rule);
    let before = lower.len() - lower.trim_start_matches(is_rule).len();
    let after = lower.len() - lower.trim_end_matches(is_rule).len();
    let ruled = before >= 2 && before + after >= 4 && !lower.starts_with(['>', ' ', '#']) || lower.starts_with("##-");
    if inner.is_empty() || !ruled {
        return false;
    }
    let named = SEPARATORS
        .iter()
        .any(|name| inner.starts_with(name) || (inner.ends_with(name) && inner.len() < name.len() + 24));
    // In a language nobody here knows: a rule, words, a rule, and header lines below.
    named || (before >= 4 && after >= 4 && has_foreign_headers(&lines[1..]))
}

/// At least two lines with a label below a rule, one of them with an address.
fn has_foreign_headers(lines: &[&str]) -> bool {
    let block: Vec<&str> = lines
        .iter()
        .skip_while(|line| line.trim().is_empty())
        .take_while(|line| !line.trim().is_empty())
        .take(6)
        .copied()
        .collect();
    let labelled = block.iter().filter(|line| label(line).is_some()).count();
    labelled >= 2 && labelled * 2 > block.len() && block.iter().any(|line| line.contains('@'))
}

/// Whether a header block like Outlook's begins here: lines with labels, one of them saying who
/// wrote, another when, or with the writer's address. A letter's heading has neither.
pub(super) fn begins_header_block(lines: &[&str]) -> bool {
    let Some(first) = label(lines[0]) else { return false };
    if !(FROM.contains(&first.as_str()) || OTHERS.contains(&first.as_str())) {
        return false;
    }
    let (mut from, mut others, mut proven, mut unlabelled) = (false, 0_usize, false, 0_usize);
    let mut in_from = false;
    for line in lines.iter().take(BLOCK_LINES) {
        let trimmed = line.trim();
        match label(line) {
            Some(name) if FROM.contains(&name.as_str()) && !from => {
                from = true;
                in_from = true;
                unlabelled = 0;
            }
            Some(name) if OTHERS.contains(&name.as_str()) => {
                others += 1;
                in_from = false;
                unlabelled = 0;
                proven |= has_time(trimmed);
            }
            // A value may go on in the next line; a blank line may stand between two labels.
            Some(_) | None => unlabelled += 1,
        }
        proven |= in_from && trimmed.contains('@');
        if unlabelled > 2 || (trimmed.is_empty() && from && others >= 2) {
            break;
        }
    }
    from && others >= 2 && proven
}

/// The label of a line such as `*Dari:* Budi` or `Sent : Monday`, lower case.
fn label(line: &str) -> Option<String> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '>' | '|' | '_' | '\u{feff}'));
    let end = line.char_indices().take(LABEL_MAX).find(|(_, c)| matches!(c, ':' | '：')).map(|(at, _)| at)?;
    let name = line[..end].trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_')).to_lowercase();
    (!name.is_empty()).then_some(name)
}

/// A time of day.
fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (1..bytes.len()).any(|at| matches!(bytes[at], b':' | b'.') && digit(at - 1) && digit(at + 1) && digit(at + 2))
}
