//! What people call the values that have a name in code, in Indonesian and English.

pub(super) fn kind_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "image" => "gambar",
        "pdf" => "dokumen PDF",
        "office" => "dokumen Office",
        "archive" => "berkas terkompresi (ZIP, RAR)",
        "media" => "video atau audio",
        "message" => "surel",
        "text" => "teks",
        "program" => "berkas program",
        "other" => "berkas",
        _ => return None,
    })
}

pub(super) fn kind_en(name: &str) -> Option<&'static str> {
    Some(match name {
        "image" => "image",
        "pdf" => "PDF document",
        "office" => "office document",
        "archive" => "archive",
        "media" => "video or audio",
        "message" => "mail message",
        "text" => "text",
        "program" => "program",
        "other" => "file",
        _ => return None,
    })
}

pub(super) fn missing_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "target" => "alamat (URL) sistem yang terdampak",
        "when" => "tanggal dan jam kejadian diketahui",
        "steps" => "uraian temuan dan langkah-langkahnya",
        "evidence" => "bukti: tangkapan layar, log, atau langkah pembuktian (PoC)",
        _ => return None,
    })
}

pub(super) fn missing_short_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "target" => "alamat terdampak",
        "when" => "waktu kejadian",
        "steps" => "langkah temuan",
        "evidence" => "bukti",
        _ => return None,
    })
}

pub(super) fn missing_en(name: &str) -> Option<&'static str> {
    Some(match name {
        "target" => "the address (URL) of the affected system",
        "when" => "the date and time you noticed it",
        "steps" => "a description and the steps that led to it",
        "evidence" => "evidence: a screenshot, a log, or a proof of concept",
        _ => return None,
    })
}

/// What the malware scanner said of a file; what it found has a name of its own.
pub(super) fn scan_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "clean" => "bersih",
        "too_large" => "tidak diperiksa: berkas terlalu besar",
        "limits" => "tidak diperiksa seluruhnya: melewati batas pemindai, mungkin arsip jebakan",
        "too_slow" => "tidak diperiksa: pemindai tidak selesai pada waktunya",
        "refused" => "tidak diperiksa: pemindai menolak berkas ini",
        "late" => "belum diperiksa: waktunya habis; diulang dengan sendirinya",
        "away" => "belum diperiksa: pemindai tidak menjawab; diulang dengan sendirinya",
        _ => return None,
    })
}

pub(super) fn evidence_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "login" => "dikirim dengan login pengirim sendiri pada server kami",
        "dkim" => "dibenarkan oleh domain pengirim (DKIM)",
        "dmarc" => "dibenarkan oleh domain pengirim (DMARC)",
        "denied" => "DITOLAK oleh domain pengirim (DMARC); mungkin palsu",
        "altered" => "belum dapat dipastikan; tanda tangan domain (DKIM) tidak cocok, surel berubah di perjalanan",
        "doubtful" => {
            "belum dapat dipastikan; hasil periksa penyedia surel ganda atau salah tempat, mungkin dipalsukan"
        }
        "unavailable" => "belum dapat dipastikan; DNS tidak menjawab",
        "none" => "belum dapat dipastikan",
        _ => return None,
    })
}

pub(super) fn standard_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "pgp" => "PGP",
        "smime" => "S/MIME",
        _ => return None,
    })
}

pub(super) fn closed_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_key" => {
            "sistem belum mempunyai kunci PGP; buka surel asli dengan kunci petugas yang dituju, atau minta pelapor mengirim ulang"
        }
        "other_key" => "dienkripsi untuk kunci lain; minta pelapor mengirim ulang dengan kunci PGP tim",
        "no_integrity" => {
            "enkripsinya tanpa perlindungan keutuhan, isinya dapat diubah orang lain; minta pelapor memakai program yang lebih mutakhir"
        }
        "damaged" => "rusak atau berubah di perjalanan; minta pelapor mengirim ulang",
        "too_large" => "isinya terlalu besar; minta pelapor mengirim dalam beberapa surel",
        "too_many_recipients" => {
            "dienkripsi untuk terlalu banyak penerima, atau untuk banyak penerima tersembunyi; minta pelapor mengirim ulang dengan kunci PGP tim saja, tanpa penerima tersembunyi (hidden recipient)"
        }
        "not_whole" => {
            "hanya sebagian surel yang terenkripsi, dan sebagian saja tidak aman dibuka; minta pelapor mengenkripsi seluruh surel"
        }
        "unsupported" => {
            "S/MIME terenkripsi tidak dibuka oleh sistem ini; buka surel asli dengan program surel yang memegang sertifikatnya, atau minta pelapor memakai PGP"
        }
        _ => return None,
    })
}

pub(super) fn mail_signature_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "altered" => "isi surel berubah setelah ditandatangani",
        "unreadable" => "tanda tangannya tidak dapat dibaca",
        "weak" => "memakai algoritma atau kunci yang lemah",
        "key_expired" => "kuncinya tidak berlaku saat dipakai",
        "key_revoked" => "kuncinya sudah dicabut",
        "other_key" => "bukan dari kunci yang terdaftar untuk pengirim",
        "not_whole" => "hanya mencakup sebagian surel",
        "in_text" => "ditulis di dalam teks, sehingga isi lain dapat ditambahkan di luarnya",
        "no_time" => "tanpa waktu penandatanganan",
        "too_old" => "dibuat lebih dari tujuh hari sebelum surel tiba",
        "ahead" => "waktu penandatanganannya di masa depan",
        _ => return None,
    })
}

/// What whoever signed can do about it.
pub(super) fn mail_signature_remedy_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "altered" => {
            "kirim ulang langsung dari program surel, bukan lewat milis atau terusan; server pengirim tidak boleh menambah catatan kaki"
        }
        "unreadable" => "tandatangani ulang dengan PGP/MIME atau S/MIME",
        "weak" => "pakai SHA-256 dan kunci yang kuat (RSA 2048 bit ke atas, atau Curve25519)",
        "key_expired" => "perpanjang kuncinya, lalu serahkan kunci publik atau sertifikat terbaru kepada administrator",
        "key_revoked" => "buat kunci baru, lalu serahkan kunci publiknya kepada administrator",
        "other_key" => {
            "pilih kunci yang terdaftar di program surel; bila kuncinya berganti, serahkan yang baru kepada administrator"
        }
        "not_whole" => "tandatangani seluruh surel; jangan lewat milis yang menambah catatan kaki",
        "in_text" => "pilih PGP/MIME di program surel, bukan tanda tangan di dalam teks (inline)",
        "no_time" | "too_old" => "tulis dan tandatangani balasan baru",
        "ahead" => "periksa jam komputer, lalu tandatangani ulang",
        _ => return None,
    })
}

pub(super) fn silence_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_sender" => "alamat pengirim tidak dapat digunakan",
        "ourselves" => "pengirimnya alamat CSIRT sendiri",
        "evidence_fails" => "domain pengirim menolak keaslian surel ini",
        "address_hour" | "address_day" => "alamat ini sudah mencapai batas tanda terima",
        "without_evidence" | "all_hour" => "batas tanda terima per jam tercapai",
        "undeliverable" => "surel ke alamat ini pernah dikembalikan",
        "storm" => "surel masuk sedang melonjak",
        "domain_hour" => "batas tanda terima untuk domain ini tercapai",
        "same_subject" => "subjek yang sama sudah dibalas hari ini",
        "junk" => "surel ini ditandai spam oleh penyedia surel",
        "catch_up" => {
            "surel ini menunggu lebih dari sehari selama sistem tidak bekerja dan mungkin sudah pernah dijawab"
        }
        "ticket_share" | "outsider_day" => "alamat ini sudah mencapai batas surel otomatis",
        "auto_submitted" | "suppress_header" | "wording" => "surel ini dikirim otomatis",
        "empty_return_path" | "robot_sender" => "pengirimnya adalah mesin",
        "precedence" | "list" => "surel ini datang melalui milis",
        "report" => "surel ini laporan otomatis",
        "hops" => "surel ini terlalu sering diteruskan",
        _ => return None,
    })
}

pub(super) fn defect_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_from" => "surel ini tanpa pengirim",
        "several_from" => "surel ini menyebut lebih dari satu pengirim",
        "unusable_from" => "alamat pengirim tidak dapat dibalas",
        "no_message_id" => "surel ini tanpa Message-ID",
        "damaged_encoding" => "sebagian isi surel rusak; lihat surel asli",
        "unknown_charset" => "sebagian huruf tidak dapat dibaca; lihat surel asli",
        "empty_body" => "surel ini tanpa isi teks",
        "truncated" => "surel ini terpotong",
        "encrypted" => "isi surel terenkripsi dan harus dibuka petugas",
        "too_large" => "surel terlalu besar; hanya bagian header yang dibaca",
        "control_characters" => "isi surel mengandung karakter kendali",
        "partial" => "surel ini hanya satu bagian dari surel yang dipecah",
        "limits" => "surel ini bersusun terlalu dalam; tidak semua bagiannya dibuka",
        _ => return None,
    })
}

pub(super) fn indicator_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "sha256" => "SHA-256",
        "sha1" => "SHA-1",
        "md5" => "MD5",
        "url" => "URL",
        "address" => "surel",
        "ip" => "IP",
        "host" => "host",
        "cve" => "celah",
        _ => return None,
    })
}

pub(super) fn shared_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "sha256" | "sha1" | "md5" => "berkas yang sama",
        "url" => "URL yang sama",
        "address" => "alamat surel yang sama",
        "ip" => "alamat IP yang sama",
        "host" => "host yang sama",
        "cve" => "celah yang sama",
        _ => return None,
    })
}

/// What somebody's data look like.
/// What in a document acts by itself.
pub(super) fn acting_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "program" => "program di dalam dokumen (JavaScript, formulir XFA, atau makro)",
        "launch" => "perintah yang menjalankan program lain",
        "on_opening" => "tindakan yang berjalan sendiri saat dokumen dibuka",
        "transfer" => "pengiriman formulir atau pengambilan dokumen lain",
        "embedded" => "berkas atau objek yang disisipkan di dalam dokumen",
        "media" => "video, suara, atau objek 3D",
        "linked" => "templat, gambar, atau objek yang diambil dari tempat lain",
        "entities" => "deklarasi DTD atau entitas XML",
        _ => return None,
    })
}

pub(super) fn personal_data_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "reporter" => "identitas pelapor",
        "nik" => "diduga NIK",
        "npwp" => "diduga NPWP",
        "telephone" => "diduga nomor telepon",
        "card" => "diduga nomor kartu pembayaran",
        "address" => "alamat surel yang tidak terdaftar",
        "unreadable" => "berkas tidak dapat diperiksa sistem; mohon diperiksa sendiri",
        _ => return None,
    })
}
