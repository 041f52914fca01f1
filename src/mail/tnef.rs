//! `winmail.dat`: what Outlook puts into TNEF (MS-OXTNEF) when it believes that Outlook reads it.
//!
//! Bounded by its input: every length is checked against what is there, nothing is unpacked but one
//! body, and a stream that breaks off gives what stood before.

use crate::mail::{charset, html, rtf};

/// What a TNEF stream holds.
#[derive(Debug, Default)]
pub(super) struct Tnef {
    /// The body.
    pub(super) text: String,
    /// Names and bytes of the files.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// Files of one stream.
const FILES_MAX: usize = 500;
/// Properties of one list.
const PROPERTIES_MAX: u32 = 2_000;
const SIGNATURE: u32 = 0x223E_9F78;

// The attributes that matter (MS-OXTNEF 2.1.3.1).
const BODY: u32 = 0x0002_800C;
const CODE_PAGE: u32 = 0x0006_9007;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const FILE_BEGINS: u32 = 0x0006_9002;
const FILE_TITLE: u32 = 0x0001_8010;
const FILE_DATA: u32 = 0x0006_800F;
const FILE_PROPERTIES: u32 = 0x0006_9005;

// The properties that matter (MS-OXPROPS).
const PLAIN_BODY: u16 = 0x1000;
const RTF_COMPRESSED: u16 = 0x1009;
const HTML_BODY: u16 = 0x1013;
const ATTACH_DATA: u16 = 0x3701;
const ATTACH_FILENAME: u16 = 0x3704;
const ATTACH_LONG_FILENAME: u16 = 0x3707;

/// Reads a stream; `None` if it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Tnef> {
    let mut cursor = Cursor(bytes);
    if cursor.u32()? != SIGNATURE {
        return None;
    }
    cursor.u16()?;
    let mut reading = Reading::default();
    while let Some((id, data)) = attribute(&mut cursor) {
        reading.attribute(id, data);
    }
    Some(reading.finish())
}

fn attribute<'a>(cursor: &mut Cursor<'a>) -> Option<(u32, &'a [u8])> {
    cursor.take(1)?;
    let id = cursor.u32()?;
    let length = cursor.u32()? as usize;
    // The last attribute of a stream that was cut off is as long as what is left of it.
    let data = cursor.take(length.min(cursor.0.len()))?;
    cursor.u16();
    Some((id, data))
}

#[derive(Default)]
struct Reading {
    code_page: Option<String>,
    plain: String,
    html: String,
    rtf: String,
    files: Vec<File>,
}

#[derive(Default)]
struct File {
    title: String,
    long_name: String,
    data: Vec<u8>,
}

impl Reading {
    fn attribute(&mut self, id: u32, data: &[u8]) {
        match id {
            CODE_PAGE => {
                self.code_page = Cursor(data).u32().map(|page| match page {
                    65001 => "utf-8".to_owned(),
                    page => format!("cp{page}"),
                });
            }
            BODY => self.plain = self.text(data),
            MESSAGE_PROPERTIES => {
                for property in properties(data) {
                    match property.id {
                        PLAIN_BODY => self.plain = self.property_text(&property),
                        HTML_BODY => {
                            let label = html::declared_charset(property.data);
                            let label = label.or_else(|| self.code_page.clone());
                            self.html = html::to_text(&charset::decode(property.data, label.as_deref()));
                        }
                        RTF_COMPRESSED => {
                            self.rtf = rtf::unpacked(property.data).map_or(String::new(), |rtf| rtf::to_text(&rtf))
                        }
                        _ => {}
                    }
                }
            }
            FILE_BEGINS if self.files.len() < FILES_MAX => self.files.push(File::default()),
            FILE_TITLE => {
                let title = self.text(data);
                if let Some(file) = self.files.last_mut() {
                    file.title = title;
                }
            }
            FILE_DATA => {
                if let Some(file) = self.files.last_mut() {
                    file.data = data.to_vec();
                }
            }
            FILE_PROPERTIES => self.file_properties(data),
            _ => {}
        }
    }

    fn file_properties(&mut self, data: &[u8]) {
        for property in properties(data) {
            let text = match property.id {
                ATTACH_LONG_FILENAME | ATTACH_FILENAME => self.property_text(&property),
                _ => String::new(),
            };
            let Some(file) = self.files.last_mut() else { return };
            match property.id {
                ATTACH_LONG_FILENAME => file.long_name = text,
                ATTACH_FILENAME if file.title.is_empty() => file.title = text,
                // An object begins with the 16 octets that name its interface.
                ATTACH_DATA if file.data.is_empty() => {
                    let skipped = if property.kind == 0x000D { 16 } else { 0 };
                    file.data = property.data.get(skipped..).unwrap_or_default().to_vec();
                }
                _ => {}
            }
        }
    }

    fn property_text(&self, property: &Property<'_>) -> String {
        match property.kind {
            0x001F => charset::decode(property.data, Some("utf-16le")).trim_end_matches('\0').to_owned(),
            _ => self.text(property.data),
        }
    }

    fn text(&self, data: &[u8]) -> String {
        let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
        charset::decode(&data[..end], self.code_page.as_deref())
    }

    fn finish(self) -> Tnef {
        let bodies = [self.plain, self.html, self.rtf];
        let text = bodies.into_iter().find(|body| !body.trim().is_empty()).unwrap_or_default();
        let named = |file: File| (if file.long_name.is_empty() { file.title } else { file.long_name }, file.data);
        let files = self.files.into_iter().map(named).filter(|(_, data)| !data.is_empty()).collect();
        Tnef { text: text.replace("\r\n", "\n").replace('\r', "\n"), files }
    }
}

struct Property<'a> {
    id: u16,
    kind: u16,
    data: &'a [u8],
}

/// The properties in a list, up to the first that cannot be read; of several values the last.
fn properties(data: &[u8]) -> Vec<Property<'_>> {
    let mut cursor = Cursor(data);
    let count = cursor.u32().unwrap_or(0).min(PROPERTIES_MAX);
    let mut found = Vec::new();
    for _ in 0..count {
        match property(&mut cursor) {
            Some(property) => found.push(property),
            None => break,
        }
    }
    found
}

fn property<'a>(cursor: &mut Cursor<'a>) -> Option<Property<'a>> {
    let (kind, id) = (cursor.u16()?, cursor.u16()?);
    if id >= 0x8000 {
        cursor.take(16)?;
        match cursor.u32()? {
            0 => cursor.take(4)?,
            _ => cursor.sized()?,
        };
    }
    let single = kind & 0x0FFF;
    let variable = matches!(single, 0x001E | 0x001F | 0x0102 | 0x000D);
    let count = if variable || kind & 0x1000 != 0 { cursor.u32()?.min(PROPERTIES_MAX) } else { 1 };
    let mut data: &[u8] = &[];
    for _ in 0..count {
        data = match single {
            _ if variable => cursor.sized()?,
            0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => cursor.take(4)?,
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => cursor.take(8)?,
            0x0048 => cursor.take(16)?,
            0x0000 | 0x0001 => &[],
            _ => return None,
        };
    }
    Some(Property { id, kind, data })
}

/// What has not been read.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A length, that many octets, and what fills them up to four.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()? as usize;
        let data = self.take(length)?;
        let fill = length.wrapping_neg() % 4;
        self.take(fill.min(self.0.len()))?;
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(id: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![1];
        bytes.extend(id.to_le_bytes());
        bytes.extend(u32::try_from(data.len()).expect("short").to_le_bytes());
        bytes.extend(data);
        bytes.extend([0, 0]);
        bytes
    }

    fn sized(kind: u16, id: u16, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(id.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(u32::try_from(data.len()).expect("short").to_le_bytes());
        bytes.extend(data);
        bytes.resize(bytes.len() + data.len().wrapping_neg() % 4, 0);
        bytes
    }

    fn stream(attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_le_bytes().to_vec();
        bytes.extend([1, 0]);
        bytes.extend(attributes.concat());
        bytes
    }

    #[test]
    fn bodies_and_files_come_out() {
        let name: Vec<u8> = "bukti layar.png\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let long = [1_u32.to_le_bytes().to_vec(), sized(0x001F, ATTACH_LONG_FILENAME, &name)].concat();
        let found = read(&stream(&[
            attribute(CODE_PAGE, &1252_u32.to_le_bytes()),
            attribute(BODY, b"Situs diretas, Andr\xe9\r\n\0"),
            attribute(FILE_BEGINS, &[0; 14]),
            attribute(FILE_TITLE, b"BUKTIL~1.PNG\0"),
            attribute(FILE_DATA, b"\x89PNG"),
            attribute(FILE_PROPERTIES, &long),
            attribute(FILE_BEGINS, &[0; 14]),
            attribute(FILE_TITLE, b"log.txt\0"),
            attribute(FILE_DATA, b"GET /"),
        ]))
        .expect("TNEF");
        assert_eq!(found.text, "Situs diretas, André\n");
        assert_eq!(
            found.files,
            [("bukti layar.png".into(), b"\x89PNG".to_vec()), ("log.txt".into(), b"GET /".to_vec())]
        );
    }

    #[test]
    fn the_body_may_be_a_property() {
        let list = [
            2_u32.to_le_bytes().to_vec(),
            [&0x0003_u16.to_le_bytes()[..], &0x0E08_u16.to_le_bytes(), &7_u32.to_le_bytes()].concat(),
            sized(0x0102, HTML_BODY, b"<p>Situs <b>diretas</b></p>"),
        ];
        let found = read(&stream(&[attribute(MESSAGE_PROPERTIES, &list.concat())])).expect("TNEF");
        assert_eq!(found.text, "Situs diretas");
    }

    #[test]
    fn torn_and_hostile_streams_end() {
        assert!(read(b"").is_none());
        assert!(read(b"bukan TNEF").is_none());
        let whole = stream(&[
            attribute(BODY, b"isi"),
            attribute(FILE_BEGINS, &[0; 14]),
            attribute(FILE_DATA, &[7; 100]),
            attribute(FILE_PROPERTIES, &u32::MAX.to_le_bytes()),
        ]);
        for length in 0..whole.len() {
            let _ = read(&whole[..length]);
        }
        let mut endless = stream(&[]);
        endless.extend([1, 0x0C, 0x80, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        endless.extend(b"isi");
        assert_eq!(read(&endless).expect("TNEF").text, "isi");
    }
}
