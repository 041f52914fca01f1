//! What people call a value that has a name in code.

use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::severity::Severity;

/// The words for a value's name; `None` if it has none.
pub(super) type Words = fn(&str) -> Option<&'static str>;

/// Every filter that puts a name into words.
pub(super) const FILTERS: &[(&str, Words)] = &[
    ("tahap", stage),
    ("penghenti", ends_the_clock),
    ("keadaan", status),
    ("status_name", status_en),
    ("jenis", |code| IncidentKind::coded(code).map(IncidentKind::indonesian)),
    ("kind_name", |code| IncidentKind::coded(code).map(IncidentKind::english)),
    ("tingkat", |name| Severity::named(name).map(Severity::word)),
    ("sifat", |name| Finding::named(name).map(finding)),
    ("pihak", audience),
    ("peran", role),
    ("sapaan", form_of_address),
    ("bagian", section),
    ("ucapan_opd", opd_word),
    ("pertanyaan", question),
    ("peringatan", warning),
    ("cacat_tte", signature_fault),
    ("cacat_kode", code_fault),
    ("isian", wanted),
    ("keraguan", doubt),
];

fn stage(name: &str) -> Option<&'static str> {
    Some(match name {
        "verification" => "verifikasi",
        "reporter_answer" => "jawaban pelapor",
        "analysis" => "analisis",
        "review" => "reviu",
        "forwarding" => "penerusan",
        "acknowledgement" => "konfirmasi OPD",
        "follow_up" => "tindak lanjut OPD",
        "recheck" => "verifikasi perbaikan",
        "second_look" => "tinjauan kedua",
        "pdp_72h" => "pemberitahuan data pribadi (3 x 24 jam)",
        "iiv_24h" => "laporan IIV (1 x 24 jam)",
        "judol_24h" => "pembersihan domain (1 x 24 jam)",
        _ => return None,
    })
}

/// The one reply that stops a clock.
fn ends_the_clock(name: &str) -> Option<&'static str> {
    Some(match name {
        "verification" => {
            "Tahap ini selesai dengan balasan kepada pelapor (SOP langkah 3): balas dengan \"#valid\", \"#tolak\", \"#duplikat\" atau \"#rujuk\"."
        }
        "reporter_answer" => {
            "Pelapor belum menjawab. Balas dengan \"#tutup\" dan alasan untuk menutup, \"#tanya\" untuk bertanya lagi, atau \"#ambil\" untuk melanjutkan tanpa jawaban."
        }
        "analysis" => "Tahap ini selesai dengan \"#ajukan\" dan Laporan Hasil Analisis (SOP langkah 4).",
        "review" => "Tahap ini selesai dengan \"#setuju\" dan kode, atau \"#perbaiki\" dan catatan (SOP langkah 5).",
        "forwarding" => {
            "Tahap ini selesai ketika laporan sampai kepada OPD: balas dengan \"#teruskan\" dan kode (SOP langkah 6)."
        }
        "acknowledgement" => "Tahap ini selesai dengan \"#terima\" dari OPD.",
        "follow_up" => "Tahap ini selesai dengan \"#selesai\" dari OPD.",
        "recheck" => "Tahap ini selesai dengan \"#lulus\", atau \"#gagal\" dan temuan.",
        "second_look" => {
            "Tahap ini selesai dengan \"#buka\" dan alasan, atau \"#tolak\" dan alasan, oleh petugas lain."
        }
        "pdp_72h" => "Waktu ini berhenti dengan \"#pdp selesai\" setelah pemberitahuan disampaikan.",
        "iiv_24h" => "Waktu ini berhenti ketika laporan ke BSSN dikirim: balas dengan \"#laporbssn\".",
        "judol_24h" => "Waktu ini berhenti dengan \"#selesai\" dari OPD setelah konten dibersihkan.",
        _ => return None,
    })
}

/// What a status is called; `None` for a name that is none.
pub fn status(name: &str) -> Option<&'static str> {
    Some(match name {
        "new" => "Baru",
        "verification" => "Verifikasi",
        "awaiting_reporter" => "Menunggu Pelapor",
        "analysis" => "Analisis",
        "review" => "Reviu Kabid",
        "repair" => "Perbaikan Laporan",
        "approved" => "Disetujui",
        "forwarded" => "Diteruskan ke OPD",
        "follow_up" => "Tindak Lanjut OPD",
        "recheck" => "Verifikasi Perbaikan",
        "resolved" => "Selesai",
        "not_valid" => "Tidak Valid",
        "duplicate" => "Duplikat",
        "referred" => "Dirujuk",
        "spam" => "Spam",
        _ => return None,
    })
}

fn status_en(name: &str) -> Option<&'static str> {
    Some(match name {
        "new" => "received",
        "verification" => "being verified",
        "awaiting_reporter" => "waiting for your answer",
        "analysis" | "review" | "repair" | "approved" => "being analysed",
        "forwarded" | "follow_up" => "with the owner of the system",
        "recheck" => "the fix is being checked",
        "resolved" => "resolved",
        "not_valid" => "not confirmed",
        "duplicate" => "joined with an earlier report",
        "referred" => "referred to another body",
        "spam" => "closed",
        _ => return None,
    })
}

fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::Incident => "insiden",
        Finding::Vulnerability => "celah keamanan",
    }
}

fn audience(name: &str) -> Option<&'static str> {
    Some(match name {
        "reporter" => "pelapor",
        "analysts" | "assignee" => "analis",
        "kabid" => "Kabid",
        "opd" => "OPD",
        "opd_head" => "Kepala OPD",
        "office_head" => "Kepala Dinas Komunikasi dan Informatika",
        "sekda" => "Sekretaris Daerah",
        "bssn" => "BSSN",
        "sender" => "pengirim",
        _ => return None,
    })
}

fn role(name: &str) -> Option<&'static str> {
    Some(match name {
        "reporter" => "pelapor",
        "analyst" => "analis",
        "kabid" => "Kabid",
        "opd" => "OPD",
        "leader" => "pimpinan",
        _ => return None,
    })
}

/// How somebody in that role is spoken to in the middle of a sentence (domain 6).
fn form_of_address(name: &str) -> Option<&'static str> {
    Some(match name {
        "reporter" | "analyst" => "Saudara",
        "kabid" | "opd" | "leader" => "Bapak/Ibu",
        _ => return None,
    })
}

fn section(name: &str) -> Option<&'static str> {
    Some(match name {
        "summary" => "Ringkasan",
        "chronology" => "Kronologi",
        "verification" => "Hasil verifikasi",
        "cause" => "Penyebab",
        "impact" => "Dampak",
        "handling" => "Penanganan yang sudah dilakukan",
        "recommendations" => "Rekomendasi",
        "limits" => "Batasan analisis",
        _ => return None,
    })
}

fn opd_word(name: &str) -> Option<&'static str> {
    Some(match name {
        "acknowledged" => "OPD menyatakan telah menerima laporan",
        "needs_help" => "OPD meminta pendampingan",
        "not_ours" => "OPD menyatakan sistem bukan kelolaannya",
        "fixed_early" => "OPD menyatakan sudah memperbaiki",
        _ => return None,
    })
}

fn question(name: &str) -> Option<&'static str> {
    Some(match name {
        "review" => "reviu laporan",
        "early_warning" => "pemberitahuan dini kepada OPD",
        "escalation" => "eskalasi ke pimpinan",
        "extension" => "perpanjangan waktu bagi OPD",
        "ownership" => "kepemilikan sistem",
        "accept_risk" => "penutupan dengan risiko diterima",
        "bssn" => "laporan kepada BSSN",
        "order" => "perintah",
        _ => return None,
    })
}

fn warning(name: &str) -> Option<&'static str> {
    Some(match name {
        "sent" => "dikirim kepada OPD",
        "waiting" => "menunggu persetujuan Kabid",
        "too_early" => "belum dikirim, karena laporan belum diverifikasi atau pemiliknya belum diketahui",
        _ => return None,
    })
}

/// Which check failed, and what to do.
fn signature_fault(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_file" => "tidak ada berkas PDF; mohon lampirkan laporan yang sudah ditandatangani pada balasan",
        "several_files" => "ada beberapa PDF; mohon lampirkan laporan yang sudah ditandatangani saja",
        "unreadable" => {
            "berkas PDF tidak dapat dibaca (rusak, terkunci, atau terlalu besar); mohon unduh ulang hasil tanda tangan dan kirim kembali"
        }
        "acting" => {
            "PDF itu memuat bagian yang bekerja sendiri saat dibuka (skrip, perintah, atau berkas di dalamnya) dan tidak dapat diteruskan; mohon tandatangani langsung berkas yang dikirim sistem ini, lalu kirim hasilnya"
        }
        "no_signature" => {
            "PDF itu tidak memuat tanda tangan elektronik; mohon tandatangani dengan aplikasi TTE, lalu kirim hasilnya"
        }
        "changed" => {
            "berkas berubah setelah ditandatangani; mohon kirim hasil tanda tangan apa adanya, tanpa disimpan ulang"
        }
        "broken" => "tanda tangan elektroniknya tidak sah; mohon tandatangani ulang dan kirim hasilnya",
        "weak" => {
            "tanda tangan memakai metode yang tidak aman lagi (misalnya SHA-1 atau kunci RSA di bawah 2048 bit); mohon tandatangani ulang dengan aplikasi TTE terbaru"
        }
        "expired" => {
            "sertifikat elektroniknya tidak berlaku pada waktu penandatanganan; mohon perbarui sertifikat, lalu tandatangani ulang"
        }
        "untraced" => {
            "sertifikat elektroniknya bukan terbitan penyelenggara yang terdaftar di sini; mohon pakai sertifikat BSrE atau hubungi administrator"
        }
        "other_signer" => {
            "nama pada sertifikatnya bukan nama Bapak/Ibu yang terdaftar; mohon tandatangani sendiri atau minta administrator memeriksa data penanda tangan"
        }
        "too_early" => {
            "berkas ditandatangani sebelum laporan ini diajukan; mohon tandatangani berkas pada permintaan reviu terakhir"
        }
        "wrong_time" => {
            "waktu penandatanganannya tidak ada atau belum tiba; mohon periksa jam perangkat, lalu tandatangani ulang"
        }
        "no_text" => {
            "laporan yang diajukan tidak memuat teks yang dapat dibandingkan (hasil pindai); mohon kembalikan kepada analis dengan \"#perbaiki\""
        }
        "other_content" => {
            "isinya berbeda dari laporan yang diajukan; mohon tandatangani berkas pada permintaan reviu terakhir"
        }
        _ => return None,
    })
}

fn code_fault(name: &str) -> Option<&'static str> {
    Some(match name {
        "unknown" => "kode tidak dikenal; tiap kode hanya berlaku pada tiket yang memintanya",
        "exhausted" => {
            "kode sudah terlalu sering salah diketik dan batal; kirim perintah ini sekali lagi tanpa kode untuk memperoleh kode baru"
        }
        "used" => "kode sudah dipakai",
        "expired" => "kode sudah kedaluwarsa",
        "foreign" => "kode ini milik orang lain dan telah dibatalkan",
        _ => return None,
    })
}

fn wanted(name: &str) -> Option<&'static str> {
    Some(match name {
        "text" => "teks",
        "kind" => "jenis insiden",
        "severity" => "tingkat",
        "opd" => "kode OPD pemilik",
        "assessment" => "jenis, tingkat, pemilik atau alamat sistem",
        "tlp" => "kode TLP",
        "language" => "bahasa (id atau en)",
        "ticket_number" => "nomor tiket",
        "address" => "alamat surel",
        "analyst" => "nama analis",
        "deputy" => "nama Plh. yang terdaftar",
        "date" => "tanggal",
        "month" => "bulan",
        "yes_no_done" => "ya, tidak atau selesai",
        "nothing" => "bagian dari perintah ini",
        _ => return None,
    })
}

fn doubt(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_reply" => "surel itu bukan balasan atas surel kami",
        "domain" => "asal surel tidak dapat dipastikan",
        "signature" => "tanda tangan surel itu tidak dapat diterima",
        "signature_required" => {
            "perintah atas nama dinas harus ditandatangani dengan kunci PGP atau sertifikat S/MIME yang terdaftar"
        }
        "no_code" => "tanda tangannya sah, tetapi tidak ada kode yang masih berlaku di dalamnya",
        "parts_differ" => "teks dan tampilan HTML surel itu berbeda",
        "too_many" => {
            "dalam satu jam ini sudah terlalu banyak perintah keliru, sehingga yang berikutnya dicatat tanpa dijawab"
        }
        _ => return None,
    })
}
