//! Lists on a terminal: columns as wide as they must be, and nothing a stranger wrote can act there.

use std::io::{self, Write};

/// Characters of a cell.
const CELL_MAX: usize = 60;

/// Writes rows below their headings.
pub(super) fn write(out: &mut impl Write, headings: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| short(cell)).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([headings[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    for row in std::iter::once(&headings).chain(&rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// A text that is one line and moves no cursor.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_directional(c) { '\u{FFFD}' } else { c }).collect()
}

/// Lines of a stranger for the terminal: line breaks stay, nothing else that acts.
pub(super) fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn short(cell: &str) -> String {
    let cell = plain(cell);
    if cell.chars().count() <= CELL_MAX { cell } else { cell.chars().take(CELL_MAX - 1).chain(['…']).collect() }
}

fn is_directional(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_cannot_repaint_the_terminal() {
        let mut out = Vec::new();
        let rows = vec![vec!["\u{1b}[2Jhapus\u{202E}".to_owned(), "b".to_owned()]];
        write(&mut out, &["SUBJECT", "X"], &rows).expect("write");
        assert_eq!(String::from_utf8_lossy(&out), "SUBJECT     X\n\u{FFFD}[2Jhapus\u{FFFD}  b\n");
    }
}
