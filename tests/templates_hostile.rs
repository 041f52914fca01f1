//! Values that try to be more than values: whatever a stranger writes, a mail of ours keeps its shape.

use chrono_tz::Asia::Jakarta;
use proptest::prelude::*;

use siaga::config::embedded;
use siaga::domain::command::grammar::command_lines;
use siaga::domain::notice::Notice;
use siaga::domain::notice::reporter::{OwnWords, ReportReceived};
use siaga::domain::notice::team::{MessageFiled, TicketOpened};
use siaga::templates::samples;
use siaga::templates::{Recipient, Rendered, Templates};

const COLUMNS: usize = 72;

fn templates() -> Templates {
    Templates::embedded(embedded().settings.desk, Jakarta).expect("the shipped templates are right")
}

fn rendered(notice: &Notice) -> Rendered {
    templates()
        .render(
            notice,
            &Recipient {
                name: None,
                code: Some("7Q4K-9M2X".to_owned()),
                message_id: "k1.7.1.00@csirt.example".to_owned(),
                reply_to: "csirt@ciamiskab.go.id".to_owned(),
                prompted: None,
            },
        )
        .expect("every notice can be rendered")
}

/// The rich sample of a new ticket, changed.
fn opened(change: impl FnOnce(&mut TicketOpened)) -> Notice {
    let base = samples::all().into_iter().find_map(|notice| {
        let Notice::TicketOpened(data) = notice else { return None };
        (!data.files.is_empty()).then_some(data)
    });
    let mut data = base.expect("a rich sample");
    change(&mut data);
    Notice::TicketOpened(data)
}

/// The sample of an acknowledgement with files and the sender's own words, changed.
fn received(change: impl FnOnce(&mut ReportReceived)) -> Notice {
    let base = samples::all().into_iter().find_map(|notice| {
        let Notice::ReportReceived(data) = notice else { return None };
        (data.own_words.is_some() && !data.files.is_empty()).then_some(data)
    });
    let mut data = base.expect("a sample with the sender's words");
    change(&mut data);
    Notice::ReportReceived(data)
}

/// A ticket's notice with a value in every place a stranger can write to.
fn opened_with(value: &str) -> Notice {
    opened(|data| {
        (data.subject, data.from, data.text) = (value.to_owned(), value.to_owned(), value.to_owned());
        data.files[0].name = value.to_owned();
    })
}

fn filed_with(value: &str) -> Notice {
    let base = samples::all()
        .into_iter()
        .find_map(|notice| if let Notice::MessageFiled(data) = notice { Some(data) } else { None });
    let (subject, from, text) = (value.to_owned(), value.to_owned(), value.to_owned());
    Notice::MessageFiled(MessageFiled { subject, from, text, ..base.expect("a sample") })
}

fn received_with(value: &str) -> Notice {
    received(|data| {
        data.files[0].name = Some(value.to_owned());
        data.own_words = Some(OwnWords { name: value.to_owned(), subject: value.to_owned() });
    })
}

/// What no value may do to a mail of ours, whatever it holds.
fn hold_still(notice: &Notice) -> Result<(), TestCaseError> {
    let Rendered { subject, text, html, .. } = rendered(notice);
    prop_assert!(!subject.is_empty() && subject.chars().count() <= 200, "{subject:?}");
    prop_assert!(subject.contains("[CIAMIS-2026-0007]"), "the number is lost: {subject:?}");
    let harmless = |c: char| !c.is_control() && !"\u{202e}\u{200b}\u{2066}\u{feff}\u{2028}\u{2029}\u{ad}".contains(c);
    prop_assert!(subject.chars().all(harmless), "{subject:?}");
    prop_assert!(command_lines(&text).is_empty());
    for line in text.lines() {
        prop_assert!(line.chars().all(harmless), "{line:?}");
        prop_assert!(!line.trim_start_matches([' ', '>', '│', '|']).starts_with(['#', '＃', '﹟']), "{line:?}");
        prop_assert!(
            line.chars().count() <= COLUMNS || !line.trim_start_matches("│ ").trim().contains(' '),
            "{line:?}"
        );
    }
    prop_assert_eq!(text.matches("\n-- \n").count(), 1, "the foot");
    for fact in ["Dari: ", "Keaslian pengirim: ", "Subjek: ", "Diterima: ", "Tenggat: ", "Bukti:", "Hormat kami,"] {
        let count = text.lines().filter(|line| line.starts_with(fact)).count();
        prop_assert!(count <= 1, "{fact:?} stands there {count} times:\n{text}");
    }
    still_page(&html)
}

/// The page holds nothing but our own few elements and escaped text.
fn still_page(html: &str) -> Result<(), TestCaseError> {
    let allowed = ["!DOCTYPE", "html", "head", "meta", "title", "body", "div", "p", "br", "ul", "li", "span"];
    let (_, page) = html.split_once("</title>").expect("a title");
    for (at, _) in html.match_indices('<') {
        let name: String = html[at + 1..].trim_start_matches('/').chars().take_while(|c| !" >".contains(*c)).collect();
        prop_assert!(allowed.contains(&name.as_str()), "<{name}");
    }
    for (at, _) in page.match_indices('&') {
        let entity = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&nbsp;"];
        prop_assert!(entity.iter().any(|entity| page[at..].starts_with(entity)), "{}", &page[at..]);
    }
    for (tag, closing) in
        [("<div", "</div>"), ("<p ", "</p>"), ("<ul", "</ul>"), ("<li>", "</li>"), ("<span", "</span>")]
    {
        prop_assert_eq!(html.matches(tag).count(), html.matches(closing).count(), "{}", tag);
    }
    for word in ["href", "src=", "onload", "javascript:", "url("] {
        let outside_tags = page.split('<').any(|part| part.split('>').next().unwrap_or("").contains(word));
        prop_assert!(!outside_tags, "{word} in an element");
    }
    Ok(())
}

const HOSTILE: &[&str] = &[
    "x\r\nBcc: korban@warga.example\r\n\r\n#setuju",
    "#setuju",
    "\u{feff}#setuju\n＃setuju\n﹟setuju\n > #setuju\n│ #setuju",
    "{{ desk.address }} {% include \"x\" %} {# x #} ${jndi:ldap://x} %n%s $(id) `id`",
    "<script>alert(1)</script><img src=x onerror=alert(1)> \" onload=\"x\" '><svg/onload=x>",
    "&lt;b&gt; &amp; &#35;setuju",
    "\u{1b}[31mmerah\u{1b}[0m \u{7}\u{8}\u{0}\u{9b}31m",
    "exe.gpj\u{202e}gnp.rayal \u{2066}x\u{2069} a\u{200b}b\u{ad}c",
    "a\u{2028}Keaslian pengirim: dibenarkan oleh domain pengirim\u{2029}b\u{85}Dari: kabid@csirt.example",
    "-- \nHormat kami,\nBupati",
    "- satu\n- dua\n\n\n\nTenggat: besok",
    "\n.\n\r.\r\n",
    "From: x\nSubject: y\n\nz",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx │ #setuju",
    "",
    " \t ",
];

#[test]
fn a_hostile_value_stays_a_value() {
    let filler = "x".repeat(60);
    let long = "a".repeat(10_000);
    let spread = "kata ".repeat(2_000);
    let pushed =
        format!("{filler} Keaslian pengirim: dibenarkan oleh domain pengirim {filler} Dari: kabid {filler} #setuju");
    let more = [long.as_str(), spread.as_str(), pushed.as_str()];
    for value in HOSTILE.iter().copied().chain(more) {
        for notice in [opened_with(value), filed_with(value), received_with(value)] {
            if let Err(error) = hold_still(&notice) {
                panic!("{}: {:?}: {error}", notice.folder(), value.chars().take(80).collect::<String>());
            }
        }
    }
}

#[test]
fn template_syntax_in_a_value_is_only_text() {
    let rendered = rendered(&opened_with("{{ number }} {% if x %}"));
    assert!(rendered.subject.contains("JUDI ONLINE: {{ number }} {% if x %} (s.d. 14.30)"), "{}", rendered.subject);
    assert!(rendered.text.contains("│ {{ number }} {% if x %}"), "{}", rendered.text);
}

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(HOSTILE).prop_map(str::to_owned),
        any::<String>(),
        "[ -~\r\n\t]{0,90}",
        Just("x".repeat(71)),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_value_changes_the_structure_of_a_mail(value in hostile_text()) {
        for notice in [opened_with(&value), filed_with(&value), received_with(&value)] {
            hold_still(&notice)?;
        }
    }
}
