//! A folder from which Terraform installs the simulated providers: files under their names that start this binary.
//!
//! Terraform knows the folder by a CLI configuration of its own, so that nothing of it reaches a
//! real run. Several runs may write it at once: everything is made aside and put in place by renaming.

use super::{PREFIX, Provider};
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;

/// Above every version that configurations ask for, and never one of the real ones.
const PROVIDERS: [(Provider, &str, &str); 2] = [
    (Provider::Azurerm, "hashicorp", "4.99.0"),
    (Provider::Azapi, "azure", "2.99.0"),
];

/// The CLI configuration that `write` puts into the folder; Terraform takes it from `TF_CLI_CONFIG_FILE`.
pub(crate) const CONFIG: &str = "terraform.rc";

/// Where Terraform and OpenTofu look for a provider whose address names no host.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// Makes the folder what Terraform needs, or finds it so.
pub(crate) fn write(dir: &Utf8Path, binary: &Utf8Path) -> anyhow::Result<()> {
    fs::create_dir_all(dir).context("could not make the folder of the simulated providers")?;
    let dir = absolute(dir)?;
    let binary = absolute(binary)?;
    let mut names = Vec::new();
    let all = REGISTRIES
        .iter()
        .flat_map(|host| PROVIDERS.map(|provider| (host, provider)));
    for (host, (provider, namespace, version)) in all {
        let name = format!("{host}/{namespace}/{}", provider.word());
        let folder = dir.join(&name).join(version).join(platform());
        fs::create_dir_all(&folder).context("could not make the folder of a simulated provider")?;
        let file = folder.join(format!("terraform-provider-{}_v{version}", provider.word()));
        start(&binary, provider, &file)
            .with_context(|| format!("could not put {file} in place"))?;
        names.push(quote(&name));
    }
    let all = names.join(", ");
    let config = format!(
        "disable_checkpoint = true\n\nprovider_installation {{\n  filesystem_mirror {{\n    path    = {}\n    include = \
         [{all}]\n  }}\n  direct {{\n    exclude = [{all}]\n  }}\n}}\n",
        quote(dir.as_str())
    );
    let file = dir.join(CONFIG);
    if fs::read_to_string(&file).is_ok_and(|held| held == config) {
        return Ok(());
    }
    put(&file, |aside| fs::write(aside, &config)).with_context(|| format!("could not write {file}"))
}

fn absolute(path: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    let path = fs::canonicalize(path).with_context(|| format!("could not find {path}"))?;
    Utf8PathBuf::from_path_buf(path)
        .map_err(|path| anyhow::anyhow!("could not use {}: its path is not UTF-8", path.display()))
}

/// `linux_amd64`, as Terraform names where it runs.
fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{os}_{architecture}")
}

/// The longest first line of a script that Linux reads, its end included; macOS reads twice as much.
const LONGEST: usize = 255;

/// A script whose interpreter is the binary: Terraform hashes its providers with each command, and a line is quicker
/// hashed than tens of megabytes. Where a first line cannot name the binary, a link to it, or else a copy.
fn start(binary: &Utf8Path, provider: Provider, file: &Utf8Path) -> std::io::Result<()> {
    let script = format!("#!{binary} {PREFIX}{}\n", provider.word());
    let sayable = !binary.as_str().contains(char::is_whitespace) && script.len() <= LONGEST;
    if sayable {
        if fs::read(file).is_ok_and(|held| held == script.as_bytes()) {
            return Ok(());
        }
        return put(file, |aside| {
            fs::write(aside, &script)?;
            fs::set_permissions(aside, Permissions::from_mode(0o755))
        });
    }
    if fs::read_link(file).is_ok_and(|target| target == binary.as_std_path()) {
        return Ok(());
    }
    put(file, |aside| {
        fs_err::os::unix::fs::symlink(binary, aside)
            .or_else(|_| fs::hard_link(binary, aside))
            .or_else(|_| fs::copy(binary, aside).map(|_| ()))
    })
}

/// Makes a file aside and renames it, so that nobody ever sees half of it.
fn put(
    file: &Utf8Path,
    make: impl FnOnce(&Utf8Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let aside = Utf8PathBuf::from(format!("{file}.{}", unique()));
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    make(&aside)?;
    fs::rename(&aside, file)
}

/// Not used by another thread or process at the same time.
fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!(
        "{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

/// A string of Terraform's configuration language.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mirror in the folder `dir` of a binary in the folder `bin`: where the two are, and what stands for azapi.
    fn mirror(folder: &Utf8Path, bin: &str, dir: &str) -> (Utf8PathBuf, Utf8PathBuf, Utf8PathBuf) {
        let binary = folder.join(bin).join("lostops");
        fs::create_dir_all(binary.parent().unwrap()).unwrap();
        fs::write(&binary, "a binary").unwrap();
        let binary = absolute(&binary).unwrap();
        let dir = folder.join(dir);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| write(&dir, &binary).unwrap());
            }
        });
        let file = dir.join(format!(
            "registry.terraform.io/azure/azapi/2.99.0/{}/terraform-provider-azapi_v2.99.0",
            platform()
        ));
        (binary, dir, file)
    }

    #[test]
    fn runs_that_write_it_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let (binary, dir, file) = mirror(folder, "bin", "a \"b\"/mirror");
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            format!("#!{binary} terraform-provider-azapi\n")
        );
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o755
        );
        let config = fs::read_to_string(dir.join(CONFIG)).unwrap();
        assert!(
            config.contains("a \\\"b\\\"/mirror") && config.contains("hashicorp/azurerm"),
            "{config}"
        );
        assert_eq!(
            fs::read_dir(&dir).unwrap().count(),
            3,
            "nothing is left aside"
        );
    }

    #[test]
    fn a_path_that_no_first_line_can_hold_is_linked_to() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        for bin in ["with a space", &"long/".repeat(60)] {
            let (binary, _, file) = mirror(folder, bin, "mirror");
            assert_eq!(fs::read_link(&file).unwrap(), binary);
        }
    }
}
