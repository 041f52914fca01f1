//! Floor 1: the words of office documents (DOCX, ODT) of the team's own people, for whoever looks for
//! personal data in them.
//!
//! **Invariant:** a stranger's file never comes here, yet every one is read as if it were
//! hostile: so many members, so many unpacked bytes, and nothing of it is ever carried out.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Members that are looked at.
const MEMBERS_MAX: usize = 2_000;
/// Unpacked bytes of all members together.
const TOTAL_MAX: u64 = 32 << 20;
/// Ends of elements that stand for the end of a line or a gap between words.
const BREAKS: &[&str] = &["/w:p", "w:br", "w:tab", "/text:p", "/text:h", "text:line-break", "text:tab", "/w:tc"];

/// Every word of a document and about it: text, notes, headers, title and author, names of the files in
/// it. `None` if it is none that can be read within the limits: an old .doc, an encrypted one.
pub fn read_words(bytes: &[u8]) -> Option<String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok().filter(|archive| archive.len() <= MEMBERS_MAX)?;
    let (mut words, mut left, mut texts) = (String::new(), TOTAL_MAX, 0);
    for place in 0..archive.len() {
        let member = archive.by_index(place).ok()?;
        let name = member.name().ok()?.into_owned();
        words += &name;
        words.push('\n');
        if ![".xml", ".rels"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending)) {
            continue;
        }
        let mut content = Vec::new();
        member.take(left + 1).read_to_end(&mut content).ok()?;
        left = left.checked_sub(content.len() as u64)?;
        texts += 1;
        append_text(&String::from_utf8_lossy(&content), &mut words);
    }
    (texts > 0).then_some(words)
}

/// The text between the elements, and what stands in their attributes.
fn append_text(xml: &str, words: &mut String) {
    let mut attributes = String::new();
    for piece in xml.split('<').skip(1) {
        let (element, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = element.split(|c: char| c.is_whitespace()).next().unwrap_or("").trim_end_matches('/');
        if BREAKS.contains(&name) {
            words.push('\n');
        }
        words.push_str(&unescaped(text));
        for value in element.split('"').skip(1).step_by(2).filter(|value| value.len() > 3) {
            attributes.push_str(&unescaped(value));
            attributes.push('\n');
        }
    }
    words.push('\n');
    words.push_str(&attributes);
}

fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#64;", "@"), ("&amp;", "&")];
    named.into_iter().fold(text.to_owned(), |text, (name, c)| text.replace(name, c))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn document(members: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).expect("a member");
            writer.write_all(content.as_bytes()).expect("its content");
        }
        writer.finish().expect("an archive").into_inner()
    }

    #[test]
    fn words_are_read_wherever_they_stand() {
        let words = read_words(&document(&[
            ("word/document.xml", "<w:p><w:r><w:t>Bu</w:t></w:r><w:r><w:t>di</w:t></w:r></w:p><w:p>NIK 3207</w:p>"),
            ("docProps/core.xml", "<dc:creator>Siti &amp; Budi</dc:creator>"),
            ("word/_rels/document.xml.rels", "<Relationship Target=\"mailto:budi@warga.example\"/>"),
            ("word/media/ktp_budi.png", "x"),
        ]));
        let words = words.expect("a document");
        for expected in ["Budi\nNIK 3207", "Siti & Budi", "mailto:budi@warga.example", "ktp_budi.png"] {
            assert!(words.contains(expected), "{expected}: {words}");
        }
    }

    #[test]
    fn what_is_no_document_has_no_words() {
        for bytes in [b"".as_slice(), b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"%PDF-1.7"] {
            assert_eq!(read_words(bytes), None);
        }
        assert_eq!(read_words(&document(&[("a.bin", "x")])), None);
        let bomb = "x".repeat(usize::try_from(TOTAL_MAX).expect("small") + 1);
        assert_eq!(read_words(&document(&[("word/document.xml", &bomb)])), None, "a bomb");
    }
}
