//! The one table of commands: words, who may use them on which evidence, what they take and do
//! (decisions 6).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::role::Role;

/// A command's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table below says what each of them does")]
pub enum Word {
    Take,
    Verify,
    Reject,
    Ask,
    Duplicate,
    Refer,
    Spam,
    Kind,
    Severity,
    Owner,
    Tlp,
    Language,
    Note,
    Reply,
    Assign,
    Evidence,
    Admit,
    Submit,
    Pass,
    Fail,
    Urgent,
    PersonalData,
    Bssn,
    Reopen,
    Close,
    Merge,
    Split,
    NewTicket,
    Approve,
    Revise,
    Forward,
    Escalate,
    Dispose,
    Isolate,
    Delegate,
    Extend,
    Undo,
    Acknowledge,
    Fixed,
    Assist,
    NotOurs,
    Offline,
    Status,
    List,
    Recap,
    Help,
    Rehearse,
}

/// What somebody must prove before a command counts (trust-and-safety 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Class {
    /// Being a party of the ticket.
    C0,
    /// Role, domain and capability: looks and keeps order.
    C1,
    /// The same: has an effect, which can be undone for a while.
    C2,
    /// A one-time code or a signature besides: speaks for the office.
    C3,
}

/// What may stand behind a word on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Nothing.
    Nothing,
    /// A text, on the line or below the commands; `true` if there must be one.
    Text(bool),
    /// Arguments of its own, shown in the example.
    Arguments,
    /// Arguments of its own, and a text below the commands.
    ArgumentsAndText,
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The word.
    pub word: Word,
    /// What people type, lower-case, without the hash.
    pub typed: &'static str,
    /// What they may type instead: English, and usual slips that mean nothing else.
    pub aliases: &'static [&'static str],
    /// Who may, and what he must prove.
    pub may: &'static [(Role, Class)],
    /// What it takes.
    pub form: Form,
    /// An example, without the hash.
    pub example: &'static str,
    /// What it does, in the words of the help mail.
    pub help: &'static str,
}

use Class::{C0, C1, C2, C3};
use Form::{Arguments, ArgumentsAndText, Nothing, Text};
use Role::{Analyst, Kabid, Opd, Reporter};
use Word as W;

const TEAM_C1: &[(Role, Class)] = &[(Analyst, C1), (Kabid, C1)];
const TEAM_C2: &[(Role, Class)] = &[(Analyst, C2), (Kabid, C2)];
const TEAM_C3: &[(Role, Class)] = &[(Analyst, C3), (Kabid, C3)];
const KABID_C2: &[(Role, Class)] = &[(Kabid, C2)];
const KABID_C3: &[(Role, Class)] = &[(Kabid, C3)];
const OPD_C1: &[(Role, Class)] = &[(Opd, C1)];
const OPD_C2: &[(Role, Class)] = &[(Opd, C2)];
/// An analyst speaks for an OPD that answered by telephone; he must say why.
const OPD_C1_OR_FOR_IT: &[(Role, Class)] = &[(Opd, C1), (Analyst, C2), (Kabid, C2)];
const OPD_C2_OR_FOR_IT: &[(Role, Class)] = &[(Opd, C2), (Analyst, C2), (Kabid, C2)];
const OPD_AND_KABID_C2: &[(Role, Class)] = &[(Opd, C2), (Kabid, C2)];
const TEAM_AND_OPD_C1: &[(Role, Class)] = &[(Analyst, C1), (Kabid, C1), (Opd, C1)];
const EVERYBODY: &[(Role, Class)] = &[(Reporter, C0), (Analyst, C1), (Kabid, C1), (Opd, C1)];

const fn row(
    word: Word,
    typed: &'static str,
    aliases: &'static [&'static str],
    may: &'static [(Role, Class)],
    form: Form,
    example: &'static str,
    help: &'static str,
) -> Row {
    Row { word, typed, aliases, may, form, example, help }
}

#[rustfmt::skip]
static TABLE: &[Row] = &[
    // SOP 3
    row(W::Take,         "ambil",     &["take"],                TEAM_C1,          Nothing,            "ambil",                       "mengambil tiket, atau melanjutkannya tanpa menunggu pelapor"),
    row(W::Verify,       "valid",     &["accept"],              TEAM_C2,          Arguments,          "valid judol tinggi dinkes",   "menyatakan laporan valid; jenis, tingkat dan pemilik boleh dalam urutan apa pun"),
    row(W::Reject,       "tolak",     &["reject", "deny"],      TEAM_C2,          Text(true),         "tolak temuan tidak dapat diulang", "menolak laporan atau permintaan yang diajukan; alasannya disampaikan"),
    row(W::Ask,          "tanya",     &["ask"],                 TEAM_C2,          Text(true),         "tanya di halaman mana?",      "bertanya kepada pelapor; tenggat berhenti sampai ia menjawab"),
    row(W::Duplicate,    "duplikat",  &["dup", "duplicate"],    TEAM_C2,          Arguments,          "duplikat 0087",               "menutup laporan sebagai duplikat tiket lain"),
    row(W::Refer,        "rujuk",     &["refer"],               TEAM_C2,          Text(true),         "rujuk Polri, patrolisiber.id", "merujuk pelapor kepada instansi yang berwenang"),
    row(W::Spam,         "spam",      &[],                      TEAM_C2,          Nothing,            "spam",                        "menutup tanpa balasan"),
    row(W::Kind,         "jenis",     &["type"],                TEAM_C1,          Arguments,          "jenis deface",                "menetapkan jenis insiden"),
    row(W::Severity,     "tingkat",   &["sev", "severity"],     TEAM_C1,          Arguments,          "tingkat kritis",              "menetapkan tingkat; tenggat yang berjalan dihitung ulang"),
    row(W::Owner,        "pemilik",   &["owner"],               TEAM_C1,          Arguments,          "pemilik dinkes",              "menetapkan OPD pemilik sistem"),
    row(W::Tlp,          "tlp",       &[],                      TEAM_C1,          Arguments,          "tlp amber",                   "menetapkan kode distribusi"),
    row(W::Language,     "bahasa",    &["language"],            TEAM_C1,          Arguments,          "bahasa en",                   "memilih bahasa surel kepada pelapor"),
    row(W::Note,         "catat",     &["catatan", "note"],     TEAM_C1,          Text(true),         "catat sudah ditelepon",       "menambahkan catatan untuk tim"),
    row(W::Reply,        "balas",     &["reply"],               TEAM_C2,          Text(true),         "balas terima kasih, sudah kami terima", "menulis kepada pelapor atas nama tim; siap pakai: balas imbalan, balas perkembangan"),
    row(W::Assign,       "serah",     &["assign"],              TEAM_C1,          ArgumentsAndText,   "serah dedi",                  "menyerahkan tiket kepada analis lain"),
    row(W::Evidence,     "bukti",     &["evidence"],            TEAM_C1,          Nothing,            "bukti",                       "meminta berkas bukti dalam ZIP berkata sandi"),
    row(W::Admit,        "izinkan",   &["admit", "allow"],      TEAM_C2,          Arguments,          "izinkan",                     "menerima pengirim lain sebagai pihak tiket; bila lebih dari satu, sebutkan alamatnya"),
    // SOP 4
    row(W::Submit,       "ajukan",    &["laporan", "submit"],   TEAM_C2,          Text(false),        "ajukan",                      "mengajukan Laporan Hasil Analisis kepada Kabid: berkas terlampir dengan paragraf Ringkasan dan Rekomendasi, atau seluruhnya sebagai paragraf berjudul"),
    row(W::Urgent,       "darurat",   &["urgent"],              TEAM_C2,          Text(true),         "darurat serangan masih berjalan", "menandai DARURAT: tenggat memakai waktu kalender; Kabid dan OPD diberi tahu"),
    row(W::PersonalData, "pdp",       &["breach"],              TEAM_C2,          Arguments,          "pdp ya",                      "data pribadi terungkap: ya, tidak, atau selesai bila sudah diberitahukan"),
    row(W::Bssn,         "laporbssn", &["bssn"],                TEAM_C2,          Text(false),        "laporbssn",                   "menyusun laporan untuk BSSN; dikirim setelah disetujui Kabid"),
    // SOP 5
    row(W::Approve,      "setuju",    &["approve", "acc", "ok", "setujui"], KABID_C3, Arguments,      "setuju KODE",                 "menyetujui yang ditanyakan; setuju KODE tahan menyetujui laporan tanpa meneruskannya"),
    row(W::Revise,       "perbaiki",  &["revise", "revisi", "review"], KABID_C2,  Text(true),         "perbaiki lengkapi kronologi", "mengembalikan laporan kepada analis dengan catatan"),
    row(W::Dispose,      "disposisi", &["disposition"],         KABID_C2,         ArgumentsAndText,   "disposisi dedi mohon didahulukan", "menugaskan tiket kepada seorang analis"),
    row(W::Delegate,     "delegasi",  &["delegate"],            KABID_C3,         Arguments,          "delegasi plh s.d. 30/11",     "menunjuk Plh. yang terdaftar sampai tanggal itu"),
    // SOP 6
    row(W::Forward,      "teruskan",  &["forward"],             KABID_C3,         Arguments,          "teruskan KODE",               "meneruskan laporan yang disetujui kepada OPD; tanpa kode, kodenya kami kirim"),
    row(W::Escalate,     "eskalasi",  &["escalate"],            KABID_C3,         ArgumentsAndText,   "eskalasi KODE",               "menaikkan tiket yang tidak ditindaklanjuti ke pimpinan berikutnya; tanpa kode, kodenya kami kirim"),
    row(W::Isolate,      "isolasi",   &["isolate"],             KABID_C3,         ArgumentsAndText,   "isolasi KODE",                "memerintahkan pemutusan sementara sistem; dicatat dan disampaikan; tanpa kode, kodenya kami kirim"),
    row(W::Extend,       "perpanjang", &["extend"],             OPD_AND_KABID_C2, Arguments,          "perpanjang 05/12 menunggu pengadaan", "meminta, atau sebagai Kabid memberi, waktu sampai tanggal itu"),
    row(W::Acknowledge,  "terima",    &["ack"],                 OPD_C1_OR_FOR_IT, Text(false),        "terima Rina",                 "menyatakan laporan diterima, dengan nama petugas"),
    row(W::Fixed,        "selesai",   &["fixed"],               OPD_C2_OR_FOR_IT, Text(true),         "selesai berkas dihapus, CMS diperbarui", "menyatakan perbaikan selesai; kami akan memeriksanya"),
    row(W::Assist,       "bantu",     &["help-needed"],         OPD_C1,           Text(true),         "bantu pulihkan dari cadangan", "meminta pendampingan tim"),
    row(W::NotOurs,      "bukan",     &["notours"],             OPD_C2,           Text(true),         "bukan sistem ini dikelola kecamatan", "menyatakan sistem itu bukan kelolaan Bapak/Ibu"),
    row(W::Offline,      "nonaktif",  &["offline"],             OPD_C2,           Text(false),        "nonaktif",                    "menyatakan sistem dimatikan"),
    row(W::Pass,         "lulus",     &["pass"],                TEAM_C2,          Text(false),        "lulus",                       "perbaikan terbukti: tiket ditutup, pelapor dan OPD dikabari"),
    row(W::Fail,         "gagal",     &["fail"],                TEAM_C2,          Text(true),         "gagal halaman masih ada",     "perbaikan belum tuntas: dikembalikan kepada OPD"),
    // Beside the line
    row(W::Reopen,       "buka",      &["reopen"],              TEAM_C2,          Text(true),         "buka muncul kembali",         "membuka kembali tiket yang ditutup"),
    row(W::Close,        "tutup",     &["close"],               TEAM_C2,          Text(true),         "tutup tidak ada jawaban",     "menutup tiket dengan alasan; setelah di OPD, Kabid yang memutuskan"),
    row(W::Merge,        "gabung",    &["merge"],               TEAM_C2,          Arguments,          "gabung 0087",                 "menggabungkan tiket ini ke tiket lain"),
    row(W::Split,        "pisah",     &["split"],               TEAM_C2,          Arguments,          "pisah disdukcapil",           "membuka tiket anak untuk OPD lain; tanpa OPD: memisahkan surel atau tiket yang salah digabung"),
    row(W::NewTicket,    "tiketbaru", &["new"],                 TEAM_C3,          Text(true),         "tiketbaru laporan lewat telepon", "membuka tiket untuk laporan yang tidak datang lewat surel"),
    row(W::Undo,         "batal",     &["undo"],                TEAM_C1,          Nothing,            "batal",                       "membatalkan perintah terakhir selama surelnya belum terkirim"),
    row(W::Status,       "status",    &[],                      EVERYBODY,        Arguments,          "status",                      "menanyakan keadaan tiket"),
    row(W::List,         "daftar",    &["list"],                TEAM_C1,          Nothing,            "daftar",                      "meminta daftar tiket yang terbuka"),
    row(W::Recap,        "rekap",     &["report", "recap"],     TEAM_C1,          Arguments,          "rekap 11/2026",               "meminta rekapitulasi satu bulan"),
    row(W::Help,         "bantuan",   &["help"],                TEAM_AND_OPD_C1,  Nothing,            "bantuan",                     "meminta daftar perintah"),
    row(W::Rehearse,     "uji",       &["rehearse"],            TEAM_C1,          Nothing,            "uji",                         "sebagai baris pertama: baris berikutnya hanya dicoba, tanpa akibat"),
];

/// Words people write that could mean a command but say too little to act on; each with the one it
/// probably means (domain 5.5).
const VAGUE: &[(&str, Word)] = &[
    ("udah", Word::Fixed),
    ("sudah", Word::Fixed),
    ("beres", Word::Fixed),
    ("ya", Word::Approve),
    ("iya", Word::Approve),
];

/// How alike two words must be for one to be taken as a slip of the other.
const ALIKE: f64 = 0.84;

/// What a word somebody typed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A command.
    Command(Word),
    /// No command; this one is nearest.
    Near(Word),
    /// Nothing like a command.
    Nothing,
}

/// What a typed word is: whole words only, in any case, never a beginning.
pub fn find(typed: &str) -> Found {
    let typed = typed.to_ascii_lowercase();
    if let Some(row) = TABLE.iter().find(|row| row.typed == typed || row.aliases.contains(&typed.as_str())) {
        return Found::Command(row.word);
    }
    if let Some((_, word)) = VAGUE.iter().find(|(vague, _)| *vague == typed) {
        return Found::Near(*word);
    }
    let spellings = TABLE.iter().flat_map(|row| {
        std::iter::once(row.typed).chain(row.aliases.iter().copied()).map(move |spelling| (row.word, spelling))
    });
    let alike = spellings.map(|(word, spelling)| (word, strsim::jaro_winkler(&typed, spelling)));
    match alike.max_by(|(_, one), (_, other)| one.total_cmp(other)) {
        Some((word, likeness)) if likeness >= ALIKE => Found::Near(word),
        Some(_) | None => Found::Nothing,
    }
}

/// What somebody with that role must prove for a command; `None` if it is not his at all.
pub fn permitted(role: Role, word: Word) -> Option<Class> {
    word.row().may.iter().find(|(may, _)| *may == role).map(|(_, class)| *class)
}

impl Word {
    /// Every word, in the order of the help mail.
    pub fn all() -> impl Iterator<Item = Word> {
        TABLE.iter().map(|row| row.word)
    }

    /// Its row.
    pub fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.word == self).expect("the table has a row for each word: a test counts them")
    }

    /// What people type, without the hash; also its name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.row().typed
    }

    /// The word of that name.
    pub fn named(name: &str) -> Option<Word> {
        TABLE.iter().find(|row| row.typed == name).map(|row| row.word)
    }

    /// Whether it changes nothing about the case itself: it asks Siaga something, or says who is known
    /// to the ticket.
    pub fn is_query(self) -> bool {
        matches!(self, W::Status | W::List | W::Recap | W::Help | W::Evidence | W::Admit)
    }

    /// Whether it is about no ticket, or opens one.
    pub fn needs_no_ticket(self) -> bool {
        matches!(self, W::Status | W::List | W::Recap | W::Help | W::NewTicket | W::Delegate)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
        let name = String::deserialize(deserializer)?;
        Word::named(&name).ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no command")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::approval::Code;

    #[test]
    fn every_spelling_means_one_word_and_fits_the_grammar() {
        let mut spellings: Vec<&str> =
            TABLE.iter().flat_map(|row| row.aliases.iter().chain([&row.typed])).copied().collect();
        spellings.extend(VAGUE.iter().map(|(vague, _)| *vague));
        for spelling in &spellings {
            assert!((2..=16).contains(&spelling.len()), "{spelling}");
            assert!(spelling.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{spelling}");
        }
        let count = spellings.len();
        spellings.sort_unstable();
        spellings.dedup();
        assert_eq!(spellings.len(), count, "a spelling stands in two rows");
    }

    #[test]
    fn every_word_has_its_row_and_its_example_begins_with_it() {
        assert_eq!(TABLE.len(), Word::Rehearse as usize + 1);
        for row in TABLE {
            assert_eq!(row.example.split(' ').next(), Some(row.typed));
            assert!(!row.may.is_empty());
        }
    }

    #[test]
    fn an_example_typed_as_it_stands_costs_nobody_a_try() {
        for row in TABLE {
            let digits = row.example.split(' ').find(|word| word.contains(|c: char| c.is_ascii_digit()));
            assert!(digits.is_none_or(|word| Code::typed(word).is_none()), "{}", row.example);
        }
    }

    #[test]
    fn near_misses_name_the_nearest_word_and_are_none() {
        let check = |typed: &str, expected: Found| assert_eq!(find(typed), expected, "{typed}");
        check("VALID", Found::Command(Word::Verify));
        check("Setujui", Found::Command(Word::Approve));
        check("revisi", Found::Command(Word::Revise));
        check("tolk", Found::Near(Word::Reject));
        check("stuju", Found::Near(Word::Approve));
        check("valldi", Found::Near(Word::Verify));
        check("sudah", Found::Near(Word::Fixed));
        check("udah", Found::Near(Word::Fixed));
        check("terimakasih", Found::Near(Word::Acknowledge));
        check("zzz", Found::Nothing);
        check("hormat", Found::Nothing);
    }
}
