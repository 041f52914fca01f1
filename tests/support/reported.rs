//! A desk with a report about the site of Dinas Kesehatan, as far as a story needs it.

use siaga::domain::stage::Status;

use super::letters::Letter;
use super::world::World;

pub const ANI: &str = "ani@csirt.example";
pub const DEDI: &str = "dedi@csirt.example";
pub const KABID: &str = "kabid@csirt.example";
pub const DINKES: &str = "admin@dinkes.example";
pub const BUDI: &str = "budi@warga.example";

pub const REPORT: &str = "#ajukan\nRingkasan: Situs disusupi konten judi online.\nKronologi: 23/11 07.00 berkas diunggah.\n\
    Verifikasi: halaman dibuka dan dicatat.\nPenyebab: CMS usang.\nDampak: domain dapat ditangguhkan.\n\
    Penanganan: halaman dicatat.\nRekomendasi:\n1. Hapus berkas.\n2. Perbarui CMS.";

/// A desk with one report about the site of Dinas Kesehatan.
pub fn reported() -> World {
    let mut world = World::new();
    world.writes(
        &Letter::from("Budi Warga <budi@warga.example>")
            .subject("Situs dinkes berisi judi")
            .text("Halaman https://dinkes.ciamiskab.go.id/slot/ menampilkan judi sejak 23/11/2026 pukul 07.00."),
    );
    world
}

/// The same with a report that waits for the Kabid.
pub fn in_review() -> World {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.minutes(6);
    world.replies(ANI, "Baru", REPORT);
    assert_eq!(status(&world), Status::Review);
    world
}

/// The same with the report at the OPD.
pub fn forwarded() -> World {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    world.minutes(11);
    assert_eq!(status(&world), Status::Forwarded);
    world
}

pub fn status(world: &World) -> Status {
    world.tickets()[0].status
}

/// Mails with a notice.
pub fn count(world: &World, notice: &str) -> usize {
    world.outbox().iter().filter(|mail| mail.notice == notice).count()
}
