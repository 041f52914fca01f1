//! What answering machines say, in the languages they say it in. All lower case, apostrophes plain,
//! as [`super::said::Said`] has them.

use super::said::Phrases;

/// How the subjects of automatic answers begin.
#[rustfmt::skip]
pub(super) static SUBJECTS: Phrases = Phrases::of(&[
    "auto:", "auto reply", "autoreply", "auto-reply", "auto replied", "automatic reply", "automated reply",
    "autoresponse", "auto response", "auto-response", "automatic response", "automated response", "auto answer",
    "auto-answer", "automatic answer", "out of office", "out-of-office", "out of the office", "outofoffice", "ooo:",
    "oof:", "vacation reply", "vacation message", "away message", "balasan otomatis", "balas otomatis",
    "jawaban otomatis", "respon otomatis", "respons otomatis", "tanggapan otomatis", "jawapan automatik",
    "balasan automatik", "automatische antwort", "automatische antwoord", "automatisch antwoord", "autom. antwort",
    "abwesenheitsnotiz", "réponse automatique", "reponse automatique", "réponse auto", "absence du bureau",
    "absent du bureau", "message d'absence", "respuesta automática", "respuesta automatica", "fuera de la oficina",
    "fuera de oficina", "resposta automática", "resposta automatica", "risposta automatica", "autosvar",
    "automatisk svar", "automatiskt svar", "automaattinen vastaus", "automatyczna odpowiedź",
    "odpowiedź automatyczna", "autoodpowiedź", "автоответ", "автоматический ответ", "автоматична відповідь",
    "automatická odpověď", "automatická odpoveď", "otomatik yanıt", "otomatik cevap", "automatikus válasz",
    "răspuns automat", "αυτόματη απάντηση", "automatski odgovor", "samodejni odgovor", "автоматичен отговор",
    "automatinis atsakymas", "automaatvastus", "automātiskā atbilde", "自动回复", "自動回覆", "自动答复", "自動応答", "自動返信", "不在通知",
    "不在のお知らせ", "자동 회신", "자동 응답", "자동회신", "trả lời tự động", "thư trả lời tự động", "การตอบกลับอัตโนมัติ",
    "ตอบกลับอัตโนมัติ", "رد تلقائي", "תשובה אוטומטית",
]);

/// How subjects begin of people who are away, and of others who write about that.
#[rustfmt::skip]
pub(super) static SUBJECTS_AWAY: Phrases = Phrases::of(&[
    "ooo ", "[ooo", "on vacation", "vacation:", "on leave", "on holiday", "on annual leave", "away from the office",
    "away from my", "away from office", "i am out of", "i'm out of", "i am away", "i'm away", "i am on leave",
    "i am currently out", "i am on vacation", "i'm on vacation", "currently out of", "not in the office",
    "absence from", "maternity leave", "parental leave", "on sick leave", "office closed", "no longer with",
    "no longer at", "pesan otomatis", "di luar kantor", "diluar kantor", "tidak di kantor", "tidak berada di kantor",
    "sedang cuti", "saya sedang cuti", "cuti:", "cuti tahunan", "cuti bersama", "dinas luar", "sedang dinas luar",
    "abwesenheit", "abwesend", "bin im urlaub", "nicht im büro", "außer haus", "ausser haus", "afwezig",
    "afwezigheid", "niet aanwezig", "absence :", "absent(e)", "absent ", "en congé", "ausente de la oficina",
    "ausência", "ausencia", "fora do escritório", "não estou no escritório", "férias", "fuori sede", "fuori ufficio",
    "assente dall'ufficio", "assenza", "frånvaro", "frånvarande", "fravær", "ikke på kontoret", "fraværende",
    "poissaolo", "poza biurem", "nieobecność", "отсутствие на рабочем месте", "вне офиса", "mimo kancelář",
    "nepřítomnost", "ofis dışında", "εκτός γραφείου", "부재중",
]);

/// Subjects of automatic answers: what they hold.
#[rustfmt::skip]
pub(super) static SUBJECTS_ANYWHERE: Phrases = Phrases::of(&[
    "(out of office)", "[auto-reply]", "(auto reply)", "(autoreply)", "(auto-reply)", "[autoreply]", "[out of office]",
    "(automatic reply)", "[automatic reply]", "- out of office", "(balasan otomatis)", "[balasan otomatis]",
    "is out of the office", "is out of office", "will be out of the office", "out of office autoreply",
    "out of office reply", "out of office response", "out of office message", "out of office notification",
]);

/// Somebody is away, and says so to everybody who writes.
#[rustfmt::skip]
pub(super) static AWAY_STRONG: Phrases = Phrases::of(&[
    "i am out of the office", "i'm out of the office", "i am currently out of the office", "i will be out of the office",
    "i'm currently out of the office", "i am currently on leave", "i am on annual leave", "i am away from the office",
    "i am on vacation", "i'm on vacation", "i am currently on vacation", "i am currently away", "out of the office until",
    "out of the office from", "limited access to email", "limited access to my email", "saya sedang cuti",
    "saya sedang tidak di kantor", "saya sedang berada di luar kantor", "saya sedang di luar kantor", "saya sedang dinas luar",
    "saat ini saya sedang cuti", "saat ini saya tidak berada di kantor", "ich bin derzeit nicht im büro",
    "ich bin bis zum", "ich bin nicht im büro", "je suis absent", "je suis actuellement absent", "estoy fuera de la oficina",
    "estaré fuera de la oficina", "estou fora do escritório", "estarei ausente", "sono fuori sede", "sono assente",
    "ik ben afwezig", "ik ben niet aanwezig", "nie ma mnie w biurze", "меня нет в офисе", "я в отпуске",
]);

#[rustfmt::skip]
pub(super) static AWAY: Phrases = Phrases::of(&[
    "out of the office", "out of office", "on leave", "on vacation", "on holiday", "away until", "return to the office",
    "will be back", "upon my return", "when i return", "sedang cuti", "di luar kantor", "kembali ke kantor",
    "kembali bekerja", "im urlaub", "en congé", "de vacaciones", "de férias", "in ferie", "met vakantie", "на отпуск",
]);

/// The mail says of itself that nobody wrote it.
#[rustfmt::skip]
pub(super) static SAYS_AUTOMATIC: Phrases = Phrases::of(&[
    "this is an automated", "this is an automatic", "this is an auto", "this message is automat", "this message was automat",
    "this email is automat", "this email was automat", "this e-mail is automat", "this is automatically generated",
    "automatically generated", "auto-generated", "automated response", "automatic response", "automated reply",
    "automatic reply", "auto-reply", "autoreply", "do not reply to this", "please do not reply", "don't reply to this",
    "please do not respond", "balasan otomatis", "dibalas secara otomatis", "dikirim secara otomatis", "dibuat secara otomatis",
    "pesan otomatis", "email otomatis", "jawaban otomatis", "mohon tidak membalas", "jangan membalas", "jangan balas",
    "tidak perlu membalas", "mohon untuk tidak membalas", "automatisch generiert", "automatisch erstellt", "automatische antwort",
    "réponse automatique", "généré automatiquement", "message automatique", "respuesta automática", "generado automáticamente",
    "mensaje automático", "resposta automática", "gerado automaticamente", "mensagem automática", "risposta automatica",
    "generato automaticamente", "automatisch gegenereerd", "automatisch bericht", "автоматическ", "自动回复", "系统自动",
    "自動返信", "自動送信", "자동으로",
]);

/// A desk says that it got what was sent.
#[rustfmt::skip]
pub(super) static ACKNOWLEDGED: Phrases = Phrases::of(&[
    "has been received", "have received your", "we received your", "we've received your", "received your message",
    "received your email", "received your request", "received your report", "thank you for contacting", "thanks for contacting",
    "thank you for your email", "thank you for your message", "thank you for your report", "thank you for reaching out",
    "thank you for writing", "thanks for reaching out", "has been created", "has been opened", "ticket number",
    "reference number", "case number", "request has been", "we will get back to you", "we will respond", "will get back to you",
    "will be reviewed", "telah kami terima", "sudah kami terima", "telah diterima", "terima kasih telah menghubungi",
    "terima kasih sudah menghubungi", "terima kasih atas laporan", "terima kasih atas email", "terima kasih atas pesan",
    "nomor tiket", "no. tiket", "akan segera kami", "akan kami tindaklanjuti", "segera menghubungi", "tim kami akan",
    "vielen dank für ihre", "haben wir erhalten", "nous avons bien reçu", "merci de nous avoir contacté", "gracias por contactar",
    "hemos recibido", "recebemos", "obrigado por entrar em contato", "abbiamo ricevuto", "grazie per averci", "bedankt voor uw",
    "hebben wij ontvangen", "otrzymaliśmy", "мы получили", "ваше обращение", "已收到", "受け付けました", "お問い合わせ",
]);
