//! The terminal: how wide it is, how wide a text is there, and what may not act there.

use unicode_width::UnicodeWidthStr as _;

/// Columns of prose: wider lines tire the eye, whatever room there is.
const PROSE_MAX: usize = 80;
/// Marks that may sit on one character; more of them paint over the lines above and below.
const MARKS_MAX: usize = 3;

/// The columns of the terminal we write to; `None` for a pipe or a file, which nothing is cut or
/// wrapped for.
pub(super) fn columns() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// The columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// As much of a text as fits, with a mark where it was cut.
pub(super) fn clipped(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut end = 0;
    for (start, c) in text.char_indices() {
        let next = start + c.len_utf8();
        if width(&text[..next]) >= room {
            break;
        }
        end = next;
    }
    if room == 0 { String::new() } else { format!("{}…", text[..end].trim_end()) }
}

/// A text that is one line and moves no cursor.
pub(super) fn plain(text: &str) -> String {
    let mut marks = 0;
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        marks = if unicode_width::UnicodeWidthChar::width(c) == Some(0) { marks + 1 } else { 0 };
        if marks <= MARKS_MAX {
            shown.push(if c.is_control() || is_deceptive(c) { '\u{FFFD}' } else { c });
        }
    }
    shown
}

/// Lines of a stranger for the terminal: line breaks stay, nothing else that acts.
pub(super) fn plain_lines(text: &str) -> String {
    text.lines().map(|line| plain(&line.replace('\t', "    "))).collect::<Vec<_>>().join("\n")
}

/// A paragraph behind `begun`, its further lines as far in as that is wide. Words are never broken:
/// a path or an address can be copied. Without a terminal it stays one line.
pub(super) fn prose(begun: &str, text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns else { return format!("{begun}{text}") };
    let indent = width(begun.rsplit('\n').next().unwrap_or(begun));
    let room = columns.min(PROSE_MAX).saturating_sub(indent);
    let (mut lines, mut current) = (Vec::new(), String::new());
    for word in text.split(' ') {
        if !current.is_empty() && width(&current) + 1 + width(word) > room {
            lines.push(std::mem::take(&mut current));
        } else if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(current);
    format!("{begun}{}", lines.join(&format!("\n{}", " ".repeat(indent))))
}

/// Marks that turn the direction of writing, break lines or are not seen at all.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_sender_writes_acts_on_the_terminal() {
        for (written, shown) in [
            ("\u{1b}[2Jhapus", "\u{FFFD}[2Jhapus"),
            ("\u{9b}31mred", "\u{FFFD}31mred"),
            ("satu\r\ndua\ttiga\u{7}", "satu\u{FFFD}\u{FFFD}dua\u{FFFD}tiga\u{FFFD}"),
            ("gpj\u{202E}exe", "gpj\u{FFFD}exe"),
            ("satu\u{2028}dua\u{FEFF}", "satu\u{FFFD}dua\u{FFFD}"),
            ("a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}b", "a\u{301}\u{301}\u{301}b"),
            ("laporan 報告 é", "laporan 報告 é"),
        ] {
            assert_eq!(plain(written), shown, "{written:?}");
        }
        assert_eq!(plain_lines("a\tb\n\u{1b}c\r\nd"), "a    b\n\u{FFFD}c\nd");
    }

    #[test]
    fn a_text_is_cut_by_its_columns_not_its_characters() {
        for (text, room, shown) in [
            ("laporan", 7, "laporan"),
            ("laporan", 6, "lapor…"),
            ("報告書です", 10, "報告書です"),
            ("報告書です", 9, "報告書で…"),
            ("報告書です", 8, "報告書…"),
            ("satu dua", 6, "satu…"),
            ("x", 0, ""),
        ] {
            assert_eq!(clipped(text, room), shown, "{text} in {room}");
            assert!(width(shown) <= room);
        }
    }

    #[test]
    fn prose_is_wrapped_on_a_terminal_alone_and_no_path_is_broken() {
        let text = "run chmod 700 /var/lib/siaga/a-very-long-name and try again";
        assert_eq!(prose("weak  ", text, None), format!("weak  {text}"));
        assert_eq!(
            prose("weak  ", text, Some(30)),
            "weak  run chmod 700\n      /var/lib/siaga/a-very-long-name\n      and try again"
        );
    }
}
