//! Real Terraform against the simulated Azure.

mod adopted;
mod azure;
mod by_hand;
mod failures;
mod interrupt;
mod lifecycle;
#[cfg(target_os = "linux")]
mod security_groups;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value as Json;
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

pub(crate) const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

/// Every type there is, once or twice.
const STACK: &str = include_str!("stack.tf");

/// Providers, a resource group, a network and a subnet: what small configurations start from.
const BASE: &str = r#"
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = ">= 4.76, < 6.0" }
    azapi   = { source = "Azure/azapi", version = "~> 2.0" }
  }
}
provider "azurerm" {
  features {}
}
provider "azapi" {}
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_virtual_network" "net" {
  name                = "net"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  address_space       = ["10.10.0.0/16"]
}
resource "azurerm_subnet" "servers" {
  name                 = "servers"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["10.10.0.0/24"]
}
"#;

/// A folder with a configuration, providers and a cloud of its own.
struct Bench {
    folder: TempDir,
    subscription: Option<&'static str>,
}

/// What Terraform or the command said, and whether it went well.
struct Said {
    is_well: bool,
    code: Option<i32>,
    text: String,
}

impl Said {
    fn new(output: &Output) -> Self {
        let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        Self {
            is_well: output.status.success(),
            code: output.status.code(),
            text: String::from_utf8_lossy(&both).into_owned(),
        }
    }

    #[track_caller]
    fn well(self) -> String {
        assert!(self.is_well, "{}", self.text);
        self.text
    }

    /// Lines are joined: Terraform wraps what it says.
    #[track_caller]
    fn fails_with(self, words: &str) -> String {
        assert!(!self.is_well, "it went well:\n{}", self.text);
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "not said: {words}\n{}", self.text);
        self.text
    }
}

impl Bench {
    /// Without Terraform the test fails: one that did not run must not count as passed.
    fn new(hcl: &str) -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
            subscription: Some(SUBSCRIPTION),
        };
        bench.write(hcl);
        bench
            .simulator(&["providers", bench.path("mirror").as_str()])
            .well();
        bench.terraform(&["init"]).well();
        bench
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path()).unwrap().join(name)
    }

    fn cloud(&self) -> Utf8PathBuf {
        self.path("cloud.json")
    }

    fn write(&self, hcl: &str) {
        fs::write(self.path("main.tf"), hcl).unwrap();
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.path("mirror/terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("LOSTOPS_SIMULATED_CLOUD", self.cloud())
            .current_dir(self.folder.path());
        if let Some(subscription) = self.subscription {
            command.env("ARM_SUBSCRIPTION_ID", subscription);
        }
        command
    }

    fn terraform(&self, arguments: &[&str]) -> Said {
        let (first, rest) = arguments.split_first().unwrap();
        let mut command = self.command("terraform");
        command.arg(first);
        let asks = ["init", "plan", "apply", "destroy", "import"].contains(first);
        if asks {
            command.arg("-input=false");
        }
        if *first == "apply" || *first == "destroy" {
            command.arg("-auto-approve");
        }
        if *first != "show" && *first != "state" {
            command.arg("-no-color");
        }
        Said::new(&command.args(rest).output().unwrap())
    }

    fn simulator(&self, arguments: &[&str]) -> Said {
        let mut command = self.command(env!("CARGO_BIN_EXE_lostops"));
        Said::new(&command.arg("simulator").args(arguments).output().unwrap())
    }

    #[track_caller]
    fn apply(&self, more: &[&str]) -> String {
        self.terraform(&[&["apply"], more].concat()).well()
    }

    /// The plan as JSON.
    #[track_caller]
    fn plan(&self, more: &[&str]) -> Json {
        self.terraform(&[&["plan", "-out=plan"], more].concat())
            .well();
        let shown = self
            .command("terraform")
            .args(["show", "-json", "plan"])
            .output()
            .unwrap();
        serde_json::from_slice(&shown.stdout).unwrap()
    }

    /// Nothing is to be done.
    #[track_caller]
    fn is_clean(&self, more: &[&str]) {
        let said = self.terraform(&[&["plan", "-detailed-exitcode"], more].concat());
        assert_eq!(said.code, Some(0), "{}", said.text);
    }

    fn output(&self, name: &str) -> String {
        self.terraform(&["output", "-raw", name]).well()
    }
}

/// What a plan does to one resource: `["create"]`.
fn actions<'a>(plan: &'a Json, address: &str) -> Vec<&'a str> {
    change(plan, address)["actions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Json::as_str)
        .collect()
}

fn change<'a>(plan: &'a Json, address: &str) -> &'a Json {
    let changes = plan["resource_changes"].as_array().unwrap();
    let found = changes.iter().find(|change| change["address"] == address);
    &found.unwrap_or_else(|| panic!("{address} is not in the plan"))["change"]
}

/// The addresses of everything that is to be changed.
fn changed(plan: &Json) -> Vec<&str> {
    let changes = plan["resource_changes"].as_array().unwrap().iter();
    changes
        .filter(|change| {
            change["change"]["actions"] != serde_json::json!(["no-op"])
                && change["mode"] == "managed"
        })
        .filter_map(|change| change["address"].as_str())
        .collect()
}

fn read(path: &Utf8Path) -> String {
    fs::read_to_string(path).unwrap()
}
