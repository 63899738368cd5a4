//! A private folder with a short name, for sockets and what must not outlive a run; it goes with the run.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use nix::fcntl::OFlag;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};

/// The name of a socket has little room, and OpenSSH lengthens it by a digest and a random word.
const LONGEST: usize = 40;

/// The folder.
#[derive(Debug)]
pub(crate) struct Place {
    folder: Utf8PathBuf,
    /// Held for as long as the folder is in use; the system drops it with the process.
    _lock: std::fs::File,
}

/// What is held; a folder without it is no folder of ours.
const LOCK: &str = "lock";
/// Random letters of a name.
const LETTERS: usize = 8;

impl Place {
    /// Makes it inside `temporary`, or where that name is too long in the system's own.
    pub(crate) fn make(temporary: &Utf8Path, word: &str) -> anyhow::Result<Self> {
        let under = if temporary.as_str().len() > LONGEST || temporary.as_str().contains(' ') {
            Utf8Path::new("/tmp")
        } else {
            temporary
        };
        forget(under);
        let folder = under.join(format!("lostops-{}", &word[..word.len().min(LETTERS)]));
        loop {
            private(&folder)?;
            let context = || format!("could not lock the folder `{folder}`");
            let Some(lock) = held(&folder).with_context(context)? else {
                // Between the folder and its lock somebody took it for one that was left behind, and has removed it.
                continue;
            };
            return Ok(Self {
                _lock: lock,
                folder,
            });
        }
    }

    /// One inside it.
    pub(crate) fn folder(&self, name: &str) -> anyhow::Result<()> {
        private(&self.folder.join(name))
    }

    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        self.folder.join(name)
    }

    /// Writes a file whole: whoever reads meanwhile has all of the old one or all of the new.
    pub(crate) fn write(&self, name: &str, text: &str) -> std::io::Result<()> {
        let aside = self.path(&format!("{name}.new"));
        fs::write(&aside, text)?;
        fs::rename(aside, self.path(name))
    }

    /// Its sockets: connections that are kept open.
    pub(crate) fn sockets(&self) -> Vec<Utf8PathBuf> {
        let Ok(entries) = self.folder.join("s").read_dir_utf8() else {
            return Vec::new();
        };
        entries
            .flatten()
            .map(camino::Utf8DirEntry::into_path)
            .collect()
    }
}

/// The lock of a folder; `None` where the folder went while it was waited for.
fn held(folder: &Utf8Path) -> std::io::Result<Option<std::fs::File>> {
    let path = folder.join(LOCK);
    let lock = match std::fs::File::create(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    lock.lock()?;
    let inode = lock.metadata()?.ino();
    let is_there = std::fs::symlink_metadata(&path).is_ok_and(|there| there.ino() == inode);
    Ok(is_there.then_some(lock))
}

/// Removes what runs that were killed have left: nobody holds it any more.
fn forget(under: &Utf8Path) {
    let Ok(entries) = under.read_dir_utf8() else {
        return;
    };
    for entry in entries.flatten() {
        let word = entry.file_name().strip_prefix("lostops-");
        let ours = word.is_some_and(|word| {
            word.len() == LETTERS && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        // Held until it is gone: whoever has just begun to use it waits for the lock, and sees then that it is another one.
        if let Some(_lock) = abandoned(entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The lock of a folder that nobody uses.
fn abandoned(folder: &Utf8Path) -> Option<std::fs::File> {
    // Opening needs its owner's rights, so that another user's stays. What another user has laid there as a trap is
    // neither followed nor waited for.
    let lock = std::fs::OpenOptions::new()
        .write(true)
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
        .open(folder.join(LOCK))
        .ok()?;
    lock.try_lock().ok()?;
    Some(lock)
}

fn private(folder: &Utf8Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("could not create the folder `{folder}`"))
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::debug!(%error, "the private folder was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_folder_that_somebody_removes_before_it_is_locked_is_made_anew() {
        let under = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(under.path()).unwrap().join("lostops-x");
        private(&folder).unwrap();
        drop(held(&folder).unwrap().unwrap());
        // Whoever clears up holds the lock for as long as it takes to remove the folder.
        let other = abandoned(&folder).unwrap();
        assert!(abandoned(&folder).is_none());
        let waits = std::thread::spawn({
            let folder = folder.clone();
            move || held(&folder).unwrap().is_some()
        });
        // It has opened the file, and waits for it.
        while !fs::read_to_string("/proc/locks").unwrap().contains("->") && !waits.is_finished() {
            std::thread::yield_now();
        }
        fs::remove_dir_all(&folder).unwrap();
        drop(other);
        assert!(!waits.join().unwrap());
    }

    #[test]
    fn nobody_else_looks_into_it_and_it_is_gone_afterwards() {
        let temporary = tempfile::tempdir_in("/tmp").unwrap();
        let under = Utf8Path::from_path(temporary.path()).unwrap();
        let place = Place::make(under, "0123456789abcdef").unwrap();
        let file = place.path("known_hosts");
        fs::write(&file, "x").unwrap();
        let mode = fs::metadata(file.parent().unwrap())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        let other = Place::make(under, "fedcba9876543210").unwrap();
        assert!(file.exists(), "it is in use");
        drop((place, other));
        assert!(!file.exists());
        assert!(!under.join("lostops-01234567").exists());
    }

    #[test]
    fn a_file_that_is_written_anew_is_whole_for_whoever_reads_the_old_one() {
        let temporary = tempfile::tempdir_in("/tmp").unwrap();
        let under = Utf8Path::from_path(temporary.path()).unwrap();
        let place = Place::make(under, "0123456789abcdef").unwrap();
        place.write("known_hosts", "one\n").unwrap();
        let mut reader = fs::File::open(place.path("known_hosts")).unwrap();
        place.write("known_hosts", "one\ntwo\n").unwrap();
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "one\n");
        assert_eq!(
            fs::read_to_string(place.path("known_hosts")).unwrap(),
            "one\ntwo\n"
        );
    }

    #[test]
    fn what_a_killed_run_has_left_goes_with_the_next() {
        let temporary = tempfile::tempdir_in("/tmp").unwrap();
        let under = Utf8Path::from_path(temporary.path()).unwrap();
        let left = under.join("lostops-89abcdef");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("lock"), "").unwrap();
        let others = under.join("lostops-fedcba98");
        fs::create_dir(&others).unwrap();
        let _place = Place::make(under, "0123456789abcdef").unwrap();
        assert!(!left.exists());
        assert!(others.exists(), "nothing says that it is ours");
    }
}
