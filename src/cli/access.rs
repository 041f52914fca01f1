//! Who may read the data folder, and as whom we run: both are found out before anything is written.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

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
