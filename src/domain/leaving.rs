//! Text that leaves the team: what stands below the commands, cut where somebody else's words begin
//! (decisions 5).
//!
//! An analyst's question must never carry the reporter's mail to an OPD, or ours back to the
//! reporter, because some mail program quotes in a way nobody has seen. So the cut is made at the
//! first doubt, and what is left of the mail that is answered is taken out line by line.

use std::collections::HashSet;

/// What leaves, and what was kept back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaving {
    /// The text.
    pub text: String,
    /// Lines that also stand in the mail that is answered.
    pub dropped: Vec<String>,
    /// The line at which it was cut, if it was.
    pub cut_at: Option<String>,
}

/// Cuts a text for whoever is outside. `below` is what stands below the commands; `newly_written` is
/// what the reading of the mail took for the sender's own words, commands and all; `answered` is the
/// text of the mail that is answered.
pub fn leaving(below: &str, newly_written: &str, answered: &str) -> Leaving {
    let foreign: HashSet<String> = answered.lines().map(bare).filter(|line| !line.is_empty()).collect();
    let own: HashSet<&str> = newly_written.lines().map(str::trim).collect();
    let mut leaving = Leaving::default();
    let mut kept: Vec<&str> = Vec::new();
    for line in below.lines().map(str::trim_end) {
        let words = line.trim();
        if begins_foreign(line) || !(words.is_empty() || own.contains(words)) {
            leaving.cut_at = Some(line.to_owned());
            break;
        }
        if foreign.contains(&bare(line)) {
            leaving.dropped.push(line.to_owned());
        } else {
            kept.push(line);
        }
    }
    leaving.text = kept.join("\n").trim().to_owned();
    leaving
}

/// A line without the marks of a quote, folded so that a rewrapped or recased copy is recognised.
fn bare(line: &str) -> String {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '|' | '│' | '*'));
    line.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether somebody else's words begin with this line: a quote mark, an attribution, a separator, the
/// head of a forwarded mail, or a signature.
fn begins_foreign(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let quoted = lower.starts_with(['>', '|', '│']);
    let signature = lower == "--";
    let ruled = lower.len() >= 5 && lower.chars().take(5).all(|c| matches!(c, '-' | '_' | '=' | '*'));
    let attributed = ["wrote:", "writes:", "menulis:", "menulis :", "a écrit :", "schrieb:"];
    let headed = ["from:", "dari:", "sent:", "dikirim:", "kepada:", "begin forwarded message"];
    quoted
        || signature
        || ruled
        || attributed.iter().any(|end| lower.ends_with(end))
        || headed.iter().any(|head| lower.trim_start_matches('*').starts_with(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = "Tiket CIAMIS-2026-0007 menunggu verifikasi.\nDari: Budi Warga <budi@warga.example>\n\n\
                         Isi laporan:\n│ Situs Dinas Kesehatan diretas, lihat halaman slot.";

    #[test]
    fn only_the_own_words_leave() {
        let check = |below: &str, text: &str| {
            let left = leaving(below, below, ASKED);
            assert_eq!(left.text, text, "{below:?}");
        };
        check("Di halaman mana?\nSejak kapan?", "Di halaman mana?\nSejak kapan?");
        check("Di halaman mana?\n\n> Situs Dinas Kesehatan diretas", "Di halaman mana?");
        check("Di mana?\n\nPada Sen, 23 Nov 2026 10:31 Ciamiskab-CSIRT menulis:\nTiket", "Di mana?");
        check("Di mana?\nOn Mon, 23 Nov 2026 the desk wrote:\nTicket", "Di mana?");
        check("Di mana?\n-----Pesan Asli-----\nDari: Ciamiskab-CSIRT", "Di mana?");
        check("Di mana?\n________________________________\nFrom: Ciamiskab-CSIRT", "Di mana?");
        check("Di mana?\n*Dari:* Ciamiskab-CSIRT\n*Dikirim:* Senin", "Di mana?");
        check("Di mana?\n-- \nAni, Ciamiskab-CSIRT", "Di mana?");
        check("│ Situs Dinas Kesehatan diretas", "");
        check("", "");
    }

    #[test]
    fn a_quote_without_any_mark_is_taken_out_line_by_line() {
        let below = "Di mana?\nSitus  dinas kesehatan diretas, lihat halaman slot.\nMohon dijawab hari ini.";
        let left = leaving(below, below, ASKED);
        assert_eq!(left.text, "Di mana?\nMohon dijawab hari ini.");
        assert_eq!(left.dropped, ["Situs  dinas kesehatan diretas, lihat halaman slot."]);
        assert_eq!(left.cut_at, None);
    }

    #[test]
    fn what_the_reader_took_for_a_quote_is_cut_as_well() {
        let below = "Di mana?\nLe lun. 23 nov. 2026 à 10:31, le bureau\na répondu\nTicket";
        let left = leaving(below, "#tanya\nDi mana?", ASKED);
        assert_eq!(left.text, "Di mana?");
        assert_eq!(left.cut_at.as_deref(), Some("Le lun. 23 nov. 2026 à 10:31, le bureau"));
    }
}
