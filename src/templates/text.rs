//! Plain text that reads well and can never act: one-line subjects, tidy paragraphs, and what a
//! stranger wrote defused before it stands in a mail of ours.

use std::ops::RangeInclusive;

use crate::domain::hosts::hosts_in;

/// Columns of a line; quoted and plain text alike.
const COLUMNS: usize = 72;
/// Characters of a stranger's text that are repeated; the whole of it is on the ticket.
const QUOTED_MAX: usize = 6_000;
/// Lines of a stranger's text that are repeated.
const QUOTED_LINES_MAX: usize = 200;
/// Widths at which mail programs break the lines of a paragraph.
const HARD_BREAKS: RangeInclusive<usize> = 61..=80;
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
/// What continues a fact, an item or a quotation is indented, so that no value can end up at the
/// beginning of a line and pass for a fact of ours.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 16);
    for line in text.lines() {
        if line.chars().count() <= COLUMNS {
            wrapped.push_str(line);
        } else {
            wrap_line(line, &mut wrapped);
        }
        wrapped.push('\n');
    }
    wrapped
}

fn wrap_line(line: &str, wrapped: &mut String) {
    let (begun, content, indent) = match line.strip_prefix(QUOTE) {
        Some(content) => (QUOTE, content, QUOTE),
        None if line.starts_with("- ") || is_fact(line) => ("", line, "  "),
        None if is_point(line) => ("", line, "   "),
        None => ("", line, ""),
    };
    let mut current = begun.to_owned();
    for (index, word) in content.split(' ').enumerate() {
        if index > 0 && current.chars().count() + 1 + word.chars().count() > COLUMNS {
            wrapped.push_str(&without_command(&current));
            wrapped.push('\n');
            current = format!("{indent}{word}");
        } else {
            if index > 0 {
                current.push(' ');
            }
            current.push_str(word);
        }
    }
    wrapped.push_str(&without_command(&current));
}

/// Whether a line is a fact with its name: `Keaslian pengirim: …`, `Tenggat laporan IIV (1 x 24 jam): …`.
fn is_fact(line: &str) -> bool {
    let name = line.split_once(": ").map_or("", |(name, _)| name);
    let name = name.split_once(" (").map_or(name, |(name, _)| name);
    let plain = |c: char| c.is_ascii_alphabetic() || c == ' ';
    (2..=36).contains(&name.len()) && name.chars().all(plain)
}

/// Whether a line is a numbered point: `2. Risiko: …`.
fn is_point(line: &str) -> bool {
    let number = line.split_once(". ").map_or("", |(number, _)| number);
    number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A stranger's text for a mail of ours: every line marked, nothing clickable, nothing that acts.
pub fn defuse(text: &str) -> String {
    let breaks = ['\n', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}'];
    let shown: String = text.chars().filter(|c| !is_deceptive(*c)).take(QUOTED_MAX).collect();
    let mut quoted: Vec<String> = Vec::new();
    for line in rejoined(shown.split(breaks)) {
        let line: String = line.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = format!("{QUOTE}{}", without_command(&defang(&line)));
        let line = line.trim_end().to_owned();
        if line != QUOTE.trim_end() || quoted.last().is_some_and(|last| *last != line) {
            quoted.push(line);
        }
    }
    while quoted.last().is_some_and(|last| last == QUOTE.trim_end()) {
        quoted.pop();
    }
    let longer = text.chars().filter(|c| !is_deceptive(*c)).count() > QUOTED_MAX || quoted.len() > QUOTED_LINES_MAX;
    quoted.truncate(QUOTED_LINES_MAX);
    if longer {
        quoted.push(format!("{QUOTE}[…] selengkapnya pada tiket"));
    }
    if quoted.is_empty() { format!("{QUOTE}(kosong)") } else { quoted.join("\n") }
}

/// Lines with the hard breaks of a mail program taken out, so that wrapping does not leave a word or
/// two on every other line. Lines of a list, a log or a quotation stay as they are.
fn rejoined<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut before = 0;
    for line in lines {
        let line = line.trim_end();
        let continues = HARD_BREAKS.contains(&before) && line.starts_with(char::is_lowercase);
        before = line.chars().count();
        match joined.last_mut().filter(|_| continues) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
            }
            None => joined.push(line.to_owned()),
        }
    }
    joined
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
    if !could_be_clicked(word) {
        return word.to_owned();
    }
    let word = word.replace("://", "[://]").replace("http", "hxxp").replace("HTTP", "HXXP");
    let mut safe = String::with_capacity(word.len() + 8);
    let characters: Vec<char> = word.chars().collect();
    for (at, c) in characters.iter().enumerate() {
        let between = at > 0
            && characters[at - 1].is_alphanumeric()
            && characters.get(at + 1).is_some_and(|next| next.is_alphanumeric());
        match c {
            '.' | '。' | '．' | '｡' if between => safe.push_str("[.]"),
            '@' if between => safe.push_str("[@]"),
            _ => safe.push(*c),
        }
    }
    safe
}

/// Whether some mail program would make a link of a word. A file name is none, as long as nothing
/// else about it looks like an address; nor is an academic degree.
fn could_be_clicked(word: &str) -> bool {
    let links_itself = word.contains("://") || word.contains('@') || word.to_ascii_lowercase().contains("www.");
    let names_host = hosts_in(word).any(|host| !FILE_ENDINGS.iter().any(|ending| host.ends_with(ending)));
    let foreign = word.contains(['。', '．', '｡'])
        || (word.contains('.') && word.chars().any(|c| c.is_alphabetic() && !c.is_ascii()));
    links_itself || (names_host && !is_degree(word)) || foreign || looks_like_ip(word)
}

/// Endings of file names that are no top-level domains.
const FILE_ENDINGS: &[&str] = &[
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx",
    ".odt", ".txt", ".log", ".csv", ".eml", ".msg", ".htm", ".html", ".php", ".json", ".xml", ".sql", ".exe", ".rar",
];

/// `S.Kom`, `M.Si.`: a capital letter and up to four letters that begin with one.
fn is_degree(word: &str) -> bool {
    let word = word.trim().trim_end_matches([',', '.', ')']).trim_start_matches('(');
    let capitalised = |part: &str, most: usize| {
        (1..=most).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphabetic())
            && part.starts_with(|c: char| c.is_ascii_uppercase())
    };
    word.split_once('.').is_some_and(|(first, second)| capitalised(first, 1) && capitalised(second, 4))
}

fn looks_like_ip(word: &str) -> bool {
    let part = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut runs = word.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|digits| digits.trim_matches('.'));
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
    format!("{lead}\u{266F}{hashes}")
}

/// Characters that are not seen, or change the direction or the look of the text around them.
fn is_deceptive(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
            | '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{180E}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
    )
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
        check("dari 10.1.2.3.", "dari 10[.]1[.]2[.]3.");
        check("pukul 10.30, versi 1.2", "pukul 10.30, versi 1.2");
        check("httpd berhenti", "httpd berhenti");
        check("http://localhost/ http://[::1]/", "hxxp[://]localhost/ hxxp[://][::1]/");
        check("HTTPS://2130706433/", "HXXPS[://]2130706433/");
        check("ssh root@gerbang", "ssh root[@]gerbang");
        check("пример.рф evil。example", "пример[.]рф evil[.]example");
        check("lihat layar.png, laporan-v2.pdf", "lihat layar.png, laporan-v2.pdf");
        check("bukti.zip evil.example/layar.png", "bukti[.]zip evil[.]example/layar[.]png");
        check("www.evil.png", "www[.]evil[.]png");
        check("Budi, S.Kom., M.Si. (A.Md)", "Budi, S.Kom., M.Si. (A.Md)");
        check("t.co T.CO/x", "t[.]co T[.]CO/x");
    }

    #[test]
    fn no_quoted_line_is_a_command() {
        let check = |text: &str, expected: &str| assert_eq!(defuse(text), expected);
        check("#setuju", "│ ♯setuju");
        check("> #setuju", "│ > ♯setuju");
        check("a\r\n  # tolak\n", "│ a\n│   ♯tolak");
        check("#\u{200B}setuju", "│ ♯setuju");
        check("##valid", "│ ♯valid");
        check("", "│ (kosong)");
        check("\n\n \n", "│ (kosong)");
        check("\n\na\n\n\n\nb\n\n", "│ a\n│\n│ b");
        check("a\u{2028}#setuju\u{85}b\u{1b}[31m", "│ a\n│ ♯setuju\n│ b [31m");
        let flood = defuse(&"a\n".repeat(1_000));
        assert_eq!(flood.lines().count(), QUOTED_LINES_MAX + 1);
        assert!(flood.ends_with("\n│ […] selengkapnya pada tiket"), "{flood}");
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
    fn a_wrapped_name_is_no_fact_of_ours() {
        let line = format!("Dari: {} Keaslian pengirim: dibenarkan\n", "x".repeat(66));
        let wrapped = wrap(&line);
        assert_eq!(wrapped.lines().nth(1), Some("  Keaslian pengirim: dibenarkan"), "{wrapped}");
    }

    #[test]
    fn the_lines_of_a_hard_wrapped_paragraph_become_one() {
        let long = format!("{} kata", "a".repeat(60));
        let check = |text: &str, expected: &str| assert_eq!(defuse(text), expected);
        check(&format!("{long}\n{}\nakhir", "b".repeat(61)), &format!("│ {long} {} akhir", "b".repeat(61)));
        check(&format!("{long}\n#setuju"), &format!("│ {long}\n│ ♯setuju"));
        check(&format!("{long}\n- butir\n\nlain"), &format!("│ {long}\n│ - butir\n│\n│ lain"));
        check("baris pendek\nbaris lain", "│ baris pendek\n│ baris lain");
    }

    #[test]
    fn wrapping_makes_no_command() {
        let text = format!("{} #setuju sekarang\n", "x".repeat(70));
        assert!(wrap(&text).lines().all(|line| !line.starts_with('#')));
    }
}
