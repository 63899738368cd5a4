//! The file that is the cloud, shared by processes that work at once.
//!
//! Whoever changes it holds the lock file from reading to renaming. Readers need no lock, because
//! the file is replaced as a whole.

use super::cloud::{Cloud, VERSION};
use super::failure::Failure;
use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde_json::Value as Json;

/// Where the cloud is kept.
#[derive(Debug, Clone)]
pub(super) struct Store {
    path: Utf8PathBuf,
}

impl Store {
    pub(super) fn new(path: &Utf8Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// The cloud as it is; an empty one when nothing was ever made.
    pub(super) fn read(&self) -> anyhow::Result<Cloud> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Cloud::default());
            }
            Err(error) => return Err(error).context("could not read the simulated cloud"),
        };
        let help = "it is left as it is: repair it, or move it away to start with an empty cloud";
        let json: Json = serde_json::from_slice(&text).with_context(|| {
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
        serde_json::from_value(json)
            .with_context(|| format!("could not read the simulated cloud {}: {help}", self.path))
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
        let mut cloud = self.read()?;
        let done = change(&mut cloud)?;
        self.save(&cloud)?;
        Ok(done)
    }

    fn save(&self, cloud: &Cloud) -> anyhow::Result<()> {
        let mut text =
            serde_json::to_vec_pretty(cloud).context("could not write the simulated cloud")?;
        text.push(b'\n');
        let next = format!("{}.next", self.path);
        fs::write(&next, text).context("could not write the simulated cloud")?;
        fs::rename(&next, &self.path).context("could not write the simulated cloud")
    }

    /// Forgets everything.
    pub(super) fn reset(&self) -> anyhow::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
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
        assert_eq!(store.read().unwrap(), Cloud::default());
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

    #[test]
    fn changes_that_come_at_once_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let store = store.clone();
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
