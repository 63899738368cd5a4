//! A Terraform configuration of somebody else's, run with the simulated providers, and its plan judged.

use crate::harness::Project;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The folder of the simulated providers, the same for all tests; it lives as long as the program.
static PROVIDERS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("providers");
    fs::create_dir_all(&folder).expect("the folder");
    let text = folder.to_str().expect("a path in UTF-8");
    let run = Project::empty().run(&["simulator", "providers", text]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    folder
});

const HEAD: &str = r#"
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm" }
  }
}
provider "azurerm" {
  features {}
}
resource "azurerm_resource_group" "rg" {
  name     = "shop"
  location = "West Europe"
}
resource "azurerm_virtual_network" "net" {
  name                = "net"
  address_space       = ["10.20.0.0/16"]
  location            = azurerm_resource_group.rg.location
  resource_group_name = azurerm_resource_group.rg.name
}
resource "azurerm_subnet" "a" {
  name                 = "a"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["10.20.1.0/24"]
}
"#;

/// A folder with a configuration, a state and a simulated cloud of its own.
pub(crate) struct Configuration {
    project: Project,
}

impl Configuration {
    /// With a resource group, a network of 10.20.0.0/16 and a subnet `a` of 10.20.1.0/24 before `parts`.
    pub(crate) fn new(parts: &[&str]) -> Self {
        let configuration = Self {
            project: Project::empty(),
        };
        configuration.write(parts).terraform(&["init"]);
        configuration
    }

    pub(crate) fn applied(parts: &[&str]) -> Self {
        let configuration = Self::new(parts);
        configuration.terraform(&["apply", "-auto-approve"]);
        configuration
    }

    pub(crate) fn write(&self, parts: &[&str]) -> &Self {
        self.project
            .write("main.tf", format!("{HEAD}{}", parts.join("\n")));
        self
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let (command, rest) = arguments.split_first().expect("a command");
        Command::new("terraform")
            .arg(command)
            .args(
                ["-input=false", "-no-color"]
                    .iter()
                    .filter(|_| matches!(*command, "init" | "plan" | "apply")),
            )
            .args(rest)
            .current_dir(self.project.path("."))
            .env("TF_CLI_CONFIG_FILE", PROVIDERS.join("terraform.rc"))
            .env("LOSTOPS_SIMULATED_CLOUD", self.project.path("cloud.json"))
            .env(
                "ARM_SUBSCRIPTION_ID",
                "00000000-0000-4000-8000-000000000000",
            )
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .expect("terraform starts")
    }

    pub(crate) fn terraform(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// Changes the simulated cloud by hand.
    pub(crate) fn portal(&self, arguments: &[&str]) -> &Self {
        self.simulator(arguments);
        self
    }

    /// What the simulated cloud answers.
    pub(crate) fn simulator(&self, arguments: &[&str]) -> String {
        let cloud = self.project.path("cloud.json");
        let file = ["simulator", "--file", cloud.to_str().expect("UTF-8")];
        let run = self.project.run(&[&file, arguments].concat());
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        run.stdout
    }

    /// Plans with these arguments and judges the plan, which must end with this exit code.
    pub(crate) fn judged(&self, code: i32, arguments: &[&str]) -> Value {
        self.planned(arguments);
        self.project.json(code, &["plan", "--from", "plan.json"])
    }

    /// Everything that lostops says of the plan, in all formats.
    pub(crate) fn said(&self) -> String {
        self.planned(&[]);
        let formats = ["json", "markdown", "human"];
        let said = formats.map(|format| {
            let run = self
                .project
                .run(&["plan", "--from", "plan.json", "--format", format]);
            run.stdout + &run.stderr
        });
        said.concat()
    }

    fn planned(&self, arguments: &[&str]) {
        // A plan that fails is written too.
        self.run(&[&["plan", "-out=tfplan"], arguments].concat());
        let json = self.terraform(&["show", "-json", "tfplan"]);
        self.project.write("plan.json", json);
    }
}

/// An interface and a machine `name` on `subnet`; `public` is the SKU of its public address, or empty.
pub(crate) fn machine(name: &str, subnet: &str, public: &str) -> String {
    let (address, link) = if public.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!(
                r#"
resource "azurerm_public_ip" "{name}" {{
  name                = "{name}"
  location            = azurerm_resource_group.rg.location
  resource_group_name = azurerm_resource_group.rg.name
  allocation_method   = "Static"
  sku                 = "{public}"
}}"#
            ),
            format!("public_ip_address_id = azurerm_public_ip.{name}.id"),
        )
    };
    format!(
        r#"{address}
resource "azurerm_network_interface" "{name}" {{
  name                = "{name}"
  location            = azurerm_resource_group.rg.location
  resource_group_name = azurerm_resource_group.rg.name
  ip_configuration {{
    name                          = "primary"
    subnet_id                     = {subnet}
    private_ip_address_allocation = "Dynamic"
    {link}
  }}
}}
resource "azurerm_linux_virtual_machine" "{name}" {{
  name                  = "{name}"
  location              = azurerm_resource_group.rg.location
  resource_group_name   = azurerm_resource_group.rg.name
  size                  = "Standard_B2s"
  admin_username        = "ops"
  network_interface_ids = [azurerm_network_interface.{name}.id]
  admin_ssh_key {{
    username   = "ops"
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA x"
  }}
  os_disk {{
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }}
  source_image_reference {{
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }}
}}
"#
    )
}

/// A security group with these blocks, on the interface of the same name.
pub(crate) fn guarded(name: &str, rules: &[String]) -> String {
    let rules: Vec<String> = rules
        .iter()
        .map(|rule| format!("  security_rule {{\n{rule}  }}"))
        .collect();
    format!(
        r#"
resource "azurerm_network_security_group" "{name}" {{
  name                = "{name}"
  location            = azurerm_resource_group.rg.location
  resource_group_name = azurerm_resource_group.rg.name
{}
}}
resource "azurerm_network_interface_security_group_association" "{name}" {{
  network_interface_id      = azurerm_network_interface.{name}.id
  network_security_group_id = azurerm_network_security_group.{name}.id
}}
"#,
        rules.join("\n")
    )
}

/// The arguments of an inbound rule; `port` and `source` are expressions.
pub(crate) fn rule(name: &str, priority: u16, port: &str, source: &str) -> String {
    let access = if name == "deny" { "Deny" } else { "Allow" };
    let protocol = if name == "deny" { "*" } else { "Tcp" };
    let many = if source.starts_with('[') { "es" } else { "" };
    format!(
        r#"    name                       = "{name}"
    priority                   = {priority}
    direction                  = "Inbound"
    access                     = "{access}"
    protocol                   = "{protocol}"
    source_port_range          = "*"
    destination_port_range     = {port}
    source_address_prefix{many} = {source}
    destination_address_prefix = "*"
"#
    )
}

/// The rule that leaves nothing to the default rules.
pub(crate) fn deny() -> String {
    rule("deny", 4096, "\"*\"", "\"*\"")
}

/// A rule of its own in the group `group`.
pub(crate) fn standalone(group: &str, name: &str, arguments: &str) -> String {
    format!(
        r#"
resource "azurerm_network_security_rule" "{name}" {{
{arguments}
  resource_group_name         = azurerm_resource_group.rg.name
  network_security_group_name = azurerm_network_security_group.{group}.name
}}
"#
    )
}
