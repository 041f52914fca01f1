//! The structure of a PDF within limits: its text page by page, and the signatures in it.

use std::cell::Cell;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use lopdf::{Dictionary, Document, Error, LoadOptions, Object, ObjectId};

use crate::domain::Time;
use crate::domain::approval::SignatureFault;
use crate::domain::signed_pdf::Pages;
use crate::pdf::SIZE_MAX;

/// Unpacked bytes of any one stream.
const STREAM_MAX: usize = 8 << 20;
/// Unpacked bytes of all object streams, and of all pages.
const TOTAL_MAX: usize = 32 << 20;
const OBJECTS_MAX: usize = 100_000;
const PAGES_MAX: usize = 500;
const SIGNATURES_MAX: usize = 64;

thread_local! {
    /// What object streams may still unpack; the filter of lopdf is a plain function.
    static UNPACKED: Cell<usize> = const { Cell::new(0) };
}

/// A signature as it stands in the document.
#[derive(Debug)]
pub(super) struct Found {
    /// Offset and length of the two ranges it covers.
    pub(super) ranges: [usize; 4],
    /// The CMS value with its padding.
    pub(super) contents: Vec<u8>,
    /// `adbe.pkcs7.detached` or `ETSI.CAdES.detached`.
    pub(super) is_known: bool,
    /// The time the document gives (/M).
    pub(super) signed_at: Option<Time>,
}

/// Reads the structure of a document.
pub(super) fn load(bytes: &[u8]) -> Result<Document, SignatureFault> {
    if bytes.len() > SIZE_MAX || !bytes.starts_with(b"%PDF-") {
        return Err(SignatureFault::Unreadable);
    }
    UNPACKED.set(TOTAL_MAX);
    let options =
        LoadOptions { filter: Some(within_limits), max_decompressed_size: Some(STREAM_MAX), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|_| SignatureFault::Unreadable)?;
    let encrypted = document.is_encrypted() || document.was_encrypted();
    if encrypted || document.objects.len() > OBJECTS_MAX || UNPACKED.get() == 0 {
        return Err(SignatureFault::Unreadable);
    }
    Ok(document)
}

/// Drops object streams once all of them together have unpacked too much: lopdf bounds each, and a
/// file may have thousands.
fn within_limits(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if let Ok(stream) = object.as_stream()
        && stream.dict.has_type(b"ObjStm")
    {
        let left = UNPACKED.get();
        let size = stream.decompressed_content_with_limit(STREAM_MAX.min(left)).map_or(left, |content| content.len());
        UNPACKED.set(left.saturating_sub(size));
        if UNPACKED.get() == 0 {
            return None;
        }
    }
    Some((id, object.clone()))
}

/// The words of the pages, of every text of the document and of its metadata.
pub(super) fn words(document: &Document) -> Result<String, SignatureFault> {
    let numbers: Vec<u32> = (1..).zip(document.page_iter().take(PAGES_MAX + 1)).map(|(number, _)| number).collect();
    if numbers.is_empty() || numbers.len() > PAGES_MAX {
        return Err(SignatureFault::Unreadable);
    }
    let mut words = String::new();
    for chunk in document.extract_text_chunks_with_limit(&numbers, STREAM_MAX) {
        match chunk {
            Ok(text) => words += &text,
            Err(Error::Decompress(_)) => return Err(SignatureFault::Unreadable),
            Err(_) => {}
        }
        if words.len() > TOTAL_MAX {
            return Err(SignatureFault::Unreadable);
        }
    }
    for object in document.objects.values() {
        if let Ok(dictionary) = object.as_dict() {
            texts(dictionary, &mut words);
        } else if let Ok(stream) = object.as_stream()
            && stream.dict.has_type(b"Metadata")
        {
            let content = stream.decompressed_content_with_limit(STREAM_MAX).unwrap_or_else(|_| stream.content.clone());
            words.push('\n');
            words += &String::from_utf8_lossy(&content);
        }
    }
    Ok(words)
}

/// The texts a dictionary holds: title and author, names of attached files, notes.
fn texts(dictionary: &Dictionary, words: &mut String) {
    for (_, value) in dictionary {
        if let Ok(text) = lopdf::decode_text_string(value) {
            words.push('\n');
            words.push_str(&text);
        }
    }
}

/// The text of each page. What a font hides is left out, on both sides of a comparison.
pub(super) fn pages(document: &Document) -> Result<Pages, SignatureFault> {
    let ids: Vec<_> = document.page_iter().take(PAGES_MAX + 1).collect();
    if ids.is_empty() || ids.len() > PAGES_MAX {
        return Err(SignatureFault::Unreadable);
    }
    let mut left = TOTAL_MAX;
    let mut pages = Vec::with_capacity(ids.len());
    for (number, id) in (1..).zip(ids) {
        let content = document.get_page_content_with_limit(id, left.min(STREAM_MAX));
        left -= content.map_err(|_| SignatureFault::Unreadable)?.len().min(left);
        let mut page = String::new();
        for chunk in document.extract_text_chunks_with_limit(&[number], STREAM_MAX) {
            match chunk {
                Ok(text) => page.extend(text.chars().filter(|c| !c.is_whitespace() && !c.is_control())),
                Err(Error::Decompress(_)) => return Err(SignatureFault::Unreadable),
                Err(_) => {}
            }
        }
        pages.push(page);
    }
    Ok(Pages(pages))
}

/// Every signature of a document, whether a field names it or not.
pub(super) fn signatures(document: &Document) -> Vec<Found> {
    let inside = |object: &Object| -> Option<Found> {
        let dictionary = object.as_dict().ok()?;
        let value = dictionary.get(b"V").and_then(Object::as_dict).unwrap_or(dictionary);
        signature(document, value)
    };
    document.objects.values().filter_map(inside).take(SIGNATURES_MAX).collect()
}

fn signature(document: &Document, dictionary: &Dictionary) -> Option<Found> {
    let get = |key: &[u8]| document.dereference(dictionary.get(key).ok()?).ok().map(|(_, object)| object);
    let numbers = get(b"ByteRange")?.as_array().ok()?;
    let numbers: Vec<usize> =
        numbers.iter().map(|number| usize::try_from(number.as_i64().ok()?).ok()).collect::<Option<_>>()?;
    let kind = get(b"SubFilter").and_then(|object| object.as_name().ok());
    Some(Found {
        ranges: numbers.try_into().ok()?,
        contents: get(b"Contents")?.as_str().ok()?.to_vec(),
        is_known: matches!(kind, Some(b"adbe.pkcs7.detached" | b"ETSI.CAdES.detached")),
        signed_at: get(b"M").and_then(|object| object.as_str().ok()).and_then(date),
    })
}

/// A date as PDF writes it: `D:20261124103000+07'00'`.
fn date(text: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("D:")?;
    let local = NaiveDateTime::parse_from_str(text.get(..14)?, "%Y%m%d%H%M%S").ok()?;
    let zone = text.get(14..)?.replace('\'', "");
    let seconds = match (zone.get(..1), zone.get(1..3), zone.get(3..5)) {
        (None | Some("Z"), _, _) => 0,
        (Some(sign), Some(hours), minutes) => {
            let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.unwrap_or("0").parse().ok()?);
            (hours * 3600 + minutes * 60) * if sign == "-" { -1 } else { 1 }
        }
        (Some(_), None, _) => return None,
    };
    let zone = FixedOffset::east_opt(seconds)?;
    let at: DateTime<FixedOffset> = local.and_local_timezone(zone).single()?;
    Some(at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_pdf() {
        let check = |text: &str, expected: Option<&str>| {
            let expected = expected.map(|at| at.parse::<Time>().expect("a time"));
            assert_eq!(date(text.as_bytes()), expected, "{text}");
        };
        check("D:20261124103000+07'00'", Some("2026-11-24T03:30:00Z"));
        check("D:20261124103000+07'00", Some("2026-11-24T03:30:00Z"));
        check("D:20261124033000Z", Some("2026-11-24T03:30:00Z"));
        check("D:20261124033000Z00'00'", Some("2026-11-24T03:30:00Z"));
        check("D:20261124033000", Some("2026-11-24T03:30:00Z"));
        check("D:20261123223000-05'00'", Some("2026-11-24T03:30:00Z"));
        for nothing in ["", "D:", "D:2026", "20261124033000Z", "D:20261324033000Z", "D:20261124033000+99'00'"] {
            check(nothing, None);
        }
    }
}
