//! Any text below plain headers, plain and as a page: what is newly written stands in the text, and
//! the commands are those at its head.

use siaga::domain::command::grammar::{below_commands, command_lines};
use siaga::mail::parse::parse;

use super::letters;

pub(crate) fn body(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    read(&text, "text/plain");
    read(&text, "text/html");
    let lines = command_lines(&text);
    assert!(lines.len() <= 5);
    for line in &lines {
        assert!((2..=16).contains(&line.word.len()) && line.arguments.chars().count() <= 500, "{line:?}");
        let written = if line.arguments.is_empty() {
            format!("#{}", line.word)
        } else {
            format!("#{} {}", line.word, line.arguments)
        };
        assert_eq!(command_lines(&written), std::slice::from_ref(line), "what was read is not what is written");
    }
    let below = below_commands(&text);
    assert!(text.ends_with(below));
    assert!(command_lines(below).is_empty() || lines.is_empty(), "a command below the commands: {below:?}");
}

fn read(text: &str, kind: &str) {
    let raw = format!(
        "From: budi@warga.example\nSubject: uji\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}"
    );
    let Ok(parsed) = parse(raw.as_bytes()) else { return };
    let mail = parsed.mail;
    assert!(mail.new_text.len() <= mail.text.len(), "more was newly written than stands there");
    let mut whole = mail.text.lines();
    for line in mail.new_text.lines().filter(|line| !line.trim().is_empty()) {
        let stands = whole.any(|other| letters(line).eq(letters(other)) || other.contains(line.trim()));
        assert!(stands, "{line:?} does not stand in {:?}", mail.text);
    }
}
