//! uuencoded files inside a text.

/// A text with its files taken out.
pub(super) struct Uuencoded {
    pub(super) text: String,
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// Finds `begin 644 name` … `end` in a text.
pub(super) fn find(text: &str) -> Uuencoded {
    if !text.contains("begin ") {
        return Uuencoded { text: text.to_owned(), files: Vec::new() };
    }
    let lines: Vec<&str> = text.lines().collect();
    let (mut kept, mut files) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < lines.len() {
        match beginning(lines[at]).and_then(|name| Some((name, decoded(&lines[at + 1..])?))) {
            Some((name, (bytes, length))) => {
                files.push((name.to_owned(), bytes));
                at += 1 + length;
            }
            None => {
                kept.push(lines[at]);
                at += 1;
            }
        }
    }
    Uuencoded { text: kept.join("\n"), files }
}

fn beginning(line: &str) -> Option<&str> {
    let (mode, name) = line.strip_prefix("begin ")?.split_once(' ')?;
    let right = (3..=4).contains(&mode.len()) && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    (right && !name.trim().is_empty()).then_some(name.trim())
}

/// The file that ends with an `end`, and how many lines it takes; `None` at the first line that is
/// no part of one. No line begins a file and continues another, so every line is decoded once.
fn decoded(lines: &[&str]) -> Option<(Vec<u8>, usize)> {
    let mut bytes = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.trim_end() == "end" {
            return Some((bytes, index + 1));
        }
        let Some((&first, digits)) = line.as_bytes().split_first() else { continue };
        let length = usize::from(first.wrapping_sub(b' ') & 0x3f);
        // Relays strip the blanks at the end of a line, which are digits too.
        if !(b' '..=b'`').contains(&first) || digits.len() + 3 < length.div_ceil(3) * 4 {
            return None;
        }
        let value = |at: usize| u32::from(digits.get(at).copied().unwrap_or(b' ').wrapping_sub(b' ') & 0x3f);
        let before = bytes.len();
        for group in 0..length.div_ceil(3) {
            let at = group * 4;
            let word = value(at) << 18 | value(at + 1) << 12 | value(at + 2) << 6 | value(at + 3);
            bytes.extend_from_slice(&word.to_be_bytes()[1..]);
        }
        bytes.truncate(before + length);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuencoded_files_leave_the_text() {
        let found = find("Terlampir\nbegin 644 cat.txt\n#0V%T\n`\nend\nSalam");
        assert_eq!(found.text, "Terlampir\nSalam");
        assert_eq!(found.files, [("cat.txt".to_owned(), b"Cat".to_vec())]);
        assert_eq!(find("begin the day").files, []);
    }
}
