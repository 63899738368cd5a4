//! Ansible itself: the image's, the one on PATH when it is new enough, or one that lostops keeps.

use super::venv;
use crate::process::Invocation;
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;

/// The oldest release that the play is written for.
pub(crate) const OLDEST: (u32, u32) = (2, 17);

/// Where the image of the action has it.
const IMAGE: &str = "/opt/ansible/bin";

/// An Ansible that can be started.
#[derive(Debug, Clone)]
pub(crate) struct Toolbox {
    program: Utf8PathBuf,
    /// What comes before the playbook's own arguments.
    first: Vec<String>,
    pub(crate) version: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Missing {
    #[error("there is no Python {}.{} or newer on PATH to install Ansible for", venv::OLDEST.0, venv::OLDEST.1)]
    NoPython,
    #[error("could not make a Python environment for Ansible: {0}")]
    NoVenv(String),
    #[error("could not install Ansible: {0}")]
    NoInstall(String),
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl Missing {
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NoPython => {
                "install Python 3.11 or newer, or put ansible-core 2.17 or newer on PATH"
            }
            Self::NoVenv(_) => {
                "on Debian and Ubuntu `apt install python3-venv` brings what is missing; or put ansible-core 2.17 or newer on PATH"
            }
            Self::NoInstall(_) => {
                "pip's own settings (PIP_INDEX_URL, PIP_CERT, proxies) reach it; or put ansible-core 2.17 or newer on PATH"
            }
            Self::Other(_) => "put ansible-core 2.17 or newer on PATH",
        }
    }
}

impl Toolbox {
    /// Finds one, or makes one in `home`. `environment` is all that its installer sees; `told` hears of what takes long.
    pub(crate) fn find(
        environment: &BTreeMap<String, String>,
        home: &Utf8Path,
        told: &mut dyn FnMut(&str),
    ) -> Result<Self, Missing> {
        if let Some(found) = Self::installed(environment) {
            return Ok(found);
        }
        let folder = venv::ready(environment, home, told)?;
        let program = folder.join("bin/python");
        let version = release(&folder).unwrap_or_default();
        Ok(Self {
            program,
            first: ["-m", "ansible", "playbook"].map(str::to_owned).to_vec(),
            version,
        })
    }

    /// One that is there already and new enough.
    pub(crate) fn installed(environment: &BTreeMap<String, String>) -> Option<Self> {
        let path = environment.get("PATH").map_or("", String::as_str);
        for folder in std::iter::once(IMAGE).chain(path.split(':')) {
            if folder.is_empty() {
                continue;
            }
            let program = Utf8Path::new(folder).join("ansible-playbook");
            if !program.is_file() {
                continue;
            }
            match version(&program, environment) {
                Some(version) if is_enough(&version) => {
                    return Some(Self {
                        program,
                        first: Vec::new(),
                        version,
                    });
                }
                found => {
                    tracing::debug!(%program, ?found, "this Ansible is too old, or does not start");
                }
            }
        }
        None
    }

    pub(crate) fn playbook(&self) -> Invocation {
        Invocation::new(&self.program).arguments(self.first.clone())
    }
}

fn is_enough(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST
}

/// What a program says it is: read beside it where it is an environment of its own, which takes no time, else asked.
fn version(program: &Utf8Path, environment: &BTreeMap<String, String>) -> Option<String> {
    let real = program.canonicalize_utf8().ok()?;
    if let Some(version) = real.parent().and_then(Utf8Path::parent).and_then(release) {
        return Some(version);
    }
    let mut environment = environment.clone();
    environment.insert("LC_ALL".to_owned(), "C.UTF-8".to_owned());
    let asked = Invocation::new(program)
        .arguments(["--version"])
        .environment(environment)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&asked.stdout);
    // `ansible-playbook [core 2.21.5]`
    let (_, rest) = said.split_once("[core ")?;
    rest.split_once(']').map(|(version, _)| version.to_owned())
}

/// Of the Ansible that is installed in an environment.
fn release(folder: &Utf8Path) -> Option<String> {
    let libraries = folder.join("lib").read_dir_utf8().ok()?;
    let file = libraries
        .flatten()
        .map(|library| library.path().join("site-packages/ansible/release.py"))
        .find(|file| file.is_file())?;
    let text = fs_err::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with("__version__"))?;
    line.split(['\'', '"']).nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A folder with an `ansible-playbook` that says this.
    fn program(says: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ansible-playbook");
        fs_err::write(&file, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        fs_err::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
        folder
    }

    fn found(folders: &[&tempfile::TempDir]) -> Option<String> {
        let path = folders.iter().map(|folder| folder.path().to_str().unwrap());
        let path: Vec<&str> = path.chain(["/usr/bin", "/bin"]).collect();
        let environment = BTreeMap::from([("PATH".to_owned(), path.join(":"))]);
        folders.iter().find_map(|folder| {
            let program = Utf8Path::from_path(folder.path())
                .unwrap()
                .join("ansible-playbook");
            version(&program, &environment).filter(|version| is_enough(version))
        })
    }

    #[test]
    fn one_that_is_too_old_is_passed_over() {
        let (old, new) = (
            program("ansible-playbook [core 2.14.18]"),
            program("ansible-playbook [core 2.19.1]"),
        );
        assert_eq!(found(&[&old, &new]).as_deref(), Some("2.19.1"));
    }

    #[test]
    fn one_that_says_something_else_is_none() {
        assert_eq!(found(&[&program("hello")]), None);
    }

    #[test]
    fn the_release_is_read_where_it_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("lib/python3.13/site-packages/ansible");
        fs_err::create_dir_all(&package).unwrap();
        fs_err::write(
            package.join("release.py"),
            "x = 1\n__version__ = '2.21.5'\n",
        )
        .unwrap();
        assert_eq!(
            release(Utf8Path::from_path(folder.path()).unwrap()).as_deref(),
            Some("2.21.5")
        );
    }
}
