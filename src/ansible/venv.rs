//! A Python environment with Ansible in it, every file by its digest, made once and whole.

use super::digest;
use super::toolbox::Missing;
use crate::process::{Finished, Invocation, refuse_when_cancelled};
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::time::Duration;

/// The oldest Python that one of the pinned releases runs on.
pub(super) const OLDEST: (u32, u32) = (3, 11);

/// The newest Ansible needs 3.12; `python3` alone may be older than what stands beside it.
const PYTHONS: &[&str] = &["python3.14", "python3.13", "python3.12", "python3"];

const REQUIREMENTS: &str = include_str!("../../image/requirements.txt");

/// Between two looks whether whoever makes it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The folder of the environment; made where it is not there yet.
pub(super) fn ready(
    environment: &BTreeMap<String, String>,
    home: &Utf8Path,
    told: &mut dyn FnMut(&str),
) -> Result<Utf8PathBuf, Missing> {
    let folder = home.join(digest::short([REQUIREMENTS.as_bytes()]));
    if works(environment, &folder) {
        return Ok(folder);
    }
    let (python, version) = python(environment).ok_or(Missing::NoPython)?;
    fs::create_dir_all(home).map_err(anyhow::Error::from)?;
    let _lock = lock(home, told)?;
    // Whoever held the lock may have made it.
    if !works(environment, &folder) {
        told(&format!(
            "installing Ansible for Python {version} into {folder}"
        ));
        make(environment, &python, &folder)?;
    }
    Ok(folder)
}

/// A folder of this name is whole, for it got its name last; but the Python that it was made of may be gone since, or
/// another one.
fn works(environment: &BTreeMap<String, String>, folder: &Utf8Path) -> bool {
    let python = folder.join("bin/python");
    python.exists()
        && Invocation::new(&python)
            .arguments(["-c", "import ansible"])
            .environment(environment.clone())
            .output()
            .is_ok_and(|asked| asked.success())
}

/// The first that starts and is new enough: a name on PATH may be a stub that only says what is not installed.
fn python(environment: &BTreeMap<String, String>) -> Option<(Utf8PathBuf, String)> {
    let path = environment.get("PATH").map_or("", String::as_str);
    let candidates = PYTHONS.iter().flat_map(|name| {
        path.split(':')
            .filter(|folder| !folder.is_empty())
            .map(move |folder| Utf8Path::new(folder).join(name))
    });
    for program in candidates.filter(|program| program.is_file()) {
        let asked = Invocation::new(&program)
            .arguments(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
            .environment(environment.clone())
            .output();
        let Ok(asked) = asked else { continue };
        let said = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        let mut parts = said.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if asked.success() && found >= OLDEST {
            return Some((program, said));
        }
    }
    None
}

/// Aside, and renamed when it is whole: a killed run leaves nothing that looks like one.
fn make(
    environment: &BTreeMap<String, String>,
    python: &Utf8Path,
    folder: &Utf8Path,
) -> Result<(), Missing> {
    let aside = folder.with_extension("making");
    remove(&aside)?;
    let made = Invocation::new(python)
        .arguments(["-m", "venv", aside.as_str()])
        .environment(environment.clone())
        .output()?;
    if !made.success() {
        return Err(Missing::NoVenv(said(&made)));
    }
    let requirements = aside.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(anyhow::Error::from)?;
    let installed = Invocation::new(aside.join("bin/python"))
        .arguments([
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "--quiet",
        ])
        .arguments(["install", "--require-hashes", "--only-binary", ":all:"])
        .arguments(["--requirement", requirements.as_str()])
        .environment(environment.clone())
        .output()?;
    if !installed.success() {
        return Err(Missing::NoInstall(said(&installed)));
    }
    // One that no longer works.
    remove(folder)?;
    fs::rename(&aside, folder).map_err(anyhow::Error::from)?;
    Ok(())
}

fn remove(folder: &Utf8Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// What a tool complains of: its errors where it marks them, else its last words.
fn said(finished: &Finished) -> String {
    let all = format!(
        "{}{}",
        String::from_utf8_lossy(&finished.stdout),
        finished.stderr
    );
    let errors: Vec<&str> = all
        .lines()
        .filter_map(|line| line.strip_prefix("ERROR: "))
        .collect();
    if !errors.is_empty() {
        return errors.join("\n");
    }
    let lines: Vec<&str> = all.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(6)..].join("\n");
    if last.is_empty() {
        finished.words()
    } else {
        last
    }
}

/// Held while one is made; the system drops it with the process.
fn lock(home: &Utf8Path, told: &mut dyn FnMut(&str)) -> anyhow::Result<std::fs::File> {
    let path = home.join("lock");
    let context = || format!("could not lock `{path}`");
    let file = std::fs::File::create(&path).with_context(context)?;
    let mut waited = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {
                refuse_when_cancelled().with_context(context)?;
                if !std::mem::replace(&mut waited, true) {
                    told("waiting for another lostops that installs Ansible");
                }
                std::thread::sleep(LOOK_AGAIN);
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(context),
        }
    }
}
