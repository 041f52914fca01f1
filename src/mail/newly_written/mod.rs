//! What the sender newly wrote: a message's text without quotes, attribution lines, forwarded
//! blocks and signature.
//!
//! For reading only. It never decides what is a command (trust-and-safety 5.4), and the whole text
//! is always kept beside it. In doubt a line stays: a repeated quote is a nuisance, a lost sentence
//! of a reporter is not. Line by line, each line looked at a bounded number of times.

mod attribution;
mod footer;
mod header_block;
mod labels;

use self::attribution::attribution;
use self::footer::{Armour, is_device_footer, is_list_footer, signature_length};
use self::header_block::{begins_header_block, is_separator};

/// Octets from which a quoted line was full, so that its end may have been wrapped.
const FULL_LINE: usize = 60;
/// Columns at which quoted lines are wrapped at the latest.
const WRAP_COLUMN: usize = 72;

/// The newly written part of `text`. A forward with nothing above it keeps its text.
pub(super) fn newly_written(text: &str) -> String {
    let raw: Vec<&str> = text.lines().collect();
    let lines: Vec<&str> = raw.iter().map(|line| line.trim_end()).collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut armour = Armour::default();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let rest = &lines[at..];
        if armour.takes(line) {
            at += 1;
        } else if is_separator(rest) || begins_header_block(rest) {
            if is_blank(&kept) {
                return forwarded(&kept, rest);
            }
            break;
        } else if is_quoted(line) || is_wrapped_remnant(&lines, at) {
            at += 1;
        } else if let Some(length) = attribution(rest) {
            match rest[length..].iter().find(|line| !line.trim().is_empty()) {
                // Answers may stand between the quotes, so only the quote itself goes.
                Some(next) if is_quoted(next) => at += length,
                // A quote without marks goes to the end.
                Some(_) | None => break,
            }
        } else if is_list_footer(rest) {
            break;
        } else if let Some(length) = signature_length(&raw[at..]) {
            at += length;
        } else if is_device_footer(line) {
            // What stands unmarked below the line of a telephone is what was answered.
            if !is_blank(&kept) && !is_answered_below(&rest[1..]) {
                break;
            }
            at += 1;
        } else {
            kept.push(line);
            at += 1;
        }
    }
    let kept = without_trailing_rule(&kept.join("\n")).trim_matches('\n').trim_end().to_owned();
    // A forward that is quoted from its first line on: what is quoted is what was sent.
    let all_quoted = kept.trim().is_empty() && lines.iter().all(|line| line.trim().is_empty() || is_quoted(line));
    if all_quoted { text.trim().to_owned() } else { kept }
}

fn is_blank(lines: &[&str]) -> bool {
    lines.iter().all(|line| line.trim().is_empty())
}

fn forwarded(kept: &[&str], rest: &[&str]) -> String {
    let lines: Vec<&str> = kept.iter().chain(rest).copied().collect();
    lines.join("\n").trim_matches('\n').trim_end().to_owned()
}

fn is_quoted(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>') || line.starts_with("|>") || line.starts_with('│')
}

/// The end of a quoted line that some program wrapped without marking it: between two quoted lines,
/// below a full one, and going on in the middle of a sentence.
fn is_wrapped_remnant(lines: &[&str], at: usize) -> bool {
    let (Some(above), Some(below)) = (at.checked_sub(1).map(|above| lines[above]), lines.get(at + 1)) else {
        return false;
    };
    let line = lines[at];
    let word = line.split_whitespace().next().unwrap_or("");
    is_quoted(above)
        && is_quoted(below)
        && above.len() >= FULL_LINE
        && above.len() + 1 + word.len() >= WRAP_COLUMN
        && !above.ends_with(['?', ':'])
        && line.starts_with(char::is_lowercase)
}

/// Whether quotes or an attribution follow, among which answers may stand.
fn is_answered_below(rest: &[&str]) -> bool {
    let next = rest.iter().position(|line| !line.trim().is_empty());
    next.is_none_or(|next| is_quoted(rest[next]) || attribution(&rest[next..]).is_some())
}

/// Without a rule left over above a quote.
fn without_trailing_rule(text: &str) -> String {
    let trimmed = text.trim_end();
    let last = trimmed.lines().last().unwrap_or("").trim();
    let rule = last.chars().count() >= 4 && last.chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '—' | '–' | '─'));
    if rule { trimmed[..trimmed.len() - last.len()].trim_end().to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests;
