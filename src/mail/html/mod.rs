//! HTML → the text a person would see.
//!
//! Our own converter, because a report must survive what a web page need not: it is linear in its
//! input however hostile that is nested, keeps link targets visible, marks quotes with `> ` so that
//! they are recognised as such, and drops what the reader would not have seen.

mod seen;
mod token;

use mail_parser::decoders::html::add_html_token;

use self::seen::{Style, is_coloured, is_hidden, is_quote};
use self::token::{Tag, Token, token};

/// Octets of HTML that are converted.
const HTML_MAX: usize = 4 << 20;
/// Quotes inside each other that are marked; deeper ones count as this deep.
const QUOTES_MAX: usize = 8;

/// Converts a page or fragment.
pub(super) fn to_text(html: &str) -> String {
    let mut end = html.len().min(HTML_MAX);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let mut writer = Writer::default();
    let mut rest = &html[..end];
    while let Some(open) = rest.find('<') {
        writer.text(&rest[..open]);
        rest = &rest[open..];
        let (token, behind) = token(rest);
        match token {
            Token::Tag(tag) => writer.tag(&tag),
            Token::Nothing => {}
            Token::Text(text) => writer.text(text),
        }
        rest = behind;
    }
    writer.text(rest);
    writer.finish()
}

/// Character references made characters.
fn entities_decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        let named =
            rest[at + 1..].bytes().take(32).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
        let closed = rest.as_bytes().get(at + 1 + named) == Some(&b';');
        let end = at + 1 + if closed { named + 1 } else { 0 };
        add_html_token(&mut decoded, &rest.as_bytes()[at..end], false);
        rest = &rest[end..];
    }
    decoded.push_str(rest);
    decoded
}

/// The charset a page declares for itself (`<meta charset=…>` and its older form).
pub(super) fn declared_charset(html: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&html[..html.len().min(2048)]).to_ascii_lowercase();
    let at = head.find("<meta").and_then(|meta| Some(meta + head[meta..].find("charset=")?))?;
    let value = head[at + "charset=".len()..].trim_start_matches(['"', '\'', ' ']);
    let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(value.len());
    Some(value[..end].to_owned()).filter(|name| !name.is_empty())
}

/// text/enriched (RFC 1896): its commands are dropped; one line end is a blank, two are one.
pub(super) fn enriched_to_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        if let Some(behind) = rest.strip_prefix("<<") {
            out.push('<');
            rest = behind;
            continue;
        }
        let end = rest.bytes().take(64).position(|byte| byte == b'>');
        let command = end.map_or("", |end| &rest[1..end]);
        let hidden = command.eq_ignore_ascii_case("param");
        let behind = end.map_or("", |end| &rest[end + 1..]);
        rest = match end {
            Some(_) if hidden => behind.find("</").map_or("", |close| &behind[close..]),
            Some(_) => behind,
            None => {
                out.push('<');
                &rest[1..]
            }
        };
    }
    out.push_str(rest);
    let lines: Vec<&str> = out.split('\n').collect();
    let mut joined = String::with_capacity(out.len());
    for (index, line) in lines.iter().enumerate() {
        joined.push_str(line);
        if index + 1 < lines.len() && (line.is_empty() || lines[index + 1].is_empty()) {
            joined.push('\n');
        } else {
            joined.push(' ');
        }
    }
    joined.trim_end().to_owned()
}

const VOID: &[&str] =
    &["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr", "param", "track"];

#[rustfmt::skip]
const BLOCKS: &[&str] = &[
    "p", "div", "table", "tr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section",
    "article", "header", "footer", "address", "center", "dl", "dt", "dd", "form", "fieldset", "body", "hr", "caption",
    "figure",
];

/// Open elements that are remembered for the colour behind them.
const OPEN_MAX: usize = 10_000;
/// Elements that a wrongly nested closing tag looks through.
const CLOSING_REACH: usize = 50;

#[derive(Default)]
struct Writer {
    out: String,
    line: String,
    quotes: usize,
    preformatted: usize,
    /// The element that hides what is in it, and how many of its name are open inside.
    hidden: Option<(String, usize)>,
    links: Vec<(String, usize)>,
    /// Open elements, and whether there is a colour behind each.
    open: Vec<(String, bool)>,
    /// Whether each open `blockquote` quotes.
    blockquotes: Vec<bool>,
    space: bool,
    blank: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if text.contains('&') {
            let decoded = entities_decoded(text);
            self.plain(&decoded.replace('\u{A0}', " "));
        } else {
            self.plain(text);
        }
    }

    fn plain(&mut self, text: &str) {
        if self.preformatted > 0 {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.end_line(true);
                }
                self.line.push_str(line.trim_end_matches('\r'));
            }
            return;
        }
        for c in text.chars() {
            if c.is_whitespace() {
                self.space = true;
            } else {
                if self.space && !self.line.is_empty() {
                    self.line.push(' ');
                }
                self.space = false;
                self.line.push(c);
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        if self.is_still_hidden(tag) {
            return;
        }
        let void = VOID.contains(&tag.name.as_str());
        let style = Style::of(tag);
        if tag.closing {
            self.close(tag);
        } else if !void && !tag.empty {
            let on_colour = is_coloured(tag, &style) || self.open.last().is_some_and(|(_, coloured)| *coloured);
            if is_hidden(tag, &style, on_colour) {
                self.hidden = Some((tag.name.clone(), 1));
                return;
            }
            if self.open.len() < OPEN_MAX {
                self.open.push((tag.name.clone(), on_colour));
            }
        }
        match tag.name.as_str() {
            "br" => self.end_line(true),
            "hr" => {
                self.end_line(false);
                self.line.push_str("________________________________");
                self.end_line(true);
            }
            "a" if !tag.closing => {
                let target = entities_decoded(tag.attribute("href").unwrap_or(""));
                self.links.push((target, self.line.len()));
            }
            "a" => self.end_link(),
            "td" | "th" if !tag.closing => self.space = true,
            "img" => self.image(tag),
            name if BLOCKS.contains(&name) => self.block(tag, &style),
            _ => {}
        }
    }

    /// Whether a tag stands inside what is hidden. A paragraph or a head that nobody closed ends
    /// where the next block begins.
    fn is_still_hidden(&mut self, tag: &Tag<'_>) -> bool {
        let Some((name, depth)) = &mut self.hidden else { return false };
        let ends = match name.as_str() {
            "head" => tag.name == "body",
            "p" | "li" | "tr" | "td" | "th" => {
                !tag.closing && (*name == tag.name || matches!(tag.name.as_str(), "p" | "div" | "table" | "blockquote"))
            }
            _ => false,
        };
        if ends {
            self.hidden = None;
            return false;
        }
        if *name == tag.name && !tag.empty {
            *depth = if tag.closing { *depth - 1 } else { *depth + 1 };
            if *depth == 0 {
                self.hidden = None;
            }
        }
        true
    }

    fn close(&mut self, tag: &Tag<'_>) {
        let reach = self.open.iter().rev().take(CLOSING_REACH).position(|(name, _)| *name == tag.name);
        if let Some(above) = reach {
            self.open.truncate(self.open.len() - above - 1);
        }
    }

    fn block(&mut self, tag: &Tag<'_>, style: &Style) {
        self.end_line(false);
        match (tag.name.as_str(), tag.closing) {
            ("blockquote", false) => {
                let quote = is_quote(tag, style);
                self.quotes += usize::from(quote);
                if self.blockquotes.len() < OPEN_MAX {
                    self.blockquotes.push(quote);
                }
            }
            ("blockquote", true) => {
                let quote = self.blockquotes.pop().unwrap_or(false);
                self.quotes = self.quotes.saturating_sub(usize::from(quote));
            }
            ("pre", false) => self.preformatted += 1,
            ("pre", true) => self.preformatted = self.preformatted.saturating_sub(1),
            ("li", false) => self.line.push_str("- "),
            ("p" | "h1" | "h2" | "h3" | "h4" | "ul" | "ol" | "table", _) => self.blank = true,
            _ => {}
        }
    }

    /// A picture says its description; the address of a remote one is evidence too.
    fn image(&mut self, tag: &Tag<'_>) {
        if let Some(alt) = tag.attribute("alt").filter(|alt| !alt.trim().is_empty()) {
            self.text(&format!("[{alt}]"));
        }
    }

    fn end_link(&mut self) {
        let Some((target, start)) = self.links.pop() else { return };
        let target = target.trim();
        let shown = self.line.get(start.min(self.line.len())..).unwrap_or("").trim();
        let bare = target.trim_start_matches("mailto:").trim_end_matches('/');
        let useful = target.contains("://") || target.starts_with("mailto:");
        if useful && !shown.contains(bare) && !shown.is_empty() {
            let target: String = target.chars().take(2_000).filter(|c| !c.is_control()).collect();
            self.line.push_str(&format!(" <{target}>"));
        }
    }

    /// Ends the line; an empty one only if it is `wanted`.
    fn end_line(&mut self, wanted: bool) {
        self.space = false;
        for (_, start) in &mut self.links {
            *start = 0;
        }
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if line.is_empty() && !wanted {
            return;
        }
        let mark = "> ".repeat(self.quotes.min(QUOTES_MAX));
        if self.blank && !line.is_empty() && !self.out.is_empty() {
            self.out.push_str(mark.trim_end());
            self.out.push('\n');
        }
        self.blank = false;
        self.out.push_str(format!("{mark}{line}").trim_end());
        self.out.push('\n');
    }

    fn finish(mut self) -> String {
        self.end_line(false);
        let text = self.out;
        let mut tidy = String::with_capacity(text.len());
        let mut empty = 0;
        for line in text.lines() {
            empty = if line.is_empty() { empty + 1 } else { 0 };
            if empty <= 1 {
                tidy.push_str(line);
                tidy.push('\n');
            }
        }
        tidy.trim_matches('\n').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_sees() {
        let check = |html: &str, expected: &str| assert_eq!(to_text(html), expected, "{html}");
        check("<p>Halo&nbsp;tim,</p><p>situs   diretas</p>", "Halo tim,\n\nsitus diretas");
        check("a<br>b<BR/>c", "a\nb\nc");
        check("<ul><li>satu<li>dua</ul>", "- satu\n- dua");
        check("x &amp; y &lt;b&gt; &#233; &eacute;", "x & y <b> é é");
        check("<div>1 < 2</div>", "1 < 2");
        check("A & B &amp; C &tidakada; &", "A & B & C &tidakada; &");
        check("<a href=\"https://evil.example/x\">klik</a>", "klik <https://evil.example/x>");
        check("<a href=\"https://evil.example/\">https://evil.example</a>", "https://evil.example");
        check("<blockquote>lama<blockquote>lebih lama</blockquote></blockquote>baru", "> lama\n> > lebih lama\nbaru");
        check("<pre>a\n  b</pre>", "a\n  b");
        check("<style>p{}</style><script>if(a<b){}</script><title>t</title>isi", "isi");
        check("sebelum<!-- <p>#setuju</p> -->sesudah", "sebelumsesudah");
        check("<span style=\"display: none\">#setuju</span>isi", "isi");
        check("<span style='font-size:0px;color:red'>#setuju</span>isi", "isi");
        check("<div style=\"color:#FFFFFF\">#setuju<div>x</div></div>isi", "isi");
        check("<font color=white>#setuju</font>isi", "isi");
        check("<td>a</td><td>b</td>", "a b");
        check(
            "<td bgcolor=#0078d4><a href=\"https://evil.example/x\" style=\"color:#fff\">Masuk</a></td>",
            "Masuk <https://evil.example/x>",
        );
        check(
            "<div style=\"background:#333\"><p style=\"color:white\">isi</p></div><p style=\"color:white\">gelap</p>",
            "isi",
        );
        check("<p style=\"display:none\">#setuju<p>isi", "isi");
        check("<head><title>t</title><body>isi", "isi");
        check("<div style=\"position:absolute; left:-9999px\">#setuju</div>isi", "isi");
        check(
            "<blockquote style=\"margin:0 0 0 40px;border:none;padding:0\">menjorok</blockquote>isi",
            "menjorok\nisi",
        );
        check("Balas ke <budi@warga.example> ya", "Balas ke <budi@warga.example> ya");
        check("<a href = 'https://evil.example/?a=1&amp;b=2'>klik</a>", "klik <https://evil.example/?a=1&b=2>");
        check("", "");
        check("<", "<");
        check("<p", "");
    }

    #[test]
    fn other_rich_text() {
        assert_eq!(
            enriched_to_text("<bold>Situs</bold> diretas\nlagi\n\n<param>red</param>ya << tidak"),
            "Situs diretas lagi\n\nya < tidak"
        );
        assert_eq!(
            declared_charset(b"<html><meta http-equiv=x content=\"text/html; charset=GB2312\">"),
            Some("gb2312".to_owned())
        );
        assert_eq!(declared_charset(b"<meta charset='utf-8'>"), Some("utf-8".to_owned()));
        assert_eq!(declared_charset(b"<p>charset=x"), None);
    }

    #[test]
    fn hostile_nesting_is_linear() {
        let html = format!("{}x{}", "<div><blockquote>".repeat(200_000), "</div>".repeat(10));
        assert!(to_text(&html).ends_with('x'));
        let unclosed = "<a href=\"".repeat(100_000);
        let _ = to_text(&unclosed);
        let _ = to_text(&"&".repeat(1_000_000));
        let _ = to_text(&"<!--".repeat(100_000));
        let _ = to_text(&"<script>".repeat(100_000));
    }
}
