//! What the sender newly wrote: a message's text without quotes, attribution lines, forwarded
//! blocks and signature.
//!
//! For reading only. It never decides what is a command (trust-and-safety 5.4), and the whole text
//! is always kept beside it. Line by line, each line looked at a bounded number of times.

/// Lines an attribution may be wrapped over.
const ATTRIBUTION_LINES: usize = 4;
/// Characters of an attribution; longer ones are prose.
const ATTRIBUTION_MAX: usize = 400;
/// Lines below a signature mark.
const SIGNATURE_LINES: usize = 20;

/// The newly written part of `text`. A forward with nothing above it keeps its text.
pub(super) fn newly_written(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end()).collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut at = 0;
    let mut forwarded = false;
    while at < lines.len() {
        let line = lines[at];
        if is_separator(line) || begins_header_block(&lines[at..]) {
            forwarded = kept.iter().all(|line| line.trim().is_empty());
            if forwarded {
                kept.extend(&lines[at..]);
            }
            break;
        }
        if is_quoted(line) {
            at += 1;
            continue;
        }
        if let Some(length) = attribution(&lines[at..]) {
            let next = lines[at + length..].iter().find(|line| !line.trim().is_empty());
            match next {
                // Answers may stand between the quotes, so only the quote itself goes.
                Some(next) if is_quoted(next) => at += length,
                // A quote without marks goes to the end.
                Some(_) | None => break,
            }
            continue;
        }
        if is_signature_mark(line, lines.len() - at) {
            at += 1;
            at += lines[at..]
                .iter()
                .take_while(|line| !is_quoted(line) && attribution(&[line]).is_none() && !is_separator(line))
                .count();
            continue;
        }
        if is_device_footer(line) {
            at += 1;
            continue;
        }
        kept.push(line);
        at += 1;
    }
    let kept = kept.join("\n");
    let kept = if forwarded { kept } else { without_trailing_rule(&kept) };
    let kept = kept.trim_matches('\n').trim_end().to_owned();
    // A forward that is quoted from its first line on: what is quoted is what was sent.
    let all_quoted = kept.trim().is_empty() && lines.iter().all(|line| line.trim().is_empty() || is_quoted(line));
    if all_quoted { text.trim().to_owned() } else { kept }
}

fn is_quoted(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>') || line.starts_with("|>") || line.starts_with('│')
}

/// A rule left over above a quote.
fn without_trailing_rule(text: &str) -> String {
    let trimmed = text.trim_end();
    let last = trimmed.lines().last().unwrap_or("").trim();
    let rule = last.len() >= 5 && last.chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '—'));
    if rule { trimmed[..trimmed.len() - last.len()].trim_end().to_owned() } else { trimmed.to_owned() }
}

/// `-----Original Message-----` and its relatives.
fn is_separator(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let inner = lower.trim_matches(|c: char| matches!(c, '-' | '_' | '=' | '>' | '*' | ' ' | '~'));
    let ruled = lower.len() >= inner.len() + 4 && lower.starts_with(['-', '_', '=', '*', '~']);
    const NAMES: &[&str] = &[
        "original message",
        "pesan asli",
        "pesan terusan",
        "pesan diteruskan",
        "forwarded message",
        "forwarded by",
        "original-nachricht",
        "ursprüngliche nachricht",
        "weitergeleitete nachricht",
        "message d'origine",
        "message original",
        "message transféré",
        "mensaje original",
        "mensaje reenviado",
        "mensagem original",
        "mensagem encaminhada",
        "messaggio originale",
        "messaggio inoltrato",
        "oorspronkelijk bericht",
        "doorgestuurd bericht",
        "ursprungligt meddelande",
        "oprindelig meddelelse",
        "opprinnelig melding",
        "alkuperäinen viesti",
        "wiadomość oryginalna",
        "oryginalna wiadomość",
        "исходное сообщение",
        "пересылаемое сообщение",
        "původní zpráva",
        "orijinal mesaj",
        "原始邮件",
        "原始郵件",
        "转发邮件",
        "元のメッセージ",
        "original appointment",
        "mesej asal",
        "reply message",
        "reply above this line",
        "original email",
    ];
    if ruled
        && NAMES.iter().any(|name| inner.starts_with(name) || (inner.ends_with(name) && inner.len() < name.len() + 20))
    {
        return true;
    }
    lower.starts_with("begin forwarded message")
        || lower.starts_with("anfang der weitergeleiteten")
        || lower.starts_with("début du message réexpédié")
}

const FROM: &[&str] = &[
    "from",
    "dari",
    "von",
    "de",
    "van",
    "da",
    "från",
    "fra",
    "od",
    "lähettäjä",
    "от",
    "kimden",
    "gönderen",
    "寄件者",
    "寄件人",
    "发件人",
    "差出人",
    "보낸 사람",
    "expéditeur",
    "daripada",
    "feladó",
    "από",
    "nadawca",
    "remitente",
    "mittente",
];
const OTHERS: &[&str] = &[
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "reply-to",
    "importance",
    "dikirim",
    "tanggal",
    "kepada",
    "ke",
    "subjek",
    "perihal",
    "hal",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "a",
    "objet",
    "date d'envoi",
    "enviado",
    "enviado el",
    "para",
    "asunto",
    "assunto",
    "data",
    "enviada em",
    "inviato",
    "oggetto",
    "verzonden",
    "aan",
    "onderwerp",
    "skickat",
    "till",
    "ämne",
    "sendt",
    "til",
    "emne",
    "lähetetty",
    "vastaanottaja",
    "aihe",
    "wysłano",
    "do",
    "temat",
    "отправлено",
    "кому",
    "тема",
    "дата",
    "копия",
    "odesláno",
    "komu",
    "předmět",
    "gönderme tarihi",
    "kime",
    "konu",
    "tarih",
    "收件者",
    "收件人",
    "日期",
    "主旨",
    "主题",
    "发送时间",
    "抄送",
    "宛先",
    "件名",
    "送信日時",
    "日付",
    "보낸 날짜",
    "받는 사람",
    "제목",
    "dihantar",
    "kirim",
    "waktu",
    "tembusan",
];

/// Whether an Outlook-like header block begins here: a From label and two more labels below it.
fn begins_header_block(lines: &[&str]) -> bool {
    if label(lines[0]).is_none_or(|name| !FROM.contains(&name.as_str())) {
        return false;
    }
    let others =
        lines[1..].iter().take(8).filter_map(|line| label(line)).filter(|name| OTHERS.contains(&name.as_str())).count();
    others >= 2
}

/// The label of a line such as `*Dari:* Budi` or `Sent : Monday`, lower-case.
fn label(line: &str) -> Option<String> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '>' | '|'));
    let end = line.char_indices().take(24).find(|(_, c)| matches!(c, ':' | '：')).map(|(at, _)| at)?;
    let name = line[..end].trim_matches(|c: char| c.is_whitespace() || c == '*').to_lowercase();
    (!name.is_empty()).then_some(name)
}

/// How an attribution begins, in the languages of mail programs.
const OPENINGS: &[&str] = &[
    "on ",
    "pada ",
    "am ",
    "le ",
    "el ",
    "op ",
    "em ",
    "il ",
    "den ",
    "dne ",
    "w dniu ",
    "dnia ",
    "в ",
    "på ",
    "a ",
    "en ",
    "vào ",
    "tarihinde",
    "no dia ",
    "il giorno ",
    "at ",
    "in message ",
    "at ",
    "par ",
    "kl. ",
    "ti ",
    "on: ",
    "quoting ",
    "in article ",
];
/// The word that says that somebody wrote.
const WROTE: &[&str] = &[
    "wrote",
    "writes",
    "menulis",
    "schrieb",
    "a écrit",
    "escribió",
    "escreveu",
    "ha scritto",
    "schreef",
    "skrev",
    "napisał",
    "napsal",
    "написал",
    "пишет",
    "писал",
    "kirjoitti",
    "yazdı",
    "şunları yazdı",
    "写道",
    "寫道",
    "のメール",
    "書きました",
    "написа",
    "đã viết",
    "a scris",
    "írta",
    "έγραψε",
    "menyatakan",
    "said",
    "tulis",
    "wrote the following",
    "skrifaði",
    "가 작성",
    "님이 작성",
];

/// How many lines an attribution that begins here takes, if one does.
fn attribution(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_'));
    if first.is_empty() || is_quoted(first) {
        return None;
    }
    let lower = first.to_lowercase();
    let opens = OPENINGS.iter().any(|opening| lower.starts_with(opening));
    let dated = lower.chars().take(4).any(|c| c.is_ascii_digit());
    let named = lower.contains('@') || lower.starts_with('"') || lower.starts_with('<');
    let eastern = first.chars().any(|c| matches!(c, '年' | '月'));
    if !(opens || dated || named || eastern || WROTE.iter().any(|wrote| lower.contains(wrote))) {
        return None;
    }
    let mut joined = String::new();
    for (index, line) in lines.iter().enumerate().take(ATTRIBUTION_LINES) {
        let line = line.trim();
        if line.is_empty() || is_quoted(line) && index > 0 {
            return None;
        }
        joined.push(' ');
        joined.push_str(&line.to_lowercase());
        if joined.len() > ATTRIBUTION_MAX {
            return None;
        }
        let ends = joined.trim_end_matches(['*', '_', ' ']).ends_with([':', '：']);
        if ends {
            return is_attribution(joined.trim()).then_some(index + 1);
        }
    }
    None
}

fn is_attribution(text: &str) -> bool {
    let wrote = WROTE.iter().any(|wrote| text.contains(wrote));
    let opens = OPENINGS.iter().any(|opening| text.starts_with(opening));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let addressed = text.contains('@');
    let ends_wrote = WROTE.iter().any(|wrote| text.trim_end_matches([':', '：', ' ', '*', '\u{a0}']).ends_with(wrote));
    (wrote && (digits >= 3 || addressed))
        || (ends_wrote && text.split_whitespace().count() <= 8 && text.split_whitespace().count() >= 2)
        || (opens && addressed && digits >= 3)
        || (addressed && text.starts_with(|c: char| c.is_ascii_digit()) && digits >= 8 && text.contains('<'))
}

/// `-- ` (RFC 3676 section 4.3), or what is left of it, near the end.
fn is_signature_mark(line: &str, left: usize) -> bool {
    let strict = line == "-- " || line == "--";
    strict && left <= SIGNATURE_LINES + 200 || (line == "—" || line == "__") && left <= SIGNATURE_LINES
}

/// What telephones add.
fn is_device_footer(line: &str) -> bool {
    let lower = line.trim().trim_start_matches(['*', '_', '-', ' ']).to_lowercase();
    const FOOTERS: &[&str] = &[
        "sent from my ",
        "sent from yahoo",
        "sent from outlook",
        "sent from mail for",
        "sent from samsung",
        "sent from proton",
        "sent from gmail",
        "sent via ",
        "sent with ",
        "get outlook for",
        "dikirim dari iphone",
        "dikirim dari ipad",
        "dikirim dari yahoo",
        "dikirim dari samsung",
        "dikirim dari outlook",
        "dikirim dari ponsel",
        "dikirim dari perangkat",
        "dikirim dari hp",
        "dikirim dari surat",
        "dikirim dari mail",
        "dikirim dari android",
        "dapatkan outlook untuk",
        "kirim dari ",
        "von meinem iphone",
        "von meinem ipad",
        "gesendet von meine",
        "envoyé de mon",
        "envoyé depuis",
        "enviado desde mi",
        "enviado do meu",
        "enviado de mi",
        "inviato da iphone",
        "inviato dal mio",
        "verstuurd vanaf mijn",
        "verzonden vanaf mijn",
        "skickat från min",
        "sendt fra min",
        "lähetetty iphone",
        "отправлено с iphone",
        "отправлено из",
        "wysłane z iphone",
        "发自我的",
        "從我的",
        "iphoneから送信",
    ];
    lower.chars().count() <= 100 && FOOTERS.iter().any(|footer| lower.starts_with(footer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_are_told_from_quotes() {
        let check = |text: &str, expected: &str| assert_eq!(newly_written(text), expected, "{text}");
        check(
            "Baik.\n\nPada Sen, 3 Mar 2025 pukul 10.12 Ani <ani@csirt.example> menulis:\n\n> Mohon bukti.\n",
            "Baik.",
        );
        check(
            "Baik.\n\nPada tanggal Sab, 31 Okt 2020 pukul 22.12 Ani Analis\n<ani@csirt.example> menulis:\n\n> Mohon\n",
            "Baik.",
        );
        check("Ya.\n\nOn Mon, 3 Mar 2025 at 10:12, Ani wrote:\nMohon bukti tanpa tanda.\n", "Ya.");
        check("Ya.\n\n-----Pesan Asli-----\nDari: Ani\nDikirim: Senin\n", "Ya.");
        check(
            "Ya.\n\nDari: Ani <ani@csirt.example>\nDikirim: Senin, 3 Maret 2025 10.12\nKepada: Budi\nSubjek: bukti\n\nMohon",
            "Ya.",
        );
        check("Ya.\n________________________________\nFrom: Ani\nSent: Monday\nTo: Budi\nSubject: x\n\nlama", "Ya.");
        check("> Kapan?\n\nKemarin.\n\n> Di mana?\n\nDi situs.", "Kemarin.\n\n\nDi situs.");
        check("Terima kasih\n-- \nBudi\nRW 05", "Terima kasih");
        check("Terima kasih\n\nDikirim dari iPhone saya", "Terima kasih");
        check("Pada hari ini situs diretas:\nhalaman utama", "Pada hari ini situs diretas:\nhalaman utama");
        check("On the site I saw:\n- judi", "On the site I saw:\n- judi");
        check("", "");
    }

    #[test]
    fn a_forward_with_nothing_above_keeps_its_text() {
        let text = "---------- Forwarded message ---------\nDari: Cici <cici@warga.example>\nDate: Sen\nSubject: x\nTo: y\n\nSitus diretas";
        assert_eq!(newly_written(text), text);
        assert_eq!(newly_written(&format!("Mohon dicek.\n\n{text}")), "Mohon dicek.");
    }

    #[test]
    fn a_thousand_openings_cost_no_time_worth_naming() {
        let text = "On 1 \n".repeat(100_000);
        assert!(newly_written(&text).len() > 300_000);
    }
}
