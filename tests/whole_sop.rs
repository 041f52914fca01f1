//! The whole SOP by mail, told by what each party writes and receives.

#[path = "support/mod.rs"]
mod support;

use siaga::domain::stage::{Disposition, Status};
use support::reported::{ANI, BUDI, DINKES, KABID, REPORT, reported, status};

#[test]
fn from_the_first_report_to_the_closed_ticket() {
    let mut world = reported();
    world.minutes(10);
    world.replies(ANI, "Baru", "#ambil");
    assert_eq!(status(&world), Status::Verification);
    world.replies(ANI, "Baru", "#tanya\nDi halaman mana tepatnya?");
    assert_eq!(status(&world), Status::AwaitingReporter);
    assert_eq!(world.mailbox_of(BUDI).len(), 1, "the question waits");
    world.minutes(6);
    assert!(world.latest(BUDI, "CIAMIS").words().contains("Di halaman mana tepatnya?"));
    world.replies(BUDI, "CIAMIS", "Di /slot/ dan /promo/.");
    assert_eq!(status(&world), Status::Verification);
    world.replies(ANI, "Baru", "#valid judol tinggi dinkes");
    assert_eq!(status(&world), Status::Analysis);
    world.minutes(6);
    assert!(world.latest(DINKES, "PEMBERITAHUAN DINI").words().contains("dinkes.ciamiskab.go.id"));
    world.replies(ANI, "Baru", REPORT);
    assert_eq!(status(&world), Status::Review);
    world.replies(KABID, "Mohon reviu", "#perbaiki\nLengkapi kronologi.");
    assert_eq!(status(&world), Status::Repair);
    assert!(world.latest(ANI, "Dikembalikan").words().contains("Lengkapi kronologi."));
    world.replies(ANI, "Dikembalikan", REPORT);
    let asked = world.latest(KABID, "Mohon reviu");
    world.replies(KABID, "Mohon reviu", &format!("#setuju {}", asked.code()));
    assert_eq!(status(&world), Status::Approved);
    world.minutes(11);
    assert_eq!(status(&world), Status::Forwarded);
    let delivered = world.latest(DINKES, "Laporan Hasil Analisis");
    assert!(delivered.words().contains("Hapus berkas."));
    assert!(!delivered.text.contains("ditandatangani"), "an approval by reply is no signature");
    world.replies(DINKES, "Laporan Hasil Analisis", "#terima Rina");
    assert_eq!(status(&world), Status::FollowUp);
    world.replies(DINKES, "Laporan Hasil Analisis", "#selesai berkas dihapus, CMS diperbarui");
    assert_eq!(status(&world), Status::Recheck);
    world.replies(ANI, "Cek ulang", "#gagal\nHalaman /promo/ masih ada.");
    assert_eq!(status(&world), Status::FollowUp);
    world.minutes(6);
    world.replies(DINKES, "cek ulang", "#selesai halaman promo dihapus");
    world.replies(ANI, "Cek ulang", "#lulus");
    assert_eq!(status(&world), Status::Closed(Disposition::Resolved));
    world.minutes(6);
    assert!(world.latest(BUDI, "CIAMIS").words().to_lowercase().contains("terima kasih"));
    for mail in world.mailbox_of(DINKES) {
        for private in ["Budi", "budi@warga.example", "Situs dinkes berisi judi"] {
            assert!(!mail.text.contains(private) && !mail.subject.contains(private), "{}: {}", mail.subject, mail.text);
        }
    }
    insta::assert_snapshot!(world.story());
}
