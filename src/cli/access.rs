//! Who may read the data folder, and as whom we run: both are found out before anything is written.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use rustix::fs::{FsWord, statfs};

use crate::domain::Time;

/// What is wrong with a data folder that others may look into, with the remedy.
pub(super) fn shared_with_others(data: &Path) -> Option<String> {
    let mode = fs::metadata(data).ok()?.permissions().mode();
    let shown = data.display();
    (mode & 0o077 != 0).then(|| {
        format!(
            "The data folder {shown} may be read by others (mode {:o}), and with it every report: run chmod 700 {shown}",
            mode & 0o777
        )
    })
}

/// What is wrong with the place and the moment of a start, in one line each.
///
/// # Errors
/// If the data folder lies on another machine: `SQLite` loses its database there sooner or later.
pub(super) fn at_start(data: &Path, now: Time) -> Result<Vec<String>> {
    let shown = data.display();
    let kind = statfs(data).with_context(|| format!("look at the file system of {shown}"))?.f_type;
    ensure!(
        !is_remote(kind),
        "the data folder {shown} lies on a network file system, where the database is damaged sooner or later:          put [data] dir on a disk of this machine"
    );
    Ok(early(now).into_iter().chain(shared_with_others(data)).collect())
}

/// NFS, SMB in its three forms, AFS, Ceph, Coda.
const REMOTE: &[FsWord] = &[0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x5346_414F, 0x00C3_6400, 0x7375_7245];

fn is_remote(kind: FsWord) -> bool {
    REMOTE.contains(&kind)
}

/// No Siaga of this kind was built before.
const BUILT: &str = "2026-11-01T00:00:00Z";

/// What is wrong with a clock that shows a day before this program was made.
fn early(now: Time) -> Option<String> {
    let built: Time = BUILT.parse().ok()?;
    (now < built).then(|| {
        format!(
            "The clock of this machine shows {}, before this Siaga was made: every deadline will be wrong. Set it (NTP)",
            now.format("%Y-%m-%d %H:%M UTC")
        )
    })
}

/// Refuses to write into a data folder as anybody but its owner: the daemon could not read the files.
///
/// # Errors
/// If somebody else owns it, with the remedy.
pub(super) fn ensure_owner(data: &Path, user: u32) -> Result<()> {
    let shown = data.display();
    let owner = fs::metadata(data).with_context(|| format!("look at the data folder {shown}"))?.uid();
    ensure!(
        owner == user,
        "the data folder {shown} belongs to user {owner} and this is user {user}: files written now could not be read by \
         the daemon. Run the command as that user: sudo -u '#{owner}' siaga …"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_fed_by_another_user_would_be_closed_to_the_daemon() {
        let folder = tempfile::tempdir().expect("a folder");
        let owner = fs::metadata(folder.path()).expect("it is there").uid();
        ensure_owner(folder.path(), owner).expect("its owner may");
        let refusal = ensure_owner(folder.path(), owner + 1).expect_err("nobody else may").to_string();
        assert!(refusal.contains(&format!("sudo -u '#{owner}'")), "{refusal}");
    }

    #[test]
    fn case_96_a_network_file_system_and_a_clock_before_the_program_are_named_in_one_line() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("its owner may");
        let now: Time = "2026-11-24T03:00:00Z".parse().expect("a time");
        assert_eq!(at_start(folder.path(), now).expect("a local disk"), Vec::<String>::new());
        let old: Time = "1970-01-01T00:00:07Z".parse().expect("a time");
        let said = at_start(folder.path(), old).expect("it starts, and says so");
        assert!(said.len() == 1 && said[0].contains("1970-01-01") && !said[0].contains('\n'), "{said:?}");
        for (kind, remote) in [(0x6969, true), (0xFF53_4D42, true), (0xEF53, false), (0x0102_1994, false)] {
            assert_eq!(is_remote(kind), remote, "{kind:x}");
        }
        assert!(at_start(Path::new("/nirgendwo"), now).is_err());
    }

    #[test]
    fn a_data_folder_others_may_read_is_named_with_its_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        let says = |mode| {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("its owner may");
            shared_with_others(folder.path())
        };
        assert_eq!(says(0o700), None);
        assert!(says(0o750).is_some_and(|warning| warning.contains("mode 750") && warning.contains("chmod 700")));
        assert!(says(0o704).is_some());
    }
}
