//! HTML → the text a person would see.
//!
//! Our own converter, because a report must survive what a web page need not: it is linear in its
//! input however hostile that is nested, keeps link targets visible, marks quotes with `> ` so that
//! they are recognised as such, and drops what the reader would not have seen.

use mail_parser::decoders::html::add_html_token;

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

enum Token<'a> {
    Tag(Tag<'a>),
    Text(&'a str),
    Nothing,
}

struct Tag<'a> {
    name: String,
    attributes: &'a str,
    closing: bool,
    empty: bool,
}

/// The token at the beginning of `rest`, which begins with `<`, and what stands behind it.
fn token(rest: &str) -> (Token<'_>, &str) {
    if let Some(comment) = rest.strip_prefix("<!--") {
        let end = comment.find("-->").map_or(comment.len(), |end| end + 3);
        return (Token::Nothing, &comment[end..]);
    }
    if rest.starts_with("<!") || rest.starts_with("<?") {
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        return (Token::Nothing, &rest[end..]);
    }
    let inside = &rest[1..];
    let (closing, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (Token::Text(&rest[..1]), &rest[1..]);
    }
    let end = tag_end(inside);
    let content = &inside[..end];
    let behind = inside.get(end + 1..).unwrap_or("");
    let name_end = content.find(|c: char| c.is_whitespace() || c == '/' || c == '>').unwrap_or(content.len());
    let tag = Tag {
        name: content[..name_end].to_ascii_lowercase(),
        attributes: &content[name_end..],
        closing,
        empty: content.ends_with('/'),
    };
    // What these hold is not HTML, so a `<` in it begins nothing.
    if !tag.closing && matches!(tag.name.as_str(), "script" | "style" | "title" | "textarea" | "xmp") {
        let close = format!("</{}", tag.name);
        let end = find_ignoring_case(behind, &close).unwrap_or(behind.len());
        return (Token::Nothing, &behind[end..]);
    }
    (Token::Tag(tag), behind)
}

/// Where a tag ends, quotes respected; an unclosed quote ends at the next `>`.
fn tag_end(inside: &str) -> usize {
    let bytes = inside.as_bytes();
    let mut quote = None;
    for (at, &byte) in bytes.iter().enumerate().take(64 << 10) {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') if at > 0 && matches!(bytes[at - 1], b'=' | b' ') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    inside.find('>').unwrap_or(inside.len())
}

fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    text.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let at = find_ignoring_case(attributes, &format!("{name}="))?;
    let before = attributes[..at].chars().next_back();
    if before.is_some_and(|c| !c.is_whitespace() && c != '"' && c != '\'' && c != '/') {
        return None;
    }
    let value = &attributes[at + name.len() + 1..];
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split(|c: char| c.is_whitespace()).next(),
    }
}

/// Whether a person would not see an element (case 44).
fn is_hidden(tag: &Tag<'_>) -> bool {
    if matches!(tag.name.as_str(), "head" | "template" | "noframes" | "object" | "svg" | "math") {
        return true;
    }
    let style: String =
        attribute(tag.attributes, "style").unwrap_or("").to_ascii_lowercase().split_whitespace().collect();
    let declares = |property: &str, values: &[&str]| {
        style.split(';').filter_map(|declaration| declaration.split_once(':')).any(|(name, value)| {
            name == property && values.iter().any(|hidden| value.trim_end_matches("!important") == *hidden)
        })
    };
    let white = ["white", "#fff", "#ffffff", "rgb(255,255,255)", "transparent"];
    declares("display", &["none"])
        || declares("visibility", &["hidden"])
        || declares("font-size", &["0", "0px", "0pt", "0em", "1px"])
        || declares("opacity", &["0"])
        || declares("max-height", &["0", "0px"])
        || (declares("color", &white) && !style.contains("background"))
        || (tag.name == "font"
            && attribute(tag.attributes, "color")
                .is_some_and(|color| white.contains(&color.to_ascii_lowercase().as_str())))
        || attribute(tag.attributes, "hidden").is_some()
        || tag.attributes.split_whitespace().any(|word| word.eq_ignore_ascii_case("hidden"))
}

const VOID: &[&str] =
    &["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr", "param", "track"];

const BLOCKS: &[&str] = &[
    "p",
    "div",
    "table",
    "tr",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "address",
    "center",
    "dl",
    "dt",
    "dd",
    "form",
    "fieldset",
    "body",
    "hr",
    "caption",
    "figure",
];

#[derive(Default)]
struct Writer {
    out: String,
    line: String,
    quotes: usize,
    preformatted: usize,
    /// The element that hides what is in it, and how many of its name are open inside.
    hidden: Option<(String, usize)>,
    links: Vec<(String, usize)>,
    space: bool,
    blank: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            self.plain(&rest[..at]);
            let entity_end = rest[at..].bytes().take(32).position(|byte| byte == b';').map(|end| at + end + 1);
            let end = entity_end.unwrap_or(at + 1);
            let mut decoded = String::new();
            add_html_token(&mut decoded, &rest.as_bytes()[at..end], false);
            self.plain(&decoded.replace('\u{A0}', " "));
            rest = &rest[end..];
        }
        self.plain(rest);
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
        if let Some((name, depth)) = &mut self.hidden {
            if *name == tag.name && !tag.empty {
                *depth = if tag.closing { *depth - 1 } else { *depth + 1 };
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        let void = VOID.contains(&tag.name.as_str());
        if !tag.closing && !void && !tag.empty && is_hidden(tag) {
            self.hidden = Some((tag.name.clone(), 1));
            return;
        }
        let name = tag.name.as_str();
        match name {
            "br" => self.end_line(true),
            "hr" => {
                self.end_line(false);
                self.line.push_str("________________________________");
                self.end_line(true);
            }
            "a" if !tag.closing => {
                self.links.push((attribute(tag.attributes, "href").unwrap_or("").to_owned(), self.line.len()))
            }
            "a" => self.end_link(),
            "td" | "th" if !tag.closing => self.space = true,
            "img" => self.image(tag),
            _ if BLOCKS.contains(&name) => self.block(tag),
            _ => {}
        }
    }

    fn block(&mut self, tag: &Tag<'_>) {
        self.end_line(false);
        match (tag.name.as_str(), tag.closing) {
            ("blockquote", false) => self.quotes += 1,
            ("blockquote", true) => self.quotes = self.quotes.saturating_sub(1),
            ("pre", false) => self.preformatted += 1,
            ("pre", true) => self.preformatted = self.preformatted.saturating_sub(1),
            ("li", false) => self.line.push_str("- "),
            ("p" | "h1" | "h2" | "h3" | "h4" | "ul" | "ol" | "table", _) => self.blank = true,
            _ => {}
        }
    }

    /// A picture says its description; the address of a remote one is evidence too.
    fn image(&mut self, tag: &Tag<'_>) {
        if let Some(alt) = attribute(tag.attributes, "alt").filter(|alt| !alt.trim().is_empty()) {
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
        check("", "");
        check("<", "<");
        check("<p", "");
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
