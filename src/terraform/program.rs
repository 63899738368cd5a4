//! Which program runs the module: Terraform, or OpenTofu in its place.

use camino::{Utf8Path, Utf8PathBuf};

/// The variable that says which.
pub(crate) const VARIABLE: &str = "LOSTOPS_TERRAFORM";

/// The oldest release of either that does what the module needs.
pub(crate) const OLDEST: (u32, u32) = (1, 9);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Program {
    #[default]
    Terraform,
    Tofu,
}

impl Program {
    pub(crate) fn of(word: Option<&str>) -> Self {
        match word {
            Some("tofu") => Self::Tofu,
            _ => Self::Terraform,
        }
    }

    /// As it is called.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Tofu => "tofu",
        }
    }

    /// As people call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::Tofu => "OpenTofu",
        }
    }

    /// `1.11.4`, or `tofu 1.10.6`: a plan of the one is never taken for a plan of the other.
    pub(crate) fn versioned(self, version: &str) -> String {
        match self {
            Self::Terraform => version.to_owned(),
            Self::Tofu => format!("tofu {version}"),
        }
    }

    /// The first of its name on a search path.
    pub(super) fn find(self, path: &str) -> Option<Utf8PathBuf> {
        path.split(':')
            .filter(|folder| !folder.is_empty())
            .map(|folder| Utf8Path::new(folder).join(self.word()))
            .find(|program| program.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_own_name_and_its_versions_differ() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        fs_err::write(folder.join("tofu"), "").unwrap();
        let path = format!(":/nowhere:{folder}");
        let tofu = Program::of(Some("tofu"));
        assert_eq!(tofu.find(&path), Some(folder.join("tofu")));
        assert_eq!(Program::of(None).find(&path), None);
        assert_eq!(tofu.versioned("1.10.6"), "tofu 1.10.6");
        assert_eq!(Program::Terraform.versioned("1.10.6"), "1.10.6");
    }
}
