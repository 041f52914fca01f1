//! Attached files: names that are safe to show and store, kinds by content.

use crate::domain::incoming::Content;

/// Characters of a name that are kept.
const NAME_MAX: usize = 120;

/// A name that is one path component on any file system and one line on any terminal.
pub(super) fn safe_name(name: &str, position: usize) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or("");
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\u{2028}' | '\u{2029}') { '_' } else { c })
        .collect();
    let kept = kept.trim().trim_end_matches('.').trim_start_matches("..").trim();
    let stem = kept.split('.').next().unwrap_or("").to_ascii_uppercase();
    // Device names open a device on Windows, whatever their extension.
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")));
    match kept {
        "" | "." | ".." => format!("lampiran-{}", position + 1),
        _ if device => shortened(&format!("_{kept}")),
        _ => shortened(kept),
    }
}

/// At most [`NAME_MAX`] characters, with a short extension kept.
fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_MAX {
        return name.to_owned();
    }
    let extension =
        name.rsplit_once('.').map(|(_, extension)| extension).filter(|extension| extension.chars().count() <= 10);
    match extension {
        Some(extension) => {
            let stem: String = name.chars().take(NAME_MAX - extension.chars().count() - 1).collect();
            format!("{stem}.{extension}")
        }
        None => name.chars().take(NAME_MAX).collect(),
    }
}

/// What a file is by its first bytes.
pub(super) fn content_of(bytes: &[u8]) -> Content {
    const MAGIC: &[(&[u8], Content)] = &[
        (b"\x89PNG\r\n\x1a\n", Content::Image),
        (b"\xff\xd8\xff", Content::Image),
        (b"GIF8", Content::Image),
        (b"BM", Content::Image),
        (b"II*\0", Content::Image),
        (b"MM\0*", Content::Image),
        (b"%PDF-", Content::Pdf),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content::Office),
        (b"{\\rtf", Content::Office),
        (b"Rar!\x1a\x07", Content::Archive),
        (b"7z\xbc\xaf\x27\x1c", Content::Archive),
        (b"\x1f\x8b", Content::Archive),
        (b"BZh", Content::Archive),
        (b"\xfd7zXZ\0", Content::Archive),
        (b"MZ", Content::Program),
        (b"\x7fELF", Content::Program),
        (b"\xca\xfe\xba\xbe", Content::Program),
        (b"OggS", Content::Media),
        (b"ID3", Content::Media),
        (b"fLaC", Content::Media),
        (b"\x1a\x45\xdf\xa3", Content::Media),
    ];
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..offset + magic.len()) == Some(magic);
    if at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06") {
        let head = &bytes[..bytes.len().min(4096)];
        let names = |needle: &[u8]| head.windows(needle.len()).any(|window| window == needle);
        let office = names(b"[Content_Types].xml")
            || names(b"mimetypeapplication/vnd.oasis")
            || names(b"word/")
            || names(b"xl/");
        return if office { Content::Office } else { Content::Archive };
    }
    if at(0, b"RIFF") {
        return if at(8, b"WEBP") { Content::Image } else { Content::Media };
    }
    if at(4, b"ftyp") {
        return if at(8, b"heic") || at(8, b"avif") || at(8, b"mif1") { Content::Image } else { Content::Media };
    }
    if at(257, b"ustar") {
        return Content::Archive;
    }
    if let Some((_, content)) = MAGIC.iter().find(|(magic, _)| at(0, magic)) {
        return *content;
    }
    let head = &bytes[..bytes.len().min(4096)];
    let printable = !head.is_empty()
        && head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c | 0x1b));
    if printable { Content::Text } else { Content::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_could_act() {
        let check = |name: &str, expected: &str| assert_eq!(safe_name(name, 0), expected, "{name:?}");
        check("layar.png", "layar.png");
        check("../../etc/cron.d/x", "x");
        check("C:\\Users\\budi\\bukti.pdf", "bukti.pdf");
        check("/", "lampiran-1");
        check("", "lampiran-1");
        check("..", "lampiran-1");
        check("CON", "_CON");
        check("nul.txt", "_nul.txt");
        check("a.html\"><script>", "a.html___script_");
        check("foto\u{202E}gpj.exe", "fotogpj.exe");
        check("dua\r\nbaris.txt", "duabaris.txt");
        check(" bukti akhir. ", "bukti akhir");
        assert_eq!(safe_name(&format!("{}.png", "x".repeat(500)), 0).chars().count(), 120);
        assert!(safe_name(&format!("{}.png", "x".repeat(500)), 0).ends_with(".png"));
        assert_eq!(safe_name(&format!("a.{}", "x".repeat(5000)), 0).chars().count(), 120);
    }

    #[test]
    fn kinds_by_content_and_never_by_name() {
        let check = |bytes: &[u8], expected: Content| assert_eq!(content_of(bytes), expected, "{bytes:?}");
        check(b"\x89PNG\r\n\x1a\nrest", Content::Image);
        check(b"%PDF-1.7", Content::Pdf);
        check(b"MZ\x90", Content::Program);
        check(b"PK\x03\x04rest", Content::Archive);
        check(b"PK\x03\x04....[Content_Types].xml", Content::Office);
        check(b"RIFF....WEBP", Content::Image);
        check(b"GET / HTTP/1.1\n", Content::Text);
        check(b"\0\x01\x02", Content::Other);
        check(b"", Content::Other);
    }
}
