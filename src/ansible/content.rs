//! The play and its roles, which are in this binary: written out for a run, and their digest.

use super::digest;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use include_dir::{Dir, File, include_dir};

static ANSIBLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/ansible");
const EVENTS: &str = include_str!("lostops_events.py");

/// The folder that paths in reports begin with, as in the repository of the roles.
pub(crate) const FOLDER: &str = "ansible";

/// Where the play was written.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// Ends in `ansible`.
    pub(crate) folder: Utf8PathBuf,
    /// The folder of the callback plug-in, apart from the play.
    pub(crate) callbacks: Utf8PathBuf,
    /// Ansible's own configuration, which is empty.
    pub(crate) settings: Utf8PathBuf,
}

impl Content {
    /// Writes everything anew, so that nothing of an older version is left.
    pub(crate) fn write(under: &Utf8Path) -> anyhow::Result<Self> {
        let content = Self {
            folder: under.join(FOLDER),
            callbacks: under.join("callbacks"),
            settings: under.join("ansible.cfg"),
        };
        for folder in [&content.folder, &content.callbacks] {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => fs::create_dir_all(folder)?,
            }
        }
        for file in files(&ANSIBLE) {
            let Some(name) = Utf8Path::from_path(file.path()) else {
                continue;
            };
            let path = content.folder.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, file.contents())?;
        }
        fs::write(&content.settings, "")?;
        fs::write(content.callbacks.join("lostops_events.py"), EVENTS)?;
        Ok(content)
    }

    pub(crate) fn playbook(&self) -> Utf8PathBuf {
        self.folder.join("site.yml")
    }
}

/// The text of one of its files, `roles/traefik/files/traefik/compose.yaml`; `None`: it has no such file.
pub(crate) fn text(file: &str) -> Option<&'static str> {
    ANSIBLE.get_file(file)?.contents_utf8()
}

/// Of every file that reaches a server or says what does.
pub(crate) fn digest() -> String {
    let mut files: Vec<&File<'_>> = files(&ANSIBLE);
    files.sort_by_key(|file| file.path());
    digest::short(files.iter().flat_map(|file| {
        let name = file.path().as_os_str().as_encoded_bytes();
        [name, file.contents()]
    }))
}

/// The names of the roles.
pub(crate) fn roles() -> impl Iterator<Item = &'static str> {
    let roles = ANSIBLE.get_dir("roles").into_iter().flat_map(Dir::dirs);
    roles.filter_map(|role| role.path().file_name()?.to_str())
}

/// Every text of the play and its roles.
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    files(&ANSIBLE)
        .into_iter()
        .filter_map(|file| file.contents_utf8())
}

fn files(folder: &Dir<'static>) -> Vec<&'static File<'static>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(folder) = folders.pop() {
        found.extend(folder.files());
        // Tests of the roles are no part of what a server gets.
        let dirs = folder.dirs().filter(|dir| dir.path() != "tests");
        folders.extend(dirs.cloned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_play_is_written_whole_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let under = Utf8Path::from_path(folder.path()).unwrap();
        fs::create_dir_all(under.join("ansible/roles/old")).unwrap();
        let content = Content::write(under).unwrap();
        assert!(content.playbook().is_file());
        assert!(!content.folder.join("roles/old").exists());
        assert!(content.callbacks.join("lostops_events.py").is_file());
    }

    #[test]
    fn the_digest_stays_the_same() {
        assert_eq!(digest(), digest());
    }
}
