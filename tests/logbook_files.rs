//! `siaga logbook`: the record an office keeps, and what a mailed head finds.

mod support;

use std::process::{Command, Output};

use rusqlite::Connection;
use serde_json::Value;
use siaga::store::logbook;
use support::letters::Letter;
use support::world::World;

fn siaga(world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_siaga"));
    command.args(["--config", "config", "--templates", "templates"]).args(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("SIAGA__DATA__DIR", world.folder());
    command.output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn reported() -> World {
    let mut world = World::new();
    world.writes(
        &Letter::from("Budi Warga <budi@warga.example>")
            .subject("Judi")
            .text("Situs dinkes.ciamiskab.go.id menampilkan judi."),
    );
    world
}

const COLUMNS: &str = "no,nomor_tiket,tanggal_waktu_terima,kanal,pelapor,kontak_tersimpan,sistem_terdampak,\
    opd_pemilik,sifat,jenis,tingkat,tlp,hasil_verifikasi,waktu_balasan,durasi_verifikasi_kerja,\
    durasi_verifikasi_kalender,tepat_3jam,analis,waktu_ajuan,tepat_1hari,jumlah_perbaikan,waktu_ttd,tepat_1jam,\
    nomor_laporan,waktu_penerusan,waktu_diterima_opd,tindakan,batas_tindak_lanjut,waktu_selesai_opd,\
    hasil_cek_ulang,waktu_tutup,dibuka_kembali,data_pribadi,lapor_bssn,status,petugas,keterangan";

#[test]
fn one_row_for_each_ticket_in_the_columns_of_the_record() {
    let world = reported();
    let csv = said(&siaga(&world, &["logbook", "--csv"]));
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], COLUMNS);
    assert!(lines[1].starts_with("1,CIAMIS-2026-0001,2026-11-23 07:30,email,BW,ya,"), "{csv}");
    assert!(!csv.contains("budi@") && !csv.contains("Budi"), "a reporter is an alias: {csv}");
    let json: Vec<Value> = serde_json::from_str(&said(&siaga(&world, &["logbook", "--json"]))).expect("JSON");
    let columns: Vec<&str> = json[0].as_object().expect("a row").keys().map(String::as_str).collect();
    assert_eq!(columns.join(","), COLUMNS);
    let events: Vec<Value> =
        serde_json::from_str(&said(&siaga(&world, &["logbook", "--events", "--json"]))).expect("JSON");
    assert_eq!(events[0]["kind"], "ticket_opened");
}

#[test]
fn the_record_tells_by_which_way_a_report_came() {
    let robot = "formulir@ciamiskab.go.id";
    let mut world = World::with(|config| {
        config.settings.intake.form_senders = vec![robot.parse().expect("an address")];
    });
    let form = "Nama: Siti Rahma\nEmail: siti@kampus.example\n\nSitus dinkes.ciamiskab.go.id berubah.";
    world.writes(&Letter::from(&format!("Formulir <{robot}>")).subject("Formulir").text(form));
    world.writes(&Letter::from("Budi <budi@warga.example>").subject("Judi").text("Situs menampilkan judi."));
    let rows: Vec<Value> = serde_json::from_str(&said(&siaga(&world, &["logbook", "--json"]))).expect("JSON");
    let ways: Vec<&str> = rows.iter().map(|row| row["kanal"].as_str().expect("a way")).collect();
    assert_eq!(ways, ["web", "email"]);
}

/// Trust-and-safety case 94.
#[test]
fn case_94_a_mailed_head_finds_a_cut_off_end_and_a_chain_written_anew() {
    let world = reported();
    let (entries, digest) = logbook::head(world.shared.engine.borrow().store().db()).expect("a head").expect("entries");
    let whole = siaga(&world, &["logbook", "verify", "--head", &format!("{entries}:{digest}")]);
    assert!(whole.status.success() && said(&whole).contains("the chain is whole"), "{whole:?}");

    let wrong = siaga(&world, &["logbook", "verify", "--head", &format!("{entries}:{}", "0".repeat(64))]);
    let complaint = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && complaint.contains("written anew"), "{complaint}");

    let db = Connection::open(world.folder().join("siaga.db")).expect("the file");
    db.execute_batch(&format!(
        "DROP TRIGGER logbook_is_append_only_delete; DELETE FROM logbook WHERE id = {entries}; \
         UPDATE sqlite_sequence SET seq = {entries} - 1 WHERE name = 'logbook'"
    ))
    .expect("somebody got at the file");
    assert!(siaga(&world, &["logbook", "verify"]).status.success(), "the file alone cannot tell");
    let cut = siaga(&world, &["logbook", "verify", "--head", &format!("{entries}:{digest}")]);
    let complaint = String::from_utf8_lossy(&cut.stderr).into_owned();
    assert!(!cut.status.success() && complaint.contains("the end was cut off"), "{complaint}");
}

#[test]
fn a_head_that_was_not_copied_whole_is_refused() {
    let refused = siaga(&reported(), &["logbook", "verify", "--head", "17"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("copy the line"), "{refused:?}");
}
