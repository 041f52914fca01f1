//! Plain text that reads well and can never act: one-line subjects, tidy paragraphs, and what a
//! stranger wrote defused before it stands in a mail of ours.

/// Columns of a line; quoted and plain text alike.
const COLUMNS: usize = 72;
/// Characters of a stranger's text that are repeated; the whole of it is on the ticket.
const QUOTED_MAX: usize = 6_000;
/// What a line of quoted text begins with: no mail program's quote mark, and no command.
pub(super) const QUOTE: &str = "│ ";

/// One line without control characters, at most 200 characters.
pub(super) fn subject_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let line: String = words.join(" ").chars().filter(|c| !is_deceptive(*c)).take(200).collect();
    line.trim_end().to_owned()
}

/// Without trailing blanks, with at most one empty line in a row, and no line that could be read as
/// a command when it is quoted back to us (decisions 8).
pub(super) fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        // "-- " is the mark of a signature (RFC 3676 section 4.3) and keeps its blank.
        let line = if line == "-- " { line } else { line.trim_end() };
        if line.is_empty() && lines.last().is_none_or(String::is_empty) {
            continue;
        }
        lines.push(without_command(line));
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

/// Wraps each line at 72 columns; words that are longer, such as addresses and digests, stay whole.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 16);
    for line in text.split_inclusive('\n') {
        let line = line.trim_end_matches('\n');
        let (prefix, content) = match line.strip_prefix(QUOTE) {
            Some(content) => (QUOTE, content),
            None if line.starts_with("- ") => ("  ", line),
            None => ("", line),
        };
        if line == "-- " || line.chars().count() <= COLUMNS {
            wrapped.push_str(line);
            wrapped.push('\n');
            continue;
        }
        let mut width = if prefix == QUOTE { 2 } else { 0 };
        if prefix == QUOTE {
            wrapped.push_str(prefix);
        }
        let mut first = true;
        for word in content.split(' ') {
            let length = word.chars().count();
            if !first && width + 1 + length > COLUMNS {
                wrapped.push('\n');
                wrapped.push_str(prefix);
                width = prefix.chars().count();
                // A line that begins with a hash could be read as a command.
                if prefix.is_empty() && word.starts_with('#') {
                    wrapped.push('\u{200A}');
                }
            } else if !first {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += length;
            first = false;
        }
        wrapped.push('\n');
    }
    wrapped
}

/// A stranger's text for a mail of ours: every line marked, nothing clickable, nothing that acts.
pub fn defuse(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_deceptive(*c)).take(QUOTED_MAX).collect();
    let cut = if text.chars().count() > QUOTED_MAX { "\n[…] selengkapnya pada tiket" } else { "" };
    let lines = shown.lines().chain(cut.lines().filter(|line| !line.is_empty()));
    let quoted: Vec<String> = lines
        .map(|line| {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            format!("{QUOTE}{}", without_command(defang(line.trim_end()).trim_start_matches('\u{FEFF}')))
        })
        .collect();
    if quoted.is_empty() { format!("{QUOTE}(kosong)") } else { quoted.join("\n") }
}

/// A text with its addresses made unclickable: `hxxps://evil[.]example`, `budi[@]warga[.]example`.
pub fn defang(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for word in text.split_inclusive(char::is_whitespace) {
        safe.push_str(&defang_word(word));
    }
    safe
}

fn defang_word(word: &str) -> String {
    let names_host = crate::domain::hosts::hosts_in(word).next().is_some();
    let word = word.replace("://", "[://]").replace("http", "hxxp").replace("HTTP", "HXXP");
    if !names_host && !looks_like_ip(&word) {
        return word.replace("hxxp", "http").replace("HXXP", "HTTP").replace("[://]", "://");
    }
    let mut safe = String::with_capacity(word.len() + 8);
    let characters: Vec<char> = word.chars().collect();
    for (at, c) in characters.iter().enumerate() {
        let between = at > 0
            && characters[at - 1].is_alphanumeric()
            && characters.get(at + 1).is_some_and(|next| next.is_alphanumeric());
        match c {
            '.' if between => safe.push_str("[.]"),
            '@' if between => safe.push_str("[@]"),
            _ => safe.push(*c),
        }
    }
    safe
}

fn looks_like_ip(word: &str) -> bool {
    let part = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut runs = word.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    runs.any(|digits| digits.split('.').count() == 4 && digits.split('.').all(part))
}

/// A line that does not begin with a hash, whatever blanks and quote marks stand before it.
fn without_command(line: &str) -> String {
    let marks = |c: char| c.is_whitespace() || c == '>' || c == '|' || c == '│';
    let rest = line.trim_start_matches(marks);
    if !rest.starts_with(['#', '＃', '﹟']) {
        return line.to_owned();
    }
    let lead = &line[..line.len() - rest.len()];
    let hashes = rest.trim_start_matches(|c: char| matches!(c, '#' | '＃' | '﹟') || marks(c));
    format!("{lead}\u{266F} {hashes}")
}

/// Characters that change the direction or the look of the text around them.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_unclickable() {
        let check = |text: &str, expected: &str| assert_eq!(defang(text), expected);
        check("buka https://evil.example/a.b?x=1 ya", "buka hxxps[://]evil[.]example/a[.]b?x=1 ya");
        check("surel budi@warga.example.", "surel budi[@]warga[.]example.");
        check("alamat 10.1.2.3:8080", "alamat 10[.]1[.]2[.]3:8080");
        check("pukul 10.30, versi 1.2", "pukul 10.30, versi 1.2");
        check("httpd berhenti", "httpd berhenti");
    }

    #[test]
    fn no_quoted_line_is_a_command() {
        let check = |text: &str, expected: &str| assert_eq!(defuse(text), expected);
        check("#setuju", "│ ♯ setuju");
        check("> #setuju", "│ > ♯ setuju");
        check("a\r\n  # tolak\n", "│ a\n│   ♯ tolak");
        check("#\u{200B}setuju", "│ ♯ setuju");
        check("##valid", "│ ♯ valid");
        check("", "│ (kosong)");
    }

    #[test]
    fn long_lines_wrap_and_long_words_stay_whole() {
        let word = "a".repeat(64);
        let text = format!("- bukti.png (gambar, 12 KB), SHA-256 {word}\n");
        assert_eq!(wrap(&text), format!("- bukti.png (gambar, 12 KB), SHA-256\n  {word}\n"));
        assert_eq!(wrap("pendek\n"), "pendek\n");
        let quoted = wrap(&format!("│ {}\n", "kata ".repeat(30).trim_end()));
        assert!(quoted.lines().all(|line| line.starts_with("│ ") && line.chars().count() <= COLUMNS), "{quoted}");
    }

    #[test]
    fn wrapping_makes_no_command() {
        let text = format!("{} #setuju sekarang\n", "x".repeat(70));
        assert!(wrap(&text).lines().all(|line| !line.starts_with('#')));
    }
}
