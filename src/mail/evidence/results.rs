//! Authentication-Results (RFC 8601): whose it is, whether it stands where only our provider can
//! write, and what it says of DMARC.

use crate::domain::evidence::{Results, TrustRules};
use crate::mail::evidence::trace;
use crate::mail::headers::Headers;

/// One Authentication-Results header.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// Received headers above it.
    received_above: usize,
    value: String,
}

/// Every such header, from the top.
pub(super) fn shown(headers: &Headers) -> Vec<Shown> {
    let (mut received_above, mut shown) = (0, Vec::new());
    for (name, value) in headers.entries() {
        match name {
            "received" => received_above += 1,
            "authentication-results" => shown.push(Shown { received_above, value: value.to_owned() }),
            _ => {}
        }
    }
    shown
}

/// What our provider says of a mail from that domain.
pub(super) fn finding(shown: &[Shown], received: &[String], from_domain: &str, rules: &TrustRules) -> Results {
    if !rules.use_results || rules.authserv_id.is_empty() {
        return Results::NotUsed;
    }
    let ours: Vec<&Shown> = shown.iter().filter(|shown| is_signed(&shown.value, &rules.authserv_id)).collect();
    let one = match ours.as_slice() {
        [] => return Results::None,
        [one] => one,
        [_, _, ..] => return Results::Ambiguous,
    };
    // A sender writes below every line our provider writes: above the lowest of those, he cannot.
    if one.received_above >= rules.trace_lines || !trace::is_ours(received, rules) {
        return Results::Misplaced;
    }
    segments(&one.value).map_or(Results::Unreadable, |segments| dmarc(&segments[1..], from_domain))
}

/// Whether a header carries that name. One that cannot be read and begins with it does too: it makes
/// the provider's own ambiguous and never counts itself.
fn is_signed(value: &str, authserv_id: &str) -> bool {
    match segments(value).as_deref() {
        Some([first, ..]) => {
            first.first().is_some_and(|word| !word.quoted && word.text.eq_ignore_ascii_case(authserv_id))
        }
        Some([]) | None => {
            value.trim_start().get(..authserv_id.len()).is_some_and(|start| start.eq_ignore_ascii_case(authserv_id))
        }
    }
}

/// What is said of DMARC. Two words on it, whatever they are, are none; one that denies counts.
fn dmarc(segments: &[Vec<Word>], from_domain: &str) -> Results {
    let said: Vec<&Vec<Word>> = segments.iter().filter(|segment| is_method(segment, "dmarc")).collect();
    let result = |segment: &[Word]| segment.get(2).map(|word| word.text.to_ascii_lowercase()).unwrap_or_default();
    if said.iter().any(|segment| result(segment) == "fail") {
        return Results::Fail;
    }
    let segment = match said.as_slice() {
        [] => return Results::Silent,
        [one] => one,
        [_, _, ..] => return Results::Ambiguous,
    };
    if result(segment) != "pass" {
        return Results::Silent;
    }
    let domains: Vec<&str> = segment
        .windows(3)
        .filter(|words| words[0].text.eq_ignore_ascii_case("header.from") && words[1].is_equals())
        .map(|words| words[2].text.as_str())
        .collect();
    match domains.as_slice() {
        [domain] if domain.eq_ignore_ascii_case(from_domain) => Results::Pass,
        _ => Results::OtherDomain,
    }
}

fn is_method(segment: &[Word], method: &str) -> bool {
    let [name, equals, ..] = segment else { return false };
    let (name, _version) = name.text.split_once('/').unwrap_or((&name.text, ""));
    name.eq_ignore_ascii_case(method) && equals.is_equals()
}

#[derive(Debug, PartialEq, Eq)]
struct Word {
    text: String,
    quoted: bool,
}

impl Word {
    fn is_equals(&self) -> bool {
        !self.quoted && self.text == "="
    }
}

/// The parts between semicolons, as words without comments; `None` if a comment or a quoted text
/// does not end.
fn segments(value: &str) -> Option<Vec<Vec<Word>>> {
    let (mut segments, mut text, mut depth) = (vec![Vec::new()], String::new(), 0_usize);
    let mut letters = value.chars();
    while let Some(c) = letters.next() {
        match (c, depth) {
            ('(', _) => {
                end(&mut text, &mut segments);
                depth += 1;
            }
            (')', 0) => return None,
            (')', _) => depth -= 1,
            ('\\', depth) if depth > 0 => drop(letters.next()?),
            (_, depth) if depth > 0 => {}
            ('"', _) => {
                end(&mut text, &mut segments);
                let quoted = quoted(&mut letters)?;
                segments.last_mut()?.push(Word { text: quoted, quoted: true });
            }
            (';', _) => {
                end(&mut text, &mut segments);
                segments.push(Vec::new());
            }
            ('=', _) => {
                end(&mut text, &mut segments);
                segments.last_mut()?.push(Word { text: "=".to_owned(), quoted: false });
            }
            (c, _) if c.is_whitespace() => end(&mut text, &mut segments),
            (c, _) => text.push(c),
        }
    }
    end(&mut text, &mut segments);
    (depth == 0).then_some(segments)
}

fn end(text: &mut String, segments: &mut [Vec<Word>]) {
    if let (false, Some(last)) = (text.is_empty(), segments.last_mut()) {
        last.push(Word { text: std::mem::take(text), quoted: false });
    }
}

fn quoted(letters: &mut std::str::Chars<'_>) -> Option<String> {
    let mut text = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(text),
            '\\' => text.push(letters.next()?),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(value: &str) -> Results {
        segments(value).map_or(Results::Unreadable, |segments| dmarc(&segments[1..], "csirt.example"))
    }

    #[test]
    fn what_is_said_of_dmarc() {
        let check = |value: &str, expected| assert_eq!(said(value), expected, "{value}");
        check("mx; dmarc=pass header.from=csirt.example", Results::Pass);
        check("mx 1; dkim=pass header.d=x; dmarc=pass (p=reject) header.from=CSIRT.example", Results::Pass);
        check("mx; DMARC/1 = PASS policy.x=y header.from = \"csirt.example\"", Results::Pass);
        check("mx; dmarc=fail header.from=csirt.example", Results::Fail);
        check("mx; dmarc=none header.from=csirt.example", Results::Silent);
        check("mx; dkim=pass header.from=csirt.example", Results::Silent);
        check("mx; none", Results::Silent);
        check("mx; dmarc=pass header.from=evil.example", Results::OtherDomain);
        check("mx; dmarc=pass", Results::OtherDomain);
        check("mx; dmarc=pass header.from=csirt.example header.from=evil.example", Results::OtherDomain);
    }

    #[test]
    fn what_a_sender_could_smuggle_into_it_does_not_count() {
        let check = |value: &str, expected| assert_eq!(said(value), expected, "{value}");
        check("mx; spf=pass (dmarc=pass header.from=csirt.example) smtp.helo=x", Results::Silent);
        check("mx; spf=pass smtp.helo=\"x; dmarc=pass header.from=csirt.example\"", Results::Silent);
        check("mx; spf=pass smtp.helo=x; dmarc=pass header.from=csirt.example; dmarc=none", Results::Ambiguous);
        check("mx; dmarc=pass header.from=csirt.example; dmarc=fail header.from=csirt.example", Results::Fail);
        check("mx; dmarc=pass header.from=csirt.example (", Results::Unreadable);
        check("mx; dmarc=pass header.from=csirt.example )", Results::Unreadable);
        check("mx; dmarc=pass header.from=\"csirt.example", Results::Unreadable);
        check("mx; dmarc \"=\" pass header.from=csirt.example", Results::Silent);
    }
}
