//! Command lines at the head of a reply (decisions 4): their grammar, not their effect.
//!
//! The positive rule instead of stripping: commands are the unbroken run of lines that begins at the
//! first line that is not empty. Nothing below is ever looked at, so no mail program's way of
//! quoting matters.

use serde::Serialize;

/// Lines of one run; a longer run is no run at all, because nothing of it could be left out.
const LINES_MAX: usize = 5;
/// Characters of a line's arguments.
const ARGUMENTS_MAX: usize = 500;

/// One command line as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandLine {
    /// The word after the hash, lower-case.
    pub word: String,
    /// What stands behind it on the line.
    pub arguments: String,
}

/// The command lines a text begins with; none if there are more than five.
pub fn command_lines(text: &str) -> Vec<CommandLine> {
    let first = text.lines().skip_while(|line| line.trim().is_empty());
    let run: Vec<_> = first.map_while(command_line).take(LINES_MAX + 1).collect();
    if run.len() > LINES_MAX { Vec::new() } else { run }
}

/// The text below the command lines; all of it, if it begins with none.
pub fn below_commands(text: &str) -> &str {
    let mut below = text;
    for line in text.split_inclusive('\n') {
        let in_run = line.trim().is_empty() || command_line(line.trim_end_matches(['\r', '\n'])).is_some();
        if !in_run {
            break;
        }
        below = &below[line.len()..];
    }
    below
}

/// `#word arguments`: the hash first on the line, the word ASCII and whole.
fn command_line(line: &str) -> Option<CommandLine> {
    let rest = line.strip_prefix('#')?;
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'-').count();
    let (word, behind) = rest.split_at(length);
    // Phones end a word with a full stop.
    let behind = behind.trim_start_matches(['.', ',', '!', ':', ';']);
    let separated = behind.is_empty() || behind.starts_with(char::is_whitespace);
    let arguments = behind.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = (2..=16).contains(&length) && separated && arguments.chars().count() <= ARGUMENTS_MAX;
    whole.then(|| CommandLine { word: word.to_ascii_lowercase(), arguments })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_unbroken_run_at_the_head_counts() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found = command_lines(text);
            let found: Vec<_> = found.iter().map(|line| (line.word.as_str(), line.arguments.as_str())).collect();
            assert_eq!(found, expected, "{text:?}");
        };
        check("#valid judol tinggi dinkes", &[("valid", "judol tinggi dinkes")]);
        check("\n\n#Valid.\n#ambil\n\n#tolak", &[("valid", ""), ("ambil", "")]);
        check("#SETUJU 7Q4K-9M2X", &[("setuju", "7Q4K-9M2X")]);
        check("#tanya\u{a0}di mana?", &[("tanya", "di mana?")]);
        check("Halo\n#valid", &[]);
        check("> #setuju", &[]);
        check(" #setuju", &[]);
        check("# setuju", &[]);
        check("#set\u{200b}uju", &[]);
        check("\u{ff03}setuju", &[]);
        check("#\u{0455}etuju", &[]);
        check("#x", &[]);
        check("#abcdefghijklmnopq", &[]);
        check("#valid2", &[]);
        check(&"#ambil\n".repeat(6), &[]);
        check("", &[]);
    }

    #[test]
    fn the_text_below_is_what_no_command_line_is() {
        let check = |text: &str, below: &str| assert_eq!(below_commands(text), below, "{text:?}");
        check("#tanya\nDi halaman mana?\n#bukan perintah", "Di halaman mana?\n#bukan perintah");
        check("\r\n#valid judol\r\n#catat\r\n\r\nTeks\r\n", "Teks\r\n");
        check("#ambil", "");
        check("Halo\n#valid", "Halo\n#valid");
    }
}
