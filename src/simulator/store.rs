//! The file that is the cloud, shared by processes that work at once.
//!
//! Whoever changes it holds the lock file from reading to renaming. Readers need no lock, because
//! the file is replaced as a whole; nor do they parse one again that is still the same.

use super::cloud::{Cloud, VERSION};
use super::failure::Failure;
use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde_json::Value as Json;
use std::fs::Metadata;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the cloud is kept.
#[derive(Debug, Clone)]
pub(super) struct Store {
    path: Utf8PathBuf,
    last: Arc<Mutex<Option<Known>>>,
}

/// What a file says that was read or written.
#[derive(Debug)]
struct Known {
    cloud: Arc<Cloud>,
    mark: Mark,
    /// Kept open: while it is, no file that takes its place can have its inode.
    _file: fs::File,
}

/// What tells a file from every other, and from itself when somebody has written into it.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    file: (u64, u64),
    length: u64,
    changed: (i64, i64),
}

impl Mark {
    fn of(file: &Metadata) -> Self {
        Self {
            file: (file.dev(), file.ino()),
            length: file.len(),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}

impl Store {
    pub(super) fn new(path: &Utf8Path) -> Self {
        Self {
            path: path.to_owned(),
            last: Arc::default(),
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<Known>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cloud as it is; an empty one when nothing was ever made.
    pub(super) fn read(&self) -> anyhow::Result<Arc<Cloud>> {
        let mut last = self.last();
        if let (Some(known), Ok(found)) = (&*last, fs::metadata(&self.path))
            && known.mark == Mark::of(&found)
        {
            return Ok(known.cloud.clone());
        }
        *last = None;
        let failed = "could not read the simulated cloud";
        let mut file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Arc::default()),
            Err(error) => return Err(error).context(failed),
        };
        // Before it is read: what is written into it meanwhile gives it another.
        let mark = Mark::of(&file.metadata().context(failed)?);
        let mut text = Vec::new();
        file.read_to_end(&mut text).context(failed)?;
        let cloud = Arc::new(self.understood(&text)?);
        let known = Known {
            cloud: cloud.clone(),
            mark,
            _file: file,
        };
        *last = Some(known);
        Ok(cloud)
    }

    fn understood(&self, text: &[u8]) -> anyhow::Result<Cloud> {
        let read = serde_json::from_slice::<Cloud>(text);
        if let Ok(cloud) = &read
            && cloud.is_of_this_version()
        {
            return Ok(read?);
        }
        let help = "it is left as it is: repair it, or move it away to start with an empty cloud";
        let json: Json = serde_json::from_slice(text).with_context(|| {
            format!(
                "could not read the simulated cloud {}: it is not JSON; {help}",
                self.path
            )
        })?;
        let version = json.get("version").and_then(Json::as_u64);
        if version != Some(VERSION.into()) {
            let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
            bail!(
                "could not read the simulated cloud {}: its version is {version}, this lostops knows {VERSION}; {help}",
                self.path
            );
        }
        read.with_context(|| format!("could not read the simulated cloud {}: {help}", self.path))
    }

    /// Changes the cloud, or leaves it untouched when the change fails.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Cloud) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Some(folder) = self
            .path
            .parent()
            .filter(|folder| !folder.as_str().is_empty())
        {
            fs::create_dir_all(folder).context("could not make room for the simulated cloud")?;
        }
        let lock = fs::File::create(format!("{}.lock", self.path))
            .context("could not lock the simulated cloud")?;
        fs4::FileExt::lock(lock.file()).context("could not lock the simulated cloud")?;
        let read = self.read()?;
        // Nothing of it is known any more, whatever becomes of the change.
        *self.last() = None;
        let mut cloud = Arc::unwrap_or_clone(read);
        let done = change(&mut cloud)?;
        self.save(cloud)?;
        Ok(done)
    }

    fn save(&self, cloud: Cloud) -> anyhow::Result<()> {
        let failed = "could not write the simulated cloud";
        let mut text = serde_json::to_vec(&cloud).context(failed)?;
        text.push(b'\n');
        let next = format!("{}.next", self.path);
        let mut file = fs::File::create(&next).context(failed)?;
        file.write_all(&text).context(failed)?;
        fs::rename(&next, &self.path).context(failed)?;
        *self.last() = file.metadata().ok().map(|written| Known {
            cloud: Arc::new(cloud),
            mark: Mark::of(&written),
            _file: file,
        });
        Ok(())
    }

    /// Forgets everything.
    pub(super) fn reset(&self) -> anyhow::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).context("could not forget the simulated cloud")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &tempfile::TempDir) -> Store {
        Store::new(
            &Utf8Path::from_path(folder.path())
                .unwrap()
                .join("deep/cloud.json"),
        )
    }

    #[test]
    fn a_failed_change_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let failed = store.change(|cloud| -> Result<(), Failure> {
            cloud.latency_ms = 7;
            Err(Failure::conflict("X", "x"))
        });
        assert!(failed.is_err());
        assert_eq!(*store.read().unwrap(), Cloud::default());
    }

    #[test]
    fn a_file_that_is_not_understood_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        store.change(|_| Ok(())).unwrap();
        for text in [
            "{",
            "[]",
            r#"{"version":99}"#,
            r#"{"version":1,"resources":3}"#,
        ] {
            fs::write(&store.path, text).unwrap();
            let error = store.change(|_| Ok(())).unwrap_err().to_string();
            assert!(error.contains("left as it is"), "{error}");
            assert_eq!(fs::read_to_string(&store.path).unwrap(), text);
        }
    }

    fn slow(store: &Store, milliseconds: u64) {
        let change = |cloud: &mut Cloud| {
            cloud.latency_ms = milliseconds;
            Ok(())
        };
        store.change(change).unwrap();
    }

    #[test]
    fn a_file_that_is_still_the_same_is_not_parsed_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        slow(&store, 1);
        let first = store.read().unwrap();
        assert!(Arc::ptr_eq(&first, &store.read().unwrap()));
        assert_eq!(*first, *Store::new(&store.path).read().unwrap());
    }

    #[test]
    fn what_others_do_to_the_file_is_seen_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        // As another process: it remembers nothing that this one does.
        let other = Store::new(&store.path);
        for turn in 0..100 {
            // Files of one length, within one tick of the clock; the second would get the inode of what was read.
            slow(&other, (turn + 5) % 10);
            slow(&other, turn % 10);
            assert_eq!(store.read().unwrap().latency_ms, turn % 10);
        }
        store.reset().unwrap();
        assert_eq!(*other.read().unwrap(), Cloud::default());
        slow(&store, 7);
        assert_eq!(other.read().unwrap().latency_ms, 7);
        let text = fs::read_to_string(&store.path).unwrap();
        fs::write(&store.path, text.replace(":7", ":77")).unwrap();
        assert_eq!(store.read().unwrap().latency_ms, 77);
    }

    #[test]
    fn changes_that_come_at_once_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                // Half of them share what they remember, half are as processes of their own.
                let own = Store::new(&store.path);
                let store = if thread % 2 == 0 { store.clone() } else { own };
                scope.spawn(move || {
                    for turn in 0..5 {
                        let add = |cloud: &mut Cloud| {
                            cloud.seeded.insert(format!("{thread}-{turn}"));
                            Ok(())
                        };
                        store.change(add).unwrap();
                    }
                });
            }
        });
        assert_eq!(store.read().unwrap().seeded.len(), 40);
    }
}
