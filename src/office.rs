//! Floor 1: the words of office documents (DOCX, ODT) of the team's own people, for whoever looks for
//! personal data in them.
//!
//! **Invariant:** a stranger's file never comes here, yet every one is read as if it were
//! hostile: so many members, so many unpacked bytes, and nothing of it is ever carried out.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::domain::acting::Acting;

/// Members that are looked at.
const MEMBERS_MAX: usize = 2_000;
/// Unpacked bytes of all members together.
const TOTAL_MAX: u64 = 32 << 20;
/// Ends of elements that stand for the end of a line or a gap between words.
const BREAKS: &[&str] = &["/w:p", "w:br", "w:tab", "/text:p", "/text:h", "text:line-break", "text:tab", "/w:tc"];

/// Every word of a document and about it: text, notes, headers, title and author, names of the files in
/// it. `None` if it is none that can be read within the limits: an old .doc, an encrypted one.
pub fn read_words(bytes: &[u8]) -> Option<String> {
    let (mut words, mut texts) = (String::new(), 0);
    for Member { name, xml } in members(bytes)? {
        words += &name;
        words.push('\n');
        if let Some(xml) = xml {
            texts += 1;
            append_text(&xml, &mut words);
        }
    }
    (texts > 0).then_some(words)
}

/// What in a document acts by itself, in the order of [`Acting::ALL`]; nothing of one that cannot be
/// read, but for what an old .doc or an RTF shows at once.
pub fn acting(bytes: &[u8]) -> Vec<Acting> {
    let mut found = BTreeSet::new();
    match members(bytes) {
        Some(members) => members.iter().for_each(|member| found.extend(acting_in(member))),
        None => found.extend(acting_in_old(bytes)),
    }
    found.into_iter().collect()
}

/// A file in a document.
struct Member {
    name: String,
    /// Its text, if it is one.
    xml: Option<String>,
}

fn members(bytes: &[u8]) -> Option<Vec<Member>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok().filter(|archive| archive.len() <= MEMBERS_MAX)?;
    let (mut members, mut left) = (Vec::new(), TOTAL_MAX);
    for place in 0..archive.len() {
        let member = archive.by_index(place).ok()?;
        let name = member.name().ok()?.into_owned();
        let mut xml = None;
        if [".xml", ".rels"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending)) {
            let mut content = Vec::new();
            member.take(left + 1).read_to_end(&mut content).ok()?;
            left = left.checked_sub(content.len() as u64)?;
            // In UTF-16 every other octet of plain words is zero.
            content.retain(|octet| *octet != 0);
            xml = Some(String::from_utf8_lossy(&content).into_owned());
        }
        members.push(Member { name, xml });
    }
    Some(members)
}

/// What acts in one member (ECMA-376 part 1 and 2, ODF 1.3 part 2 and 3).
fn acting_in(member: &Member) -> Vec<Acting> {
    let mut found = Vec::new();
    let name = member.name.to_lowercase().replace('\\', "/");
    let begins = |folders: &[&str]| folders.iter().any(|folder| name.starts_with(folder));
    if name.contains("vba") || name.contains("activex") || begins(&["basic/", "scripts/"]) {
        found.push(Acting::Program);
    }
    // A chart keeps its figures in a workbook without macros.
    if name.contains("/embeddings/") && !name.ends_with('/') && !name.ends_with(".xlsx") {
        found.push(Acting::Embedded);
    }
    let Some(xml) = &member.xml else { return found };
    if xml.contains("<!DOCTYPE") || xml.contains("<!ENTITY") {
        found.push(Acting::Entities);
    }
    if xml.contains("<script:event-listener") || xml.contains("macroEnabled") {
        found.push(Acting::Program);
    }
    let mut fields = String::new();
    for element in xml.split('<').skip(1) {
        let (tag, text) = element.split_once('>').unwrap_or((element, ""));
        let is = |names: &[&str]| names.iter().any(|name| tag.split_whitespace().next() == Some(*name));
        let external = tag.contains("TargetMode=\"External\"") || tag.contains("TargetMode='External'");
        let pressed = tag.contains("/hyperlink\"") || tag.contains("/hyperlink'");
        let inside = ["xlink:href=\"./", "xlink:href=\"#", "xlink:href=\"Pictures/", "xlink:href=\"Object"];
        let drawn = is(&["draw:object", "draw:object-ole", "draw:image", "draw:plugin", "draw:floating-frame"])
            && tag.contains("xlink:href=")
            && !inside.iter().any(|inside| tag.contains(inside));
        if (is(&["Relationship"]) && external && !pressed) || drawn {
            found.push(Acting::Linked);
        }
        if is(&["draw:object-ole", "draw:plugin", "draw:applet"]) {
            found.push(Acting::Embedded);
        }
        if is(&["w:instrText"]) {
            fields.push_str(text);
        }
    }
    // A field that asks another program for its value; Word splits such words at will.
    if fields.to_uppercase().contains("DDE") {
        found.push(Acting::Launch);
    }
    found
}

/// What acts in a .doc or an RTF: macros and objects bear their names openly.
fn acting_in_old(bytes: &[u8]) -> Vec<Acting> {
    let wide = |word: &str| word.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let holds = |needle: &[u8]| memchr::memmem::find(bytes, needle).is_some();
    let mut found = Vec::new();
    if holds(&wide("_VBA_PROJECT")) || holds(&wide("Macros")) {
        found.push(Acting::Program);
    }
    if holds(b"\\objdata") || holds(b"\\objemb") || holds(b"\\objautlink") || holds(&wide("ObjectPool")) {
        found.push(Acting::Embedded);
    }
    found
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
    fn macros_entities_and_links_in_a_document_were_not_seen() {
        let check = |name: &str, content: &str, expected: &[Acting]| {
            let plain = ("word/document.xml", "<w:p><w:t>Laporan &amp; lampiran</w:t></w:p>");
            assert_eq!(acting(&document(&[plain, (name, content)])), expected, "{name}: {content}");
        };
        let link = |kind: &str, target: &str| {
            format!(
                "<Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" \
                 Target=\"{target}\" TargetMode=\"External\"/>"
            )
        };
        check("word/vbaProject.bin", "x", &[Acting::Program]);
        check("word/activeX/activeX1.bin", "x", &[Acting::Program]);
        check("Basic/Standard/Module1.xml", "x", &[Acting::Program]);
        check("word/embeddings/oleObject1.bin", "x", &[Acting::Embedded]);
        check("word/footnotes.xml", "<!DOCTYPE x [<!ENTITY a \"NIK 3207\">]><w:t>&a;</w:t>", &[Acting::Entities]);
        let wide: String = "<!DOCTYPE x>".chars().flat_map(|c| [c, '\0']).collect();
        check("word/footnotes.xml", &wide, &[Acting::Entities]);
        check("word/_rels/settings.xml.rels", &link("attachedTemplate", "https://x.example/a.dotm"), &[Acting::Linked]);
        check("word/_rels/document.xml.rels", &link("oleObject", "file://x.example/a"), &[Acting::Linked]);
        check("content.xml", "<draw:object xlink:href=\"https://x.example/a\"/>", &[Acting::Linked]);
        check("content.xml", "<script:event-listener script:event-name=\"dom:load\"/>", &[Acting::Program]);
        let split = "<w:instrText>DD</w:instrText><w:instrText>EAUTO cmd</w:instrText>";
        check("word/header1.xml", split, &[Acting::Launch]);
        // What an ordinary report holds.
        check("word/_rels/document.xml.rels", &link("hyperlink", "https://x.example/"), &[]);
        check("word/embeddings/Microsoft_Excel_Sheet.xlsx", "x", &[]);
        check(
            "content.xml",
            "<draw:image xlink:href=\"Pictures/1.png\"/><draw:object xlink:href=\"./Object 1\"/>",
            &[],
        );
        assert_eq!(acting(b"{\\rtf1 {\\object\\objemb{\\*\\objdata 0105}}}"), [Acting::Embedded]);
        assert_eq!(acting(b"{\\rtf1 Laporan}"), []);
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
