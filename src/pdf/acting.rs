//! What in a PDF acts by itself (ISO 32000-2 sections 12.6 and 13), wherever it stands: every object
//! is looked at, also those no page leads to, since a viewer may find another way than we do.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object};

use crate::domain::acting::Acting;

/// Objects inside each other that are looked at; the parser itself goes no deeper.
const DEPTH_MAX: usize = 200;

/// What acts in a document.
pub(super) fn found(document: &Document) -> BTreeSet<Acting> {
    let mut found = BTreeSet::new();
    for object in document.objects.values() {
        look(document, object, DEPTH_MAX, &mut found);
    }
    found
}

fn look(document: &Document, object: &Object, depth: usize, found: &mut BTreeSet<Acting>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Object::Array(inner) = object {
        inner.iter().for_each(|inner| look(document, inner, depth, found));
    }
    let dictionary = match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        Object::Null
        | Object::Boolean(_)
        | Object::Integer(_)
        | Object::Real(_)
        | Object::Name(_)
        | Object::String(..)
        | Object::Array(_)
        | Object::Reference(_) => None,
    };
    if let Some(dictionary) = dictionary {
        found.extend(of(document, dictionary));
        dictionary.iter().for_each(|(_, inner)| look(document, inner, depth, found));
    }
}

/// What a single dictionary is or names.
fn of(document: &Document, dictionary: &Dictionary) -> Vec<Acting> {
    let name = |key: &[u8]| resolved(document, dictionary.get(key).ok()?).as_name().ok();
    let mut found = Vec::new();
    if dictionary.has(b"JS") || dictionary.has(b"JavaScript") || dictionary.has(b"XFA") {
        found.push(Acting::Program);
    }
    if dictionary.has(b"EmbeddedFiles") || dictionary.has(b"EF") || name(b"Type") == Some(b"EmbeddedFile") {
        found.push(Acting::Embedded);
    }
    if dictionary.has(b"RichMediaContent") {
        found.push(Acting::Media);
    }
    found.extend(name(b"S").and_then(action));
    found.extend(name(b"Subtype").and_then(annotation));
    let opening = dictionary.get(b"OpenAction").ok();
    let events = dictionary.get(b"AA").ok().and_then(|events| resolved(document, events).as_dict().ok());
    let begun = opening.into_iter().chain(events.into_iter().flatten().map(|(_, action)| action));
    if begun.into_iter().any(|begun| !only_turns(document, begun)) {
        found.push(Acting::OnOpening);
    }
    found
}

/// What a kind of action does. Going to a page or to an address a reader presses is none.
fn action(name: &[u8]) -> Option<Acting> {
    Some(match name {
        b"JavaScript" => Acting::Program,
        b"Launch" => Acting::Launch,
        b"SubmitForm" | b"ImportData" | b"GoToR" | b"GoToE" => Acting::Transfer,
        b"Rendition" | b"Movie" | b"Sound" | b"GoTo3DView" | b"RichMediaExecute" => Acting::Media,
        _ => return None,
    })
}

fn annotation(name: &[u8]) -> Option<Acting> {
    Some(match name {
        b"FileAttachment" => Acting::Embedded,
        b"RichMedia" | b"Screen" | b"Movie" | b"Sound" | b"3D" => Acting::Media,
        _ => return None,
    })
}

/// Whether what is begun only turns to a page: a destination, or an action that goes to one.
fn only_turns(document: &Document, begun: &Object) -> bool {
    match resolved(document, begun) {
        Object::Dictionary(action) => {
            let kind = action.get(b"S").ok().and_then(|kind| resolved(document, kind).as_name().ok());
            kind == Some(b"GoTo") && !action.has(b"Next")
        }
        Object::Array(_) | Object::Name(_) | Object::String(..) | Object::Null => true,
        Object::Boolean(_) | Object::Integer(_) | Object::Real(_) | Object::Stream(_) | Object::Reference(_) => false,
    }
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).map_or(object, |(_, object)| object)
}

#[cfg(test)]
mod tests {
    use lopdf::{SaveOptions, dictionary};

    use super::*;
    use crate::pdf::read_acting;

    /// A document of one page, whose catalog has those entries.
    fn with(entries: Dictionary) -> Document {
        let mut document = Document::with_version("1.7");
        let pages = document.new_object_id();
        let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => pages });
        let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
        document.objects.insert(pages, Object::Dictionary(tree));
        let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
        catalog.extend(&entries);
        let catalog = document.add_object(catalog);
        document.trailer.set("Root", catalog);
        document
    }

    fn name(name: &str) -> Object {
        Object::Name(name.as_bytes().to_vec())
    }

    fn script() -> Dictionary {
        dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") }
    }

    #[test]
    fn what_acts_in_a_pdf_was_not_seen() {
        let check = |entries: Dictionary, expected: &[Acting]| {
            let shown = format!("{entries:?}");
            let mut plain = Vec::new();
            with(entries.clone()).save_to(&mut plain).expect("a document");
            let found = read_acting(plain).expect("a PDF");
            assert_eq!(found, expected, "{shown}");
            // The same, packed away in an object stream.
            let mut document = with(dictionary! {});
            document.add_object(entries);
            let mut packed = Vec::new();
            let options = SaveOptions::builder().use_object_streams(true).use_xref_streams(true).build();
            document.save_with_options(&mut packed, options).expect("a document");
            assert!(packed.windows(7).any(|window| window == b"/ObjStm"), "it is packed");
            assert_eq!(read_acting(packed).expect("a PDF"), expected, "packed: {shown}");
        };
        check(dictionary! { "OpenAction" => script() }, &[Acting::Program, Acting::OnOpening]);
        let launch = dictionary! { "S" => "Launch", "F" => Object::string_literal("cmd.exe") };
        check(dictionary! { "AA" => dictionary! { "WC" => launch } }, &[Acting::Launch, Acting::OnOpening]);
        let address = dictionary! { "S" => "URI", "URI" => Object::string_literal("https://x.example/") };
        check(dictionary! { "OpenAction" => address.clone() }, &[Acting::OnOpening]);
        let script_after = dictionary! { "S" => "GoTo", "Next" => script() };
        check(dictionary! { "OpenAction" => script_after }, &[Acting::Program, Acting::OnOpening]);
        let files = dictionary! { "Names" => vec![Object::string_literal("a.exe"), Object::Null] };
        check(dictionary! { "Names" => dictionary! { "EmbeddedFiles" => files } }, &[Acting::Embedded]);
        check(dictionary! { "X" => vec![dictionary! { "Subtype" => "RichMedia" }.into()] }, &[Acting::Media]);
        check(dictionary! { "X" => dictionary! { "S" => "SubmitForm" } }, &[Acting::Transfer]);
        check(dictionary! { "AcroForm" => dictionary! { "XFA" => Object::Null } }, &[Acting::Program]);
        // What office programs and signing services write, and links a reader may press.
        check(dictionary! { "OpenAction" => vec![Object::Null, name("XYZ"), 0.into(), 0.into(), 0.into()] }, &[]);
        check(dictionary! { "OpenAction" => dictionary! { "S" => "GoTo", "D" => vec![name("Fit")] } }, &[]);
        check(dictionary! { "X" => dictionary! { "Subtype" => "Link", "A" => address } }, &[]);
        let signature = dictionary! { "Type" => "Sig", "SubFilter" => "ETSI.CAdES.detached" };
        let field = dictionary! { "FT" => "Sig", "Subtype" => "Widget", "V" => signature };
        check(dictionary! { "AcroForm" => dictionary! { "SigFlags" => 3, "Fields" => vec![field.into()] } }, &[]);
    }
}
