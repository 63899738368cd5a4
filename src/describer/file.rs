//! Reads one file of the folder as text, and refuses whatever is not a small, regular text file inside it.

use super::codes::{LO101, LO112};
use crate::finding::Finding;
use camino::{Utf8Path, Utf8PathBuf};
use std::io::Read as _;

/// Describers are a few kilobytes; what is larger is something else.
const MAX_BYTES: u64 = 1 << 20;

/// The text, or what is wrong with the file, yet without its place.
pub(super) fn read(path: &Utf8Path, root: &Utf8Path) -> Result<String, Box<Finding>> {
    let refuse = |what: &str, help: &str| {
        Err(Box::new(
            Finding::new(&LO101, format!("`{path}` {what}")).help(help),
        ))
    };
    // Asked before it is opened: to open a pipe would wait for its writer.
    let kind = match fs_err::symlink_metadata(path) {
        Ok(kind) if kind.is_symlink() => match inside(path, root) {
            Ok(Some(kind)) => kind,
            Ok(None) => {
                return refuse(
                    "is a link that leaves the folder",
                    "put the file itself into the folder",
                );
            }
            Err(error) => {
                return refuse(
                    &format!("cannot be reached: {}", reason(&error)),
                    "repair or remove the link",
                );
            }
        },
        Ok(kind) => kind,
        Err(error) => {
            return refuse(
                &format!("cannot be read: {}", reason(&error)),
                "make it readable",
            );
        }
    };
    if kind.is_dir() {
        return refuse(
            "is a folder, not a file",
            "rename the folder, so that it does not look like a describer",
        );
    }
    if !kind.is_file() {
        return refuse(
            "is not a regular file",
            "remove it: describers are text files",
        );
    }
    if kind.len() > MAX_BYTES {
        return refuse(
            "is larger than 1 MiB",
            "split it: each server has a file of its own",
        );
    }
    let mut bytes = Vec::with_capacity(usize::try_from(kind.len()).unwrap_or(0) + 1);
    let read =
        fs_err::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return refuse(
            &format!("cannot be read: {}", reason(&error)),
            "make it readable",
        );
    }
    text(bytes).or_else(|(what, help)| refuse(what, help))
}

/// The same of what stands in its place.
pub(super) fn given(path: &Utf8Path, bytes: &[u8]) -> Result<String, Box<Finding>> {
    text(bytes.to_vec()).map_err(|(what, help)| {
        Box::new(Finding::new(&LO101, format!("`{path}` {what}")).help(help))
    })
}

/// The same for a file in a sub-folder, which may be a link itself.
pub(super) fn read_below(path: &Utf8Path, root: &Utf8Path) -> Result<String, Box<Finding>> {
    let refuse =
        |message: String, help: &str| Err(Box::new(Finding::new(&LO101, message).help(help)));
    match inside(path, root) {
        Ok(Some(_)) => read(path, root),
        Ok(None) => refuse(
            format!("`{path}` is reached by a link that leaves the folder"),
            "put the file itself into the folder",
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Box::new(
            Finding::new(&LO112, format!("`{path}` is not there"))
                .help("add the file, or correct its name"),
        )),
        Err(error) => refuse(
            format!("`{path}` cannot be reached: {}", reason(&error)),
            "make it readable, or repair the link",
        ),
    }
}

/// What a link leads to; `None` when that is not in the folder.
fn inside(path: &Utf8Path, root: &Utf8Path) -> std::io::Result<Option<std::fs::Metadata>> {
    let real = path.canonicalize_utf8()?;
    if !real.starts_with(root) {
        return Ok(None);
    }
    fs_err::metadata(&real).map(Some)
}

type Refused = (&'static str, &'static str);

fn text(bytes: Vec<u8>) -> Result<String, Refused> {
    const SAVE: &str = "save it as UTF-8 text";
    if bytes.len() as u64 > MAX_BYTES {
        return Err((
            "is larger than 1 MiB",
            "split it: each server has a file of its own",
        ));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(("is UTF-16, not UTF-8", SAVE));
    }
    if memchr::memchr(0, &bytes).is_some() {
        return Err(("is binary, not text", "remove it, or save it as UTF-8 text"));
    }
    let text = String::from_utf8(bytes).map_err(|_| ("is not UTF-8", SAVE))?;
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(("is empty", "write the describer, or remove the file"));
    }
    Ok(text)
}

/// The system's words for it, without the path that the message has already.
fn reason(error: &std::io::Error) -> String {
    let words = match error.kind() {
        std::io::ErrorKind::NotFound => "it leads to nothing".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ if error.raw_os_error() == Some(nix::errno::Errno::ELOOP as i32) => {
            "its links lead in a circle".to_owned()
        }
        kind => kind.to_string(),
    };
    words.to_lowercase()
}

/// Where the folder really is, without links.
pub(super) fn root(folder: &Utf8Path) -> std::io::Result<Utf8PathBuf> {
    folder.canonicalize_utf8()
}
