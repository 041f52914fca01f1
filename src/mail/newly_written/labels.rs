//! The labels of a repeated header block, in the languages of mail programs, lower case.

/// Who wrote.
#[rustfmt::skip]
pub(super) const FROM: &[&str] = &[
    "from", "dari", "daripada", "pengirim", "von", "absender", "de", "van", "da", "från", "fra", "od", "nadawca", "odesílatel",
    "lähettäjä", "от", "від", "отправитель", "kimden", "gönderen", "寄件者", "寄件人", "发件人", "發件人", "差出人", "送信者",
    "보낸 사람", "보낸사람", "발신", "expéditeur", "feladó", "από", "remitente", "remetente", "mittente", "afzender", "afsender",
    "avsändare", "avsender", "từ", "người gửi", "จาก", "من", "מאת", "от кого", "din", "expeditor", "de la", "frá", "saatja",
    "no", "nuo", "pošiljatelj", "šalje",
];

/// Everything else.
#[rustfmt::skip]
pub(super) const OTHERS: &[&str] = &[
    "sent", "sent at", "sent on", "date", "to", "cc", "bcc", "subject", "reply-to", "reply to", "importance", "attachments",
    "dikirim", "terkirim", "tanggal", "kepada", "untuk", "ke", "subjek", "judul", "perihal", "hal", "kirim", "waktu", "hari",
    "tembusan", "salinan", "balas ke", "lampiran", "prioritas", "dihantar", "tarikh", "gesendet", "datum", "an", "kopie",
    "betreff", "envoyé", "envoyé le", "date d'envoi", "à", "a", "objet", "sujet", "copie", "copie à", "message du", "enviado",
    "enviado el", "enviado em", "enviada em", "fecha", "para", "asunto", "assunto", "data", "cco", "inviato", "inviato il",
    "oggetto", "verzonden", "aan", "onderwerp", "skickat", "till", "kopia", "ämne", "sendt", "dato", "til", "emne", "kopi",
    "lähetetty", "vastaanottaja", "kopio", "aihe", "päivämäärä", "wysłano", "wysłane", "do", "dw", "temat", "data wysłania",
    "отправлено", "дата", "кому", "тема", "копия", "надіслано", "до", "копія", "odesláno", "komu", "kopie", "předmět",
    "odoslané", "predmet", "dátum", "gönderme tarihi", "gönderildi", "gönderilme tarihi", "kime", "bilgi", "konu", "tarih",
    "收件者", "收件人", "日期", "主旨", "主题", "主題", "发送时间", "發送時間", "傳送時間", "寄件日期", "发送日期", "抄送", "副本",
    "宛先", "件名", "送信日時", "送信日", "日付", "日時", "보낸 날짜", "보낸날짜", "날짜", "받는 사람", "받는사람", "수신", "제목",
    "참조", "elküldve", "címzett", "tárgy", "küldés ideje", "στάλθηκε", "ημερομηνία", "προς", "κοιν.", "θέμα", "trimis",
    "către", "subiect", "đã gửi", "ngày", "đến", "chủ đề", "tới", "ส่ง", "ถึง", "หัวเรื่อง", "เรื่อง", "วันที่", "إلى", "الموضوع",
    "التاريخ", "تاريخ", "أُرسلت", "אל", "נושא", "תאריך", "נשלח", "sendt:", "poslano", "poslato", "za", "zadeva", "naslov",
];

/// What stands between two rules above a repeated message.
#[rustfmt::skip]
pub(super) const SEPARATORS: &[&str] = &[
    "original message", "original email", "original e-mail", "original mail", "original appointment", "forwarded message",
    "forwarded by", "forwarded email", "forwarded e-mail", "begin forwarded message", "reply message", "reply above this line",
    "reply above", "please type your reply", "type your reply above", "write above this line", "respond above this line",
    "balas di atas baris ini", "ketik balasan anda di atas", "pesan asli", "pesan semula", "pesan terusan", "pesan diteruskan",
    "pesan yang diteruskan", "pesan diteruskan", "surat asli", "email asli", "diteruskan oleh", "mesej asal", "mesej dimajukan",
    "original-nachricht", "originalnachricht", "ursprüngliche nachricht", "ursprüngliche e-mail", "weitergeleitete nachricht",
    "weitergeleitete mail", "urspr. nachricht", "message d'origine", "message original", "message initial", "message transféré",
    "message réexpédié", "courriel original", "message transmis", "mensaje original", "mensaje reenviado", "mensagem original",
    "mensagem encaminhada", "mensagem reencaminhada", "messaggio originale", "messaggio originario", "messaggio inoltrato",
    "messaggio inoltrato", "oorspronkelijk bericht", "oorspronkelijke bericht", "doorgestuurd bericht",
    "ursprungligt meddelande", "ursprungligt mail", "vidarebefordrat meddelande", "originalmeddelande", "oprindelig meddelelse",
    "oprindelig besked", "original besked", "videresendt meddelelse", "videresendt besked", "opprinnelig melding",
    "videresendt melding", "alkuperäinen viesti", "välitetty viesti", "edelleenlähetetty viesti", "wiadomość oryginalna",
    "oryginalna wiadomość", "wiadomość pierwotna", "przekazana wiadomość", "wiadomość przekazana", "исходное сообщение",
    "оригинальное сообщение", "пересылаемое сообщение", "пересланное сообщение", "початок повідомлення", "вихідне повідомлення",
    "původní zpráva", "původní e-mail", "přeposlaná zpráva", "pôvodná správa", "preposlaná správa", "orijinal mesaj",
    "özgün ileti", "iletilen mesaj", "iletilmiş ileti", "eredeti üzenet", "továbbított üzenet", "αρχικό μήνυμα",
    "προωθημένο μήνυμα", "mesaj original", "mesaj redirecționat", "tin nhắn gốc", "thư gốc", "ข้อความต้นฉบับ", "ข้อความเดิม",
    "原始邮件", "原始郵件", "原邮件", "转发邮件", "轉寄郵件", "转发的邮件", "轉寄的郵件", "元のメッセージ", "元のメール", "転送メッセージ",
    "원본 메시지", "원본 메일", "전달된 메시지", "الرسالة الأصلية", "הודעה מקורית", "izvorna poruka", "izvirno sporočilo",
];

/// What programs put above a repeated message without rules.
#[rustfmt::skip]
pub(super) const BARE_SEPARATORS: &[&str] = &[
    "begin forwarded message", "awal pesan yang diteruskan", "memulai pesan yang diteruskan", "mulai pesan yang diteruskan",
    "pesan yang diteruskan dimulai", "anfang der weitergeleiteten", "début du message réexpédié", "début du message transféré",
    "inicio del mensaje reenviado", "início da mensagem reencaminhada", "início da mensagem encaminhada", "inizio messaggio inoltrato",
    "begin doorgestuurd bericht", "vidarebefordrat brev", "start på videresendt", "videresendt melding", "välitetty viesti alkaa",
    "początek przekazywanej wiadomości", "начало переадресованного сообщения", "начало пересылаемого сообщения",
    "začátek přeposlané zprávy", "iletilen ileti başlangıcı", "以下是转发的邮件", "以下為轉寄的郵件", "开始转发的邮件", "転送されたメッセージ",
    "전달된 메시지 시작",
];
