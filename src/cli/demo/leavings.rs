//! What the demo leaves behind besides its desk: a configuration that leads to it, a script that
//! names both, and a mail that has not been taken in.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::config;

/// What the demo leaves behind, each by its whole path.
#[derive(Debug)]
pub(super) struct Leavings {
    /// The demo's folder.
    pub(super) folder: PathBuf,
    /// The mails that were sent.
    pub(super) sent: PathBuf,
    /// Siaga with the demo's configuration.
    pub(super) script: PathBuf,
    /// The mail that has not been taken in.
    pub(super) letter: PathBuf,
}

const LETTER: &str = include_str!("letters/webshell_not_taken_in.eml");

impl Leavings {
    /// Writes them into the demo's folder, whose path is whole.
    pub(super) fn write(folder: &Path, sent: &Path) -> Result<Leavings> {
        let settings = folder.join("config");
        fs::create_dir_all(&settings).context("make the demo's configuration")?;
        for (name, text) in config::shipped() {
            let text = if name == "siaga.toml" { of_demo(text, folder, sent)? } else { text.to_owned() };
            fs::write(settings.join(name), text).context("write the demo's configuration")?;
        }
        let program = std::env::current_exe().context("find this very program")?;
        let (script, letter) = (folder.join("desk"), folder.join("one-more.eml"));
        let called = format!("#!/bin/sh\nexec {} --config {} \"$@\"\n", quoted(&program), quoted(&settings));
        fs::write(&script, called).context("write the demo's script")?;
        fs::set_permissions(&script, Permissions::from_mode(0o700)).context("make the demo's script a program")?;
        fs::write(&letter, LETTER).context("write the demo's last letter")?;
        Ok(Leavings { folder: folder.to_owned(), sent: sent.join("new"), script, letter })
    }
}

/// The shipped settings for the demo's desk, which reaches no server.
fn of_demo(shipped: &str, folder: &Path, sent: &Path) -> Result<String> {
    let path = |path: &Path| toml::Value::String(path.display().to_string()).to_string();
    let mut text = shipped.to_owned();
    for (is, becomes) in [
        ("\ndir = \"data\"\n", format!("\ndir = {}\n", path(folder))),
        ("\nsource = \"imap\"\n", "\nsource = \"maildir\"\n".to_owned()),
        ("\nmaildir = \"data/maildir/inbox\"\n", format!("\nmaildir = {}\n", path(&folder.join("inbox")))),
        ("\ntransport = \"smtp\"\n", "\ntransport = \"maildir\"\n".to_owned()),
        ("\nmaildir = \"data/maildir/sent\"\n", format!("\nmaildir = {}\n", path(sent))),
        ("\n# cutoff = ", "\ncutoff = \"2000-01-01T00:00:00+07:00\"\n# cutoff = ".to_owned()),
    ] {
        ensure!(text.matches(is).count() == 1, "the shipped siaga.toml has not one `{}`", is.trim());
        text = text.replace(is, &becomes);
    }
    Ok(text)
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let harmless = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c));
    if harmless { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_and_quotes_can_be_copied() {
        for (path, shown) in [
            ("/data/demo/desk", "/data/demo/desk"),
            ("/data/my demo/desk", "'/data/my demo/desk'"),
            ("/data/it's/$HOME", r"'/data/it'\''s/$HOME'"),
        ] {
            assert_eq!(quoted(Path::new(path)), shown);
        }
    }
}
