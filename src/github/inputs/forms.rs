//! Inputs that hold a list, a time, or a folder of the repository.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// Names apart by commas, spaces or lines, each once.
pub(crate) fn list(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text
        .split([',', ' ', '\t', '\n', '\r'])
        .filter(|name| !name.is_empty())
    {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// `90s`, `5m`, `1h30m`: what Terraform's -lock-timeout takes.
pub(super) fn is_duration(text: &str) -> bool {
    let mut digits = 0;
    let mut units = 0;
    for c in text.chars() {
        match c {
            '0'..='9' => digits += 1,
            'h' | 'm' | 's' if digits > 0 => {
                digits = 0;
                units += 1;
            }
            _ => return false,
        }
    }
    units > 0 && digits == 0
}

/// A folder by the one path that both the runner and GitHub know it by; `None` where that leads up again.
pub(super) fn plain(folder: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut plain = Utf8PathBuf::new();
    for component in folder.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => return None,
            other => plain.push(other),
        }
    }
    // The repository itself.
    let own = plain.as_str().is_empty();
    Some(if own { Utf8PathBuf::from(".") } else { plain })
}
