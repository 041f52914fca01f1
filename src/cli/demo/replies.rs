//! The replies of the demo: how the four parties carry the SOP to its end on the first ticket, each
//! by answering the mail he got.

use crate::domain::Time;

/// A reply into the demo's mailbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reply {
    /// When it reaches the mail server, RFC 3339.
    at: &'static str,
    /// Who writes.
    pub(super) from: &'static str,
    /// The notice he answers: the latest one he got about the first ticket.
    pub(super) answers: &'static str,
    /// What it means in the SOP.
    pub(super) what: &'static str,
    /// What he writes; `<CODE>` stands for the one-time code in the mail he answers.
    pub(super) text: &'static str,
}

impl Reply {
    /// When it reaches the mail server.
    pub(super) fn arrives_at(&self) -> Time {
        self.at.parse().expect("the demo's replies have valid times")
    }

    /// The address alone.
    pub(super) fn address(&self) -> &'static str {
        self.from.split(['<', '>']).nth(1).unwrap_or(self.from)
    }
}

const ANI: &str = "Ani Analis <ani@csirt.example>";
const KABID: &str = "Kepala Bidang <kabid@csirt.example>";
const BUDI: &str = "Budi Santoso <budi@warga.example>";
const DINKES: &str = "Pengelola Sistem Dinas Kesehatan <admin@dinkes.example>";

const REPORT: &str = "#ajukan\nRingkasan: Situs Dinas Kesehatan disusupi halaman judi online.\nKronologi: 23/11 pukul 07.50 \
    dilaporkan warga; 10.35 dipastikan dari jaringan luar.\nVerifikasi: halaman dibuka dari ponsel dan dicatat.\n\
    Penyebab: pengaya CMS yang usang memungkinkan unggahan berkas.\nDampak: seluruh domain dapat ditangguhkan.\n\
    Penanganan: bukti diamankan.\nRekomendasi:\n1. Hapus berkas sisipan.\n2. Perbarui CMS dan pengayanya.\n\
    3. Ganti kata sandi pengelola.";

/// Every reply, in the order of arrival.
pub(super) const REPLIES: &[Reply] = &[
    Reply {
        at: "2026-11-23T09:50:00+07:00",
        from: ANI,
        answers: "ticket_opened",
        what: "SOP 3: the analyst takes the ticket and asks the reporter something; the clock stands still until he answers",
        text: "#ambil\n#tanya\nApakah ada halaman lain yang serupa?",
    },
    Reply {
        at: "2026-11-23T10:20:00+07:00",
        from: BUDI,
        answers: "question_asked",
        what: "the reporter answers; the clock goes on",
        text: "Ada, halaman /galeri juga berpindah bila dibuka dari ponsel.",
    },
    Reply {
        at: "2026-11-23T10:35:00+07:00",
        from: ANI,
        answers: "message_filed",
        what: "SOP 3 ends: the report is true, and grave. The OPD is warned at once, long before the analysis report",
        text: "#valid judol tinggi dinkes",
    },
    Reply {
        at: "2026-11-23T13:30:00+07:00",
        from: ANI,
        answers: "ticket_opened",
        what: "SOP 4: the analyst hands in the analysis report; the Kabid has one hour",
        text: REPORT,
    },
    Reply {
        at: "2026-11-23T13:50:00+07:00",
        from: KABID,
        answers: "review_requested",
        what: "SOP 5: the Kabid is not content; the report goes back, and the analyst's clock runs on",
        text: "#perbaiki\nMohon lengkapi kronologi dengan waktu pemeriksaan.",
    },
    Reply {
        at: "2026-11-23T14:40:00+07:00",
        from: ANI,
        answers: "report_returned",
        what: "SOP 4 once more: the second version of the report",
        text: REPORT,
    },
    Reply {
        at: "2026-11-23T15:05:00+07:00",
        from: KABID,
        answers: "review_requested",
        what: "SOP 5 ends: the Kabid approves this very version, with the one-time code he was sent; he has ten minutes to take it back",
        text: "#setuju <CODE>",
    },
    Reply {
        at: "2026-11-27T15:40:00+07:00",
        from: KABID,
        answers: "decision_requested",
        what: "SOP 6: the OPD is silent. Those above its head hear of it on the Kabid's word alone; here he gives it",
        text: "#setuju <CODE>",
    },
    Reply {
        at: "2026-11-30T08:30:00+07:00",
        from: DINKES,
        answers: "report_delivered",
        what: "SOP 6: the OPD has repaired and says so",
        text: "#selesai berkas sisipan dihapus, CMS diperbarui",
    },
    Reply {
        at: "2026-11-30T10:00:00+07:00",
        from: ANI,
        answers: "recheck_requested",
        what: "the analyst checks: it is not gone, so the OPD has to go on",
        text: "#gagal\nHalaman /galeri masih berpindah bila dibuka dari ponsel.",
    },
    Reply {
        at: "2026-11-30T14:00:00+07:00",
        from: DINKES,
        answers: "fix_incomplete",
        what: "SOP 6: the OPD repairs once more",
        text: "#selesai pengaya galeri dihapus",
    },
    Reply {
        at: "2026-11-30T15:00:00+07:00",
        from: ANI,
        answers: "recheck_requested",
        what: "the repair holds: the ticket is closed, the reporter and the OPD are thanked, the Kabid is told",
        text: "#lulus",
    },
];
