//! The rendered text as a sober page: paragraphs, lists, and quoted text in a bordered block.

use crate::templates::text::QUOTE;

const PARAGRAPH: &str = "<p style=\"margin:0 0 16px;\">";
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
    let mut html = String::with_capacity(text.len() * 2);
    let mut block = Kind::Empty;
    let mut in_foot = false;
    for line in text.lines() {
        let kind = kind_of(line);
        if kind == Kind::Foot {
            close(&mut html, block);
            html.push_str(FOOT);
            (block, in_foot) = (Kind::Empty, true);
            continue;
        }
        if kind != block {
            close(&mut html, block);
            html.push_str(match kind {
                Kind::Plain => PARAGRAPH,
                Kind::Item => LIST,
                Kind::Quoted => QUOTED,
                Kind::Empty | Kind::Foot => "",
            });
        } else if matches!(kind, Kind::Plain | Kind::Quoted) {
            html.push_str("<br>\n");
        }
        match kind {
            Kind::Item => {
                html.push_str("<li>");
                html.push_str(&escape(&line[2..]));
                html.push_str("</li>\n");
            }
            Kind::Quoted => html.push_str(&escape(line.strip_prefix(QUOTE).unwrap_or(""))),
            Kind::Plain => html.push_str(&escape(line)),
            Kind::Empty | Kind::Foot => {}
        }
        block = kind;
    }
    close(&mut html, block);
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

fn close(html: &mut String, block: Kind) {
    html.push_str(match block {
        Kind::Plain => "</p>\n",
        Kind::Item => "</ul>\n",
        Kind::Quoted => "</div>\n",
        Kind::Empty | Kind::Foot => "",
    });
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
    }
}
