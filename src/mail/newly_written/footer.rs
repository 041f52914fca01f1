//! What stands below a text without anybody having written it: signatures, the lines of telephones
//! and lists, the armour of PGP.

use std::sync::LazyLock;

use super::attribution::attribution;
use super::header_block::is_separator;
use super::is_quoted;
use crate::mail::lists::Beginnings;

/// Lines of a signature, empty ones not counted; what is longer is no signature.
const SIGNATURE_LINES: usize = 25;
/// Words of the line of a telephone.
const DEVICE_WORDS: usize = 9;
/// Lines below the rule of a list.
const LIST_LINES: usize = 12;

/// How many lines a signature that begins here takes with its mark (RFC 3676 section 4.3).
pub(super) fn signature_length(lines: &[&str]) -> Option<usize> {
    let mark = lines[0].trim_end_matches('\r');
    let strict = mark == "-- ";
    if !strict && mark.trim_end() != "--" {
        return None;
    }
    let (mut length, mut written) = (1, 0);
    for (index, line) in lines.iter().enumerate().skip(1) {
        if is_quoted(line) || is_separator(&lines[index..]) || attribution(&lines[index..]).is_some() {
            break;
        }
        length += 1;
        written += usize::from(!line.trim().is_empty());
        // Without its blank the mark may be a mere rule between paragraphs.
        if written > SIGNATURE_LINES || (!strict && line.chars().count() > 200) {
            return None;
        }
    }
    Some(length)
}

/// Whether what a list adds begins here: a rule, and below it how to unsubscribe.
pub(super) fn is_list_footer(lines: &[&str]) -> bool {
    let rule = lines[0].trim();
    if rule.len() < 2 || !rule.bytes().all(|byte| matches!(byte, b'_' | b'-' | b'=')) {
        return false;
    }
    let below = &lines[1..];
    let written = below.iter().filter(|line| !line.trim().is_empty()).take(LIST_LINES + 1).count();
    let speaks = below.iter().filter(|line| !line.trim().is_empty()).take(4).any(|line| {
        let lower = line.to_lowercase();
        ["mailing list", "mailman/listinfo", "unsubscribe", "berhenti berlangganan", "milis", "groups.google.com"]
            .iter()
            .any(|words| lower.contains(words))
    });
    written <= LIST_LINES && speaks
}

/// Whether a line is what a telephone or program adds below what was written.
pub(super) fn is_device_footer(line: &str) -> bool {
    static DEVICES: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(DEVICE_LINES));
    static SENT: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(SENT_FROM));
    let lower = line.trim().trim_start_matches(['*', '_', '-', '–', '—', ' ', '<']).to_lowercase();
    let (named, sent) = (DEVICES.begin(&lower), SENT.begin(&lower));
    // Most lines end here, at little cost.
    if !named && !sent {
        return false;
    }
    let linked = lower.contains("<http") || lower.contains("(http");
    let words = lower.split(['<', '(']).next().unwrap_or("").split_whitespace().count();
    let sentence = lower.contains(", ") || lower.trim_end_matches(['.', '!']).contains(". ");
    (named || (sent && (linked || words <= 7))) && words <= DEVICE_WORDS && !sentence
}

/// The lines PGP puts around a text in clear (RFC 9580 section 7).
#[derive(Default)]
pub(super) struct Armour {
    in_head: bool,
    in_signature: bool,
}

impl Armour {
    /// Whether a line belongs to the armour.
    pub(super) fn takes(&mut self, line: &str) -> bool {
        let line = line.trim();
        match line {
            "-----BEGIN PGP SIGNED MESSAGE-----" => self.in_head = true,
            "-----BEGIN PGP SIGNATURE-----" => self.in_signature = true,
            "-----END PGP SIGNATURE-----" if self.in_signature => {
                self.in_signature = false;
                return true;
            }
            _ if self.in_head => {
                self.in_head = line.contains(": ");
                return self.in_head || line.is_empty();
            }
            _ => {}
        }
        self.in_head || self.in_signature
    }
}

/// What may stand before any product's name.
#[rustfmt::skip]
const SENT_FROM: &[&str] = &[
    "sent from ", "sent via ", "sent with ", "sent using ", "get outlook", "dikirim dari ", "terkirim dari ", "dikirim melalui ",
    "dikirim menggunakan ", "dikirim lewat ", "dapatkan outlook", "kirim dari ", "gesendet von ", "gesendet mit ", "von meinem ",
    "envoyé de mon", "envoyé depuis ", "envoyé à partir de ", "envoyé par ", "télécharger outlook", "obtenez outlook",
    "enviado desde ", "enviado do meu", "enviado de mi", "enviado a partir ", "enviado por ", "obter o outlook", "obtener outlook",
    "inviato da ", "inviato dal ", "scarica outlook", "verstuurd vanaf ", "verzonden vanaf ", "verzonden vanuit ", "outlook voor ",
    "skickat från ", "hämta outlook", "sendt fra ", "hent outlook", "skaff deg outlook", "lähetetty ", "hanki outlook",
    "отправлено с ", "отправлено из ", "отправлено через ", "надіслано з ", "wysłane z ", "wysłano z ", "pobierz aplikację outlook",
    "odesláno z ", "odoslané z ", "získat outlook", "küldve ", "trimis de pe ", "στάλθηκε από ", "gönderildi", "đã gửi từ ",
    "outlook for ", "diperoleh outlook", "dihantar dari",
];

/// Lines that are a product's and nobody's.
#[rustfmt::skip]
const DEVICE_LINES: &[&str] = &[
    "sent from my iphone", "sent from my ipad", "sent from my samsung", "sent from my android", "sent from my phone",
    "sent from my mobile", "sent from my blackberry", "sent from my windows phone", "sent from my galaxy", "sent from yahoo",
    "sent from outlook", "sent from mail for", "sent from samsung", "sent from proton", "sent from gmail", "sent from typeapp",
    "get outlook for", "get typeapp", "dikirim dari iphone", "dikirim dari ipad", "dikirim dari yahoo", "dikirim dari samsung",
    "dikirim dari outlook", "dikirim dari ponsel", "dikirim dari perangkat", "dikirim dari hp", "dikirim dari surat",
    "dikirim dari mail", "dikirim dari android", "dikirim dari galaxy", "dikirim dari gmail", "dikirim dari telepon",
    "dapatkan outlook untuk", "von meinem iphone", "von meinem ipad", "发自我的", "從我的", "从我的", "发送自", "傳送自我的",
    "iphoneから送信", "ipadから送信", "나의 iphone에서", "iphone에서 보냄", "获取 outlook", "取得 outlook",
];
