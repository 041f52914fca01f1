//! Letters as mail programs write them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail to the desk.
#[derive(Debug, Clone)]
pub struct Letter {
    from: String,
    subject: String,
    text: String,
    message_id: Option<String>,
    headers: Vec<(String, String)>,
    files: Vec<(String, String, Vec<u8>)>,
}

impl Letter {
    /// A mail of somebody, e.g. `Budi <budi@warga.example>`.
    pub fn from(from: &str) -> Letter {
        Letter {
            from: from.to_owned(),
            subject: "Laporan".to_owned(),
            text: "Isi laporan.".to_owned(),
            message_id: None,
            headers: Vec::new(),
            files: Vec::new(),
        }
    }

    /// With a subject.
    pub fn subject(mut self, subject: &str) -> Letter {
        subject.clone_into(&mut self.subject);
        self
    }

    /// With a text.
    pub fn text(mut self, text: &str) -> Letter {
        text.clone_into(&mut self.text);
        self
    }

    /// With a Message-ID of its own.
    pub fn id(mut self, id: &str) -> Letter {
        self.message_id = Some(id.to_owned());
        self
    }

    /// In answer to a mail of ours.
    pub fn answers(self, message_id: &str) -> Letter {
        let id = format!("<{message_id}>");
        self.header("In-Reply-To", &id).header("References", &id)
    }

    /// With a further header.
    pub fn header(mut self, name: &str, value: &str) -> Letter {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a file.
    pub fn file(mut self, name: &str, content_type: &str, bytes: &[u8]) -> Letter {
        self.files.push((name.to_owned(), content_type.to_owned(), bytes.to_vec()));
        self
    }

    /// The message with CRLF line ends.
    pub fn raw(&self) -> Vec<u8> {
        let mut raw = format!("From: {}\nTo: csirt@ciamiskab.go.id\nSubject: {}\n", self.from, self.subject);
        let id = self.message_id.clone().unwrap_or_else(|| format!("{:x}@uji.example", fingerprint(self)));
        raw += &format!("Message-ID: <{id}>\nMIME-Version: 1.0\n");
        for (name, value) in &self.headers {
            raw += &format!("{name}: {value}\n");
        }
        if self.files.is_empty() {
            raw += &format!("Content-Type: text/plain; charset=utf-8\n\n{}\n", self.text);
        } else {
            raw += "Content-Type: multipart/mixed; boundary=batas\n\n";
            raw += &format!("--batas\nContent-Type: text/plain; charset=utf-8\n\n{}\n\n", self.text);
            for (name, content_type, bytes) in &self.files {
                raw += &format!("--batas\nContent-Type: {content_type}\nContent-Transfer-Encoding: base64\n");
                raw += &format!("Content-Disposition: attachment; filename=\"{name}\"\n\n{}\n\n", folded(bytes));
            }
            raw += "--batas--\n";
        }
        raw.replace('\n', "\r\n").into_bytes()
    }
}

fn folded(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    lines.join("\n")
}

/// Different letters have different ids, the same letter always the same.
fn fingerprint(letter: &Letter) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    format!("{letter:?}").hash(&mut hasher);
    hasher.finish()
}
