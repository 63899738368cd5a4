//! Files for later steps, in a workspace that others have written: no link in it may lead us elsewhere.

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use std::io::Write as _;

/// Writes `path`, which is relative to `root`, anew. A link in the way is refused; one in the file's own place is
/// replaced.
pub(in crate::pipeline) fn write(
    root: &Utf8Path,
    path: &Utf8Path,
    bytes: &[u8],
) -> anyhow::Result<()> {
    let mut folder = root.to_owned();
    for part in path.parent().into_iter().flat_map(Utf8Path::components) {
        folder.push(part);
        match fs_err::symlink_metadata(&folder) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => bail!("could not write `{path}`: `{folder}` is no folder"),
            Err(_) => fs_err::create_dir(&folder)?,
        }
    }
    let name = path.file_name().unwrap_or("file");
    let new: Utf8PathBuf = folder.join(format!(".{name}.{}", crate::random::word()?));
    let mut file = fs_err::OpenOptions::new()
        .create_new(true)
        .write(true)
        .open(&new)?;
    file.write_all(bytes)
        // What it holds may be nowhere else soon.
        .and_then(|()| file.sync_all())
        .and_then(|()| fs_err::rename(&new, folder.join(name)))
        .with_context(|| format!("could not write `{path}`"))
        .inspect_err(|_| {
            let _ = fs_err::remove_file(&new);
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_in_the_workspace_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::try_from(folder.path().to_owned()).unwrap();
        let outside = root.join("outside");
        fs_err::create_dir(&outside).unwrap();
        fs_err::write(outside.join("file"), "theirs").unwrap();

        symlink(&outside, root.join("link")).unwrap();
        assert!(write(&root, Utf8Path::new("link/report.json"), b"ours").is_err());
        assert!(!outside.join("report.json").exists());

        symlink(outside.join("file"), root.join("report.json")).unwrap();
        write(&root, Utf8Path::new("report.json"), b"ours").unwrap();
        assert_eq!(
            fs_err::read_to_string(outside.join("file")).unwrap(),
            "theirs"
        );
        assert_eq!(
            fs_err::read_to_string(root.join("report.json")).unwrap(),
            "ours"
        );
    }
}
