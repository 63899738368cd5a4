//! Describers as their writers meet them: whole folders, and everything that can be wrong with one.

mod agreement;
mod cases;
mod compose;
mod docs;
mod files;
mod findings;
mod fleet;
mod folders;
mod fuzz;
mod imports;
mod meanings;
mod robust;
mod schema;
mod services;
mod state;
mod yaml;

use super::{Instead, Loaded, LoadedEnvironment, load};
use crate::finding::{Finding, Severity};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::{Date, date};

pub(super) const TODAY: Date = date(2026, 11, 23);

/// The Lostops infrastructure, which the repository holds.
pub(super) fn own() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("describers")
}

/// A copy of the Lostops infrastructure that a test may change.
pub(super) struct Copy {
    _keep: tempfile::TempDir,
    pub(super) path: Utf8PathBuf,
}

impl Copy {
    pub(super) fn new() -> Self {
        let copy = Self::empty();
        for name in ["environment", "policy", "backend", "database", "monitoring"] {
            let name = format!("{name}.yaml");
            fs_err::copy(own().join(&name), copy.path.join(&name)).unwrap();
        }
        // Of a line that has not ended, so that nothing is found.
        let image = "    image: mysql:8.4.9\n    databases:\n";
        copy.change("database.yaml", "    databases:\n", image);
        copy
    }

    pub(super) fn empty() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(keep.path().join("describers")).unwrap();
        fs_err::create_dir(&path).unwrap();
        Self { _keep: keep, path }
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs_err::write(self.path.join(name), content).unwrap();
        self
    }

    /// Replaces what stands once in a file.
    pub(super) fn change(&self, name: &str, old: &str, new: &str) -> &Self {
        let text = fs_err::read_to_string(self.path.join(name)).unwrap();
        assert_eq!(
            text.matches(old).count(),
            1,
            "`{old}` stands once in {name}"
        );
        self.write(name, text.replace(old, new))
    }

    pub(super) fn load(&self) -> Loaded {
        load(&self.path, &Instead::new(), &|_| true, TODAY).unwrap()
    }

    /// Each finding as `code severity file [what stands there] message`, in order.
    pub(super) fn findings(&self) -> Vec<String> {
        let loaded = self.load();
        let all = loaded
            .findings
            .iter()
            .chain(loaded.environments.iter().flat_map(|one| &one.findings));
        all.map(|finding| line(&loaded, finding)).collect()
    }
}

pub(super) fn line(loaded: &Loaded, finding: &Finding) -> String {
    let place = finding.span.map_or_else(String::new, |span| {
        let file = loaded.sources.file(span.file);
        let there = file.text.get(span.start as usize..span.end as usize);
        let there = there
            .unwrap_or("not a place")
            .lines()
            .next()
            .unwrap_or_default();
        format!("{} [{there}] ", file.path.file_name().unwrap_or_default())
    });
    format!(
        "{} {} {place}{}",
        finding.meta.code,
        finding.severity.word(),
        finding.message
    )
}

pub(super) fn only(loaded: &Loaded) -> &LoadedEnvironment {
    assert_eq!(loaded.environments.len(), 1);
    &loaded.environments[0]
}

pub(super) fn errors(environment: &LoadedEnvironment) -> usize {
    environment
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count()
}
