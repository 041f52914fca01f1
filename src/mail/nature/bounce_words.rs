//! What mail systems say when they return a message, in the languages they say it in. All lower
//! case, apostrophes plain, as [`super::said::Said`] has them.

use super::said::Phrases;

/// Subjects that mail systems use and people do not.
#[rustfmt::skip]
pub(super) static SUBJECT_WORDS: Phrases = Phrases::of(&[
    "undeliverable", "undelivered", "undeliverd", "undeliver", "delivery status notif", "delivery failure",
    "delivery failed", "delivery fail", "delivery report", "returned mail", "failure notice", "delivery notification",
    "mail failure", "failure delivery", "could not be delivered", "couldn't be delivered", "non-delivery", "non delivery",
    "nondeliverable", "nondelivery", "not deliverable", "undelivery", "not delivered", "delivery problem", "delivery error",
    "returned to sender", "returning to sender", "return to sender", "mail system error", "mail delivery error",
    "delivery has failed", "delivery warning", "delivery delay", "delayed mail", "delivery incomplete", "mail delivery",
    "could not send message", "message status - undeliverable", "rejected mail", "mail rejected", "message rejected",
    "failed mail", "mail failed", "failed delivery", "mail returned", "email returned", "message returned",
    "returned email", "returned message", "unable to deliver", "can't be delivered", "cannot be delivered",
    "cannot deliver", "can not deliver", "couldn't deliver", "not yet been delivered", "has been delayed",
    "still undelivered", "message delayed", "email bounced", "mail bounced", "bounced mail", "bounced message",
    "bounce message", "bounce notification", "address not found", "user unknown", "unknown user", "recipient unknown",
    "unknown recipient", "invalid recipient", "mailbox unavailable", "mailbox full", "mailbox is full", "quota exceeded",
    "over quota", "unzustellbar", "nicht zugestellt", "nicht zustellbar", "zustellung fehlgeschlagen", "zustellfehler",
    "nicht ausgeliefert", "zustellungsbenachrichtigung", "unzustellbarkeit", "fehlerhafte zustellung",
    "échec de remise", "echec de remise", "échec de la remise", "non remis", "non distribu", "échec d'envoi",
    "échec de la distribution", "avis de non-remise", "notification d'échec", "non délivr", "courrier non",
    "no se puede entregar", "no se pudo entregar", "no entregado", "no entregable", "error de entrega", "error en la entrega",
    "devuelto", "correo devuelto", "fallo en la entrega", "notificación de estado de entrega", "devolvido",
    "não entregue", "falha na entrega", "falha de entrega", "não pôde ser entregue", "não é possível entregar",
    "mensagem devolvida", "mancato recapito", "impossibile recapitare", "non recapitabile", "mancata consegna",
    "messaggio non consegnato", "notifica dello stato del recapito", "onbestelbaar", "niet bezorgd", "kan niet worden bezorgd",
    "afleveringsfout", "kunne ikke leveres", "ikke leveret", "kan ikke leveres", "ikke levert", "kunde inte levereras",
    "olevererbart", "går inte att leverera", "ei voitu toimittaa", "toimittaminen epäonnistui", "niedostarczal",
    "niedostarczona", "nie dostarczono", "nie można dostarczyć", "zwrot", "nedoručiteln", "nedoručen", "nelze doručit",
    "kézbesítetlen", "kézbesíthetetlen", "sikertelen kézbesítés", "nelivrat", "imposibil de livrat", "teslim edilemedi",
    "iletilemedi", "teslim edilemeyen", "δεν παραδόθηκε", "αδύνατη η παράδοση", "недоставлен", "не доставлен",
    "не удалось доставить", "невозможно доставить", "ошибка доставки", "возврат почты", "не може бути доставлен",
    "退信", "投递失败", "無法傳遞", "无法投递", "未送达", "未送達", "无法送达", "無法送達", "郵件傳遞失敗", "邮件发送失败",
    "发送失败", "退件", "配信不能", "配信できません", "配信エラー", "送信失敗", "送信エラー", "届きませんでした", "未配達",
    "配信失敗", "不達", "メールエラー通知", "전송 실패", "반송", "배달되지", "전달되지", "전송되지", "배달 실패", "không thể gửi", "không gửi được",
    "gửi không thành công", "ไม่สามารถส่ง", "tidak terkirim", "gagal terkirim", "gagal dikirim", "pengiriman gagal",
    "kegagalan pengiriman", "tidak dapat dikirim", "tidak dapat disampaikan", "tidak tersampaikan", "gagal disampaikan",
    "alamat tidak ditemukan", "pengiriman tertunda", "pengiriman email gagal", "penghantaran gagal",
    "tidak dapat dihantar", "status pengiriman", "surat dikembalikan", "email dikembalikan",
]);

/// Subjects that mail systems use among others.
#[rustfmt::skip]
pub(super) static SUBJECT_WORDS_WEAK: Phrases = Phrases::of(&[
    "mail error", "processing error", "mail system notification", "email error", "message error", "error sending",
    "delivery", "returned", "bounce", "failure", "failed", "rejected", "warning: message", "message you sent",
    "your message", "your mail", "your email", "mail status", "message status", "error in", "problem with",
    "postmaster", "mdaemon notification", "mail notification", "blocked", "gagal", "kesalahan", "fehler", "erreur",
    "error", "échec", "失败", "失敗", "ошибка", "auto reply", "autoreply", "warning",
]);

/// Sentences that mail systems write and nobody else.
#[rustfmt::skip]
pub(super) static BODY_WORDS_STRONG: Phrases = Phrases::of(&[
    "this is the mail system at host", "following mail could not be delivered",
    "following message could not be delivered", "following message cannot be delivered", "following email could not be delivered",
    "message below could not be delivered", "email below could not be delivered", "exceeded maximum delivery attempts",
    "maximum delivery attempts", "encountered delivery problems", "following recipients could not be delivered",
    "following recipient could not be delivered", "following addresses could not be delivered", "could not be delivered because",
    "was not delivered because", "wasn't delivered because", "could not deliver your message", "couldn't deliver your message",
    "cannot deliver your message", "were not able to deliver your message", "not able to deliver the following message",
    "failed to deliver your message", "returned mail follows", "non-delivery report", "nondelivery report", "this is the postfix program", "this is the qmail-send program",
    "this is the mail delivery", "this is the mail transport agent", "this is the mailer-daemon",
    "i'm afraid i wasn't able to deliver your message", "i wasn't able to deliver your message",
    "i tried to deliver your message", "i'm sorry to have to inform you that your message could not be delivered",
    "created automatically by mail delivery software", "created automatically by the mail delivery",
    "automatically generated delivery status notification", "this is a delivery status notification",
    "this is an automatically generated delivery", "message that you sent could not be delivered",
    "message you sent could not be delivered", "had permanent fatal errors", "had permanent delivery errors", "addresses had delivery errors",
    "had transient non-fatal errors", "had successful delivery notifications", "transcript of session follows",
    "transcript of the session follows", "transcript of session", "delivery to the following recipient",
    "delivery to the following address", "delivery to these recipients", "delivery has failed to these recipients",
    "did not reach some or all of the intended recipients", "did not reach the following recipient",
    "could not be delivered to the following", "could not be delivered to one or more",
    "could not be delivered to some or all", "could not be delivered to:", "cannot be delivered to the following",
    "can not be delivered to the following", "not delivered to the following", "unable to deliver your message",
    "unable to deliver message to", "unable to deliver mail", "was unable to deliver", "we were unable to deliver",
    "message was undeliverable", "message is undeliverable", "mail is undeliverable", "is undeliverable to",
    "undeliverable to the following", "was undeliverable to the following",
    "following recipient(s) could not be reached", "following recipient(s) cannot be reached",
    "recipients could not be reached", "following recipients failed", "following addresses failed",
    "following address failed", "following address(es) failed", "recipients that were affected",
    "permanent failure for one or more recipients", "technical details of permanent failure",
    "technical details of temporary failure", "diagnostic information for administrators", "diagnostic code:",
    "remote host said:", "remote-mta:", "final-recipient:", "reporting-mta:", "returned as undeliverable",
    "message has been returned because", "mail has been returned because", "returned to you because",
    "was automatically rejected", "below this line is a copy of the message", "recipient address rejected",
    "server for the recipient domain", "while talking to", "in reply to rcpt to command", "in reply to end of data",
    "in reply to mail from command", "retry timeout exceeded", "retry time not reached for any host",
    "unrouteable address", "unrouteable mail domain", "not listed in domino directory", "not listed in public name",
    "attempts to deliver the message", "delivery attempts failed", "delivery attempt has failed",
    "delivery temporarily suspended", "will continue to attempt delivery", "will keep trying to deliver",
    "continue to try to deliver", "attempt to deliver your message", "error occurred while trying to deliver",
    "error occurred while attempting to deliver", "could not be sent. a transcript of the attempts",
    "address(es) were not reached", "the error that the other server returned",
    "the response from the remote server was", "the response was:", "your message wasn't delivered to",
    "your message couldn't be delivered", "your message could not be delivered", "your mail could not be delivered",
    "your mail cannot be delivered", "your message cannot be delivered", "your message can not be delivered",
    "your email could not be delivered", "your message was not delivered", "your mail was not delivered",
    "your message has not been delivered", "your message has been delayed", "has not yet been delivered",
    "has not been delivered yet", "not yet been delivered", "delivery of email to this address",
    "votre message n'a pas pu etre",
    "votre message n'a pas pu être", "ihre nachricht konnte nicht", "ihre nachricht an folgende",
    "su mensaje no se ha podido", "no se pudo entregar su mensaje", "sua mensagem não pôde ser",
    "sua mensagem não pode ser", "il messaggio non è stato recapitato", "impossibile recapitare il messaggio",
    "uw bericht kon niet", "din besked kunne ikke", "ditt meddelande kunde inte", "twoja wiadomość nie",
    "vaše zpráva nemohla", "mesajınız iletilemedi", "iletiniz teslim edilemedi", "ваше сообщение не",
    "письмо не доставлено", "您的邮件被退回", "您发送的邮件", "您的邮件未能", "您的郵件無法", "ご送信いただいたメール", "メールを配信できませんでした", "메일을 전송하지 못",
    "pesan anda tidak dapat dikirim", "pesan anda tidak dapat disampaikan", "pesan anda tidak terkirim",
    "pesan anda gagal", "email anda tidak dapat dikirim", "pesan tidak dapat dikirim ke penerima",
    "gagal mengirim pesan ke penerima", "pengiriman ke penerima berikut gagal", "mesej anda tidak dapat",
]);

/// Phrases that a bounce holds and a person may.
#[rustfmt::skip]
pub(super) static BODY_WORDS: Phrases = Phrases::of(&[
    "message delivery failed", "mail delivery failed",
    "could not be delivered", "couldn't be delivered", "was not delivered", "wasn't delivered", "not be delivered to",
    "be delivered to the following", "cannot be delivered", "can not be delivered", "can't be delivered",
    "could not deliver", "couldn't deliver", "cannot deliver", "undeliverable", "undelivered", "delivery failed",
    "delivery failure", "delivery has failed", "failed to deliver", "permanent error", "permanent failure",
    "permanent fatal", "failed permanently", "user unknown", "unknown user", "no such user", "no such account",
    "no such mailbox", "no such recipient", "no mailbox here", "unknown recipient", "recipient unknown",
    "unknown or illegal alias", "invalid recipient", "invalid mailbox", "mailbox unavailable", "mailbox not found",
    "mailbox does not exist", "mailbox full", "mailbox is full", "full mailbox", "mail box space not enough",
    "mailbox has exceeded", "exceeded its quota", "exceeded his mailbox", "over quota", "quota exceeded",
    "exceeds quota", "quota limit", "insufficient disk space", "storage limit", "user doesn't have",
    "is not a valid user", "not a known user", "is not known here", "not our customer", "user not found", "user not known", "not known at this", "unknown local part", "unknown account", "no account by that name",
    "address not found", "address rejected", "address does not exist", "address doesn't exist",
    "account does not exist", "doesn't have an account", "does not have an account", "account is disabled",
    "account has been disabled", "account is inactive", "account is not active", "account that you tried to reach",
    "does not exist", "no longer exists", "no longer available", "no longer active", "host unknown", "unknown host",
    "host not found", "domain not found", "name or service not known", "connection refused", "connection timed out",
    "relaying denied", "relay access denied", "unable to relay", "message rejected", "was rejected", "been rejected",
    "mail rejected", "returned to sender", "return to sender", "returned unread", "smtp error", "smtp;",
    "remote server", "delivery attempts", "delivery status", "delivery report", "delivery problem",
    "message delivery", "mail delivery", "following address", "following recipient", "following user",
    "intended recipient:", "failed recipient", "failed address", "failed user", "recipients:", "has been postponed",
    "has been delayed", "temporarily deferred", "error message:", "errmsg", "reason:", "reject", "unable to deliver",
    "no match for", "invalid address", "bad address", "illegal user", "unknown address", "tidak dapat",
    "tidak ditemukan", "tidak terdaftar", "kotak surat penuh", "melebihi kuota", "ditolak", "gagal", "nicht gefunden",
    "unbekannt", "inconnu", "desconocido", "inexistente", "sconosciuto", "не существует", "не найден", "不存在", "退信",
    "配信", "存在しません", "konnte nicht zugestellt werden", "konnte an folgende empfänger nicht",
    "konnte nicht ausgeliefert werden", "nicht zugestellt werden", "n'a pas pu être remis", "n'a pas pu etre delivre",
    "n'a pas pu être délivré", "n'a pas pu être distribué", "n'a pas été remis", "n'a pas pu etre remis",
    "échec de la remise", "no se ha podido entregar", "no se pudo entregar", "no ha podido ser entregado",
    "no pudo ser entregado", "não pôde ser entregue", "não pode ser entregue", "não foi possível entregar",
    "impossibile recapitare", "non è stato possibile recapitare", "non è stato possibile consegnare",
    "kon niet worden bezorgd", "kan niet worden bezorgd", "kon niet worden afgeleverd", "kunne ikke leveres",
    "kunde inte levereras", "ei voitu toimittaa", "nie można dostarczyć", "nie została dostarczona", "nelze doručit",
    "nebylo možné doručit", "nem sikerült kézbesíteni", "teslim edilemedi", "iletilemedi", "не было доставлено",
    "не может быть доставлено", "не удалось доставить", "не доставлено", "не найден получатель", "无法投递", "未能送达",
    "无法送达", "投递失败", "退信原因", "無法送達", "無法傳遞", "被退回", "配信できませんでした", "送信できませんでした", "お届けできませんでした", "配信することができませんでした",
    "配信されませんでした", "宛先不明", "전달되지 못", "전송하지 못", "배달되지 못", "반송되었", "tidak dapat dikirim", "tidak dapat disampaikan",
    "tidak berhasil dikirim", "gagal dikirim", "tidak terkirim ke", "gagal terkirim", "tidak tersampaikan",
    "pesan anda tidak terkirim", "alamat tidak ditemukan", "email anda tidak dapat",
]);

/// Whom a mail system addresses before it says what failed.
#[rustfmt::skip]
pub(super) static ADDRESSES_SENDER: Phrases = Phrases::of(&[
    "your message", "your mail", "your email", "your e-mail", "you sent", "this message", "this is", "this report",
    "pesan anda", "email anda", "surel anda", "ihre nachricht", "votre message", "su mensaje", "sua mensagem",
    "il tuo messaggio", "uw bericht", "ваше", "您的", "あなた",
]);

/// What people say before they repeat what a mail system said.
#[rustfmt::skip]
pub(super) static PLEAS: Phrases = Phrases::of(&[
    "?", "tolong", "mohon", "kenapa", "mengapa", "bagaimana", "saya ", "kami ", "halo", "selamat ", "yth", "bapak", "ibu ",
    "please ", "why ", "how ", "can you", "could you", "help", "hello", "dear ", "i got", "i get", "i received", "we got",
    "we received", "forwarded", "bitte", "warum", "bonjour", "pourquoi", "hola", "por favor",
]);

/// What stands above an undelivered message.
#[rustfmt::skip]
pub(super) static ORIGINAL_WORDS: Phrases = Phrases::of(&[
    "copy of the message", "copy of your message", "copy of the original", "copy of your original", "original message follows",
    "original message header", "message header follow", "message headers follow", "message follows", "returned message",
    "returned mail follows", "unsent message", "undelivered message", "header of the source mail", "text of the message",
    "headers of the message", "lines of your original", "lines of the message", "original headers", "message text follows",
    "contents of the message", "your original message", "your message reads", "message you sent was", "returned mail", "old message", "your message follows", "nachricht folgt", "message d'origine",
    "original message -", "attached message", "message is attached", "pesan asli", "原信", "原始邮件",
]);

/// What a message says that is only late.
#[rustfmt::skip]
pub(super) static DELAY_WORDS: Phrases = Phrases::of(&[
    "delayed", "delivery delay", "not yet been delivered", "not been delivered yet", "still being tried", "warning message only",
    "do not need to resend", "you do not need to take any action", "will be retried", "will continue to", "will keep trying",
    "has been postponed", "temporarily deferred", "transient non-fatal errors", "could not send message for past",
    "tertunda", "akan dicoba lagi", "akan terus mencoba", "verzögert", "retardé", "retrasado", "отложен",
]);

/// What a message says that arrived.
#[rustfmt::skip]
pub(super) static DELIVERED_WORDS: Phrases = Phrases::of(&[
    "successfully delivered", "was successfully relayed", "has been successfully", "successful delivery notification",
    "delivered to the recipient's mailbox", "berhasil dikirim",
]);

/// What a bounce does not ask for, and whoever only pretends to be a mail system does.
#[rustfmt::skip]
pub(super) static CALLS_TO_ACT: Phrases = Phrases::of(&[
    "click here", "click below", "click on the", "click the link", "click the button", "click release", "release message",
    "release your", "release pending", "retrieve message", "retrieve your", "recover message", "recover your",
    "verify your", "confirm your", "validate your", "upgrade your", "update your account", "re-activate", "reactivate your",
    "keep same password", "keep my password", "keep your password", "current password", "change password", "sign in to",
    "log in to your", "login to your", "view message", "review message", "review pending", "allow messages", "fix now",
    "restore messages", "your account will be", "within 24 hours", "within 48 hours", "webmail support",
    "klik di sini", "klik disini", "klik tautan", "verifikasi akun", "perbarui akun", "konfirmasi akun", "kata sandi",
]);
