//! The files by which a step answers its runner: outputs and the job summary.

use anyhow::Context as _;
use camino::Utf8Path;
use std::fmt::Write as _;
use std::io::Write as _;

/// The outputs of action.yml, in its order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs {
    values: Vec<(&'static str, String)>,
}

impl Outputs {
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.values.push((name, value.into()));
    }

    /// Appends all of them. A value cannot end its own text, whatever is in it: the delimiter is random.
    pub(crate) fn write(&self, path: &Utf8Path) -> anyhow::Result<()> {
        let mut text = String::new();
        for (name, value) in &self.values {
            let delimiter = format!(
                "ghadelimiter_{}",
                crate::random::word().context("could not read random bytes")?
            );
            let _ = writeln!(text, "{name}<<{delimiter}\n{value}\n{delimiter}");
        }
        append(path, text.as_bytes())
            .with_context(|| format!("could not write the outputs to `{path}`"))
    }
}

/// Appends: a step's file may hold what was written before.
pub(crate) fn append(path: &Utf8Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_several_lines_cannot_set_another_output() {
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8PathBuf::try_from(folder.path().join("output")).unwrap();
        let mut outputs = Outputs::default();
        outputs.set("result", "clean");
        outputs.set("servers", "a\nresult=forged\nEOF\n");
        outputs.write(&path).unwrap();
        let text = fs_err::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let delimiter = lines[0].strip_prefix("result<<").unwrap();
        assert_eq!(lines[..3], [lines[0], "clean", delimiter]);
        let second = lines[3].strip_prefix("servers<<").unwrap();
        assert_ne!(second, delimiter);
        assert_eq!(lines.last(), Some(&second));
        assert_eq!(lines.iter().filter(|line| **line == second).count(), 1);
    }
}
