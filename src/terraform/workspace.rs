//! The folder in which Terraform runs: the module, the variables, the backend; one per environment and cloud.

use super::variables;
use crate::fleet::Fleet;
use crate::fleet::environment::StateBackend;
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use include_dir::{Dir, include_dir};
use serde_json::{Value, json};
use std::fs::TryLockError;
use std::os::unix::fs::DirBuilderExt as _;
use std::time::Duration;

static MODULE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/terraform");

/// The folder beside the describers that holds what lostops keeps between runs.
pub(crate) const FOLDER: &str = ".lostops";

/// Between two looks whether whoever holds the folder has left it.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Where one environment is planned against one cloud.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    /// `.lostops/production/simulated`
    pub(crate) folder: Utf8PathBuf,
    /// Where `terraform` is started.
    pub(crate) module: Utf8PathBuf,
}

/// Held while Terraform works in a folder; the system drops it with the process.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: std::fs::File,
}

impl Workspace {
    pub(crate) fn new(root: &Utf8Path, environment: &str, cloud: &str) -> Self {
        let folder = root.join(FOLDER).join(environment).join(cloud);
        Self {
            module: folder.join("module"),
            folder,
        }
    }

    /// The file of the plan that was made last.
    pub(crate) fn plan(&self) -> Utf8PathBuf {
        self.folder.join("plan.tfplan")
    }

    /// The simulated cloud's file.
    pub(crate) fn cloud(&self) -> Utf8PathBuf {
        self.folder.join("cloud.json")
    }

    /// Writes the module anew, so that nothing of an older version is left in it. Terraform's own
    /// folder and the state stay.
    pub(crate) fn write(
        &self,
        fleet: &Fleet,
        subscription_id: &str,
        restarted: &[&str],
    ) -> anyhow::Result<()> {
        private_folder(&self.folder)?;
        private_folder(&self.module)?;
        for entry in fs::read_dir(&self.module)? {
            let entry = entry?;
            let name = entry.file_name();
            if entry.file_type()?.is_file() && name.to_str().is_some_and(is_ours) {
                fs::remove_file(entry.path())?;
            }
        }
        for file in MODULE.files() {
            let name = file
                .path()
                .to_str()
                .context("could not name a file of the module")?;
            fs::write(self.module.join(name), file.contents())?;
        }
        self.json(
            "terraform.tfvars.json",
            &variables::variables(fleet, subscription_id, restarted),
        )?;
        self.json("power.tf.json", &variables::checks(fleet))?;
        self.json("backend.tf.json", &backend(fleet, &self.folder))
    }

    /// Keeps a second lostops out of this folder for as long as the lock lives. `waiting` is called when one is in it.
    pub(crate) fn lock(&self, waiting: impl FnOnce()) -> anyhow::Result<Lock> {
        private_folder(&self.folder)?;
        let file = std::fs::File::create(self.folder.join("lock"))
            .with_context(|| format!("could not lock the folder `{}`", self.folder))?;
        let taken = || match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        };
        let context = || format!("could not lock the folder `{}`", self.folder);
        if !taken().with_context(context)? {
            waiting();
            while !taken().with_context(context)? {
                // The system's own wait would outlast an interrupt.
                crate::process::refuse_when_cancelled().with_context(context)?;
                std::thread::sleep(LOOK_AGAIN);
            }
        }
        Ok(Lock { _file: file })
    }

    /// Names and versions of the providers that `terraform init` has chosen, sorted: `hashicorp/azurerm 4.81.0`.
    pub(crate) fn providers(&self) -> Vec<String> {
        let text = fs::read_to_string(self.module.join(".terraform.lock.hcl")).unwrap_or_default();
        let mut providers = Vec::new();
        let mut name = None;
        for line in text.lines().map(str::trim) {
            let quoted = line.split('"').nth(1);
            if line.starts_with("provider ") {
                name = quoted.and_then(|address| address.split_once('/'));
            } else if line.starts_with("version ")
                && let (Some((_, name)), Some(version)) = (name.take(), quoted)
            {
                providers.push(format!("{name} {version}"));
            }
        }
        providers.sort_unstable();
        providers
    }

    fn json(&self, name: &str, value: &Value) -> anyhow::Result<()> {
        let path = self.module.join(name);
        let mut text = serde_json::to_vec_pretty(value)?;
        text.push(b'\n');
        fs::write(path, text)?;
        Ok(())
    }

    /// A file that only its owner may read, empty: Terraform writes into what is there.
    pub(crate) fn reserve_plan(&self) -> anyhow::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(true).write(true);
        fs_err::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600).open(self.plan())?;
        Ok(())
    }
}

fn is_ours(name: &str) -> bool {
    [".tf", ".tf.json", ".tfvars.json"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// The local state lies beside the module, not in it: the module is written anew at every run.
fn backend(fleet: &Fleet, folder: &Utf8Path) -> Value {
    let backend = match &fleet.environment.state {
        _ if folder.file_name() == Some("simulated") => {
            json!({ "local": { "path": "../terraform.tfstate" } })
        }
        StateBackend::Local => json!({ "local": { "path": "../terraform.tfstate" } }),
        StateBackend::Azurerm {
            storage_account,
            container,
            key,
        } => json!({ "azurerm": {
            "storage_account_name": storage_account,
            "container_name": container,
            "key": key,
            "use_azuread_auth": true,
        } }),
        StateBackend::File { kind, settings } => json!({ kind.word(): settings }),
    };
    json!({ "terraform": { "backend": backend } })
}

/// State and plans hold what nobody else on the machine needs to see.
pub(crate) fn private_folder(path: &Utf8Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("could not create the folder `{path}`"))
}
