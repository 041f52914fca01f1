//! The rendered text as a sober page: paragraphs, lists, and quoted text in a bordered block.

use crate::domain::ticket::TicketNumber;
use crate::templates::text::QUOTE;

const PARAGRAPH: &str = "<p style=\"margin:0 0 16px;\">";
/// A paragraph that leads to the list or quotation right below it.
const LEAD: &str = "<p style=\"margin:0 0 6px;\">";
const LIST: &str = "<ul style=\"margin:0 0 16px;padding-left:24px;\">";
const QUOTED: &str = "<div style=\"margin:0 0 16px;padding:8px 12px;border-left:4px solid #8a8a8a;\">";
const FOOT: &str = "<div style=\"margin:24px 0 0;padding:12px 0 0;border-top:1px solid #8a8a8a;font-size:14px;\">";

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Empty,
    Plain,
    Item,
    Quoted,
    Foot,
}

/// The body of the page.
pub(super) fn from_text(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let blocks: Vec<&[&str]> = lines.chunk_by(|one, next| kind_of(one) == kind_of(next)).collect();
    let mut html = String::with_capacity(text.len() * 2);
    let mut in_foot = false;
    for (index, block) in blocks.iter().enumerate() {
        let below = blocks.get(index + 1).map_or(Kind::Empty, |next| kind_of(next[0]));
        match kind_of(block[0]) {
            Kind::Empty => {}
            Kind::Plain => {
                html.push_str(if matches!(below, Kind::Item | Kind::Quoted) { LEAD } else { PARAGRAPH });
                html.push_str(&block.iter().map(|line| words(line)).collect::<Vec<_>>().join("<br>\n"));
                html.push_str("</p>\n");
            }
            Kind::Item => {
                html.push_str(LIST);
                html.extend(block.iter().map(|line| format!("<li>{}</li>\n", words(&line[2..]))));
                html.push_str("</ul>\n");
            }
            Kind::Quoted => {
                let quoted = block.iter().map(|line| escape(line.strip_prefix(QUOTE).unwrap_or("")));
                html.push_str(QUOTED);
                html.push_str(&quoted.collect::<Vec<_>>().join("<br>\n"));
                html.push_str("</div>\n");
            }
            Kind::Foot if in_foot => {}
            Kind::Foot => {
                html.push_str(FOOT);
                in_foot = true;
            }
        }
    }
    if in_foot {
        html.push_str("</div>\n");
    }
    html
}

fn kind_of(line: &str) -> Kind {
    if line == "-- " {
        Kind::Foot
    } else if line.is_empty() {
        Kind::Empty
    } else if line.starts_with("- ") {
        Kind::Item
    } else if line.starts_with(QUOTE.trim_end()) {
        Kind::Quoted
    } else {
        Kind::Plain
    }
}

/// A line in which a narrow screen tears neither a ticket number nor a clock time from its zone.
fn words(line: &str) -> String {
    let mut html = String::with_capacity(line.len() + 8);
    for (index, word) in line.split(' ').enumerate() {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if index > 0 {
            html.push_str(if matches!(bare, "WIB" | "WITA" | "WIT") { "&nbsp;" } else { " " });
        }
        if bare.parse::<TicketNumber>().is_ok() {
            html.push_str(&format!("<span style=\"white-space:nowrap;\">{}</span>", escape(word)));
        } else {
            html.push_str(&escape(word));
        }
    }
    html
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_told_apart_and_nothing_acts() {
        let html = from_text("Yth. Ibu,\nbaris dua\n\n- satu\n- <b>dua</b>\n│ <script>\n│ x\n\n-- \nkaki\n");
        assert_eq!(html.matches("<ul").count(), 1);
        assert_eq!(html.matches("<li>").count(), 2);
        assert!(html.contains("&lt;b&gt;dua&lt;/b&gt;") && html.contains("&lt;script&gt;<br>"), "{html}");
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
        assert_eq!(html.matches("<p").count(), html.matches("</p>").count());
        assert!(html.ends_with("kaki</p>\n</div>\n"), "{html}");
    }

    #[test]
    fn numbers_and_times_stay_on_one_line() {
        let html = from_text("Tiket CIAMIS-2026-0007, pukul 14.30 WIB.\n");
        assert!(html.contains("<span style=\"white-space:nowrap;\">CIAMIS-2026-0007,</span>"), "{html}");
        assert!(html.contains("14.30&nbsp;WIB."), "{html}");
    }
}
