//! HTML taken apart into tags and text: linear, and never at a loss.

/// Octets of one tag that are looked at.
const TAG_MAX: usize = 64 << 10;

pub(super) enum Token<'a> {
    Tag(Tag<'a>),
    Text(&'a str),
    Nothing,
}

pub(super) struct Tag<'a> {
    pub(super) name: String,
    pub(super) attributes: &'a str,
    pub(super) closing: bool,
    pub(super) empty: bool,
}

/// The token at the beginning of `rest`, which begins with `<`, and what stands behind it.
pub(super) fn token(rest: &str) -> (Token<'_>, &str) {
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
    // `<budi@warga.example>` is an address somebody wrote, not an element.
    if tag.name.contains('@') {
        return (Token::Text(&rest[..1]), &rest[1..]);
    }
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
    for (at, &byte) in bytes.iter().enumerate().take(TAG_MAX) {
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

impl Tag<'_> {
    /// The value of an attribute, as it is written.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let bytes = self.attributes.as_bytes();
        let mut from = 0;
        while let Some(found) = find_ignoring_case(&self.attributes[from..], name) {
            let at = from + found;
            from = at + name.len();
            let alone = at == 0 || bytes[at - 1].is_ascii_whitespace() || matches!(bytes[at - 1], b'"' | b'\'' | b'/');
            let value = self.attributes[from..].trim_start();
            let Some(value) = value.strip_prefix('=').filter(|_| alone) else { continue };
            let value = value.trim_start();
            return match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split(quote).next(),
                _ => value.split(|c: char| c.is_whitespace()).next(),
            };
        }
        None
    }

    /// Whether an attribute stands there, with a value or without.
    pub(super) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
            || self.attributes.split_whitespace().any(|word| word.trim_end_matches('/').eq_ignore_ascii_case(name))
    }
}
