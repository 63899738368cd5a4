//! Who reaches which server in plans of configurations that are not ours.

use crate::harness::{planned, server};
use crate::terraform::{Configuration, deny, guarded, machine, rule, standalone};
use serde_json::Value;

const A: &str = "azurerm_subnet.a.id";
const WEB: &str = "azurerm_linux_virtual_machine.web";
const DB: &str = "azurerm_linux_virtual_machine.db";

/// `3306 from web` of every line that cannot be shown closed.
fn unproven(answer: &Value) -> usize {
    answer.to_string().matches("cannot-prove").count()
}

fn group<'a>(answer: &'a Value, address: &str) -> &'a Value {
    let groups = answer["security_groups"].as_array().expect("groups");
    let found = groups.iter().find(|group| group["address"] == address);
    found.unwrap_or_else(|| panic!("no {address} in {answer:#}"))
}

fn from_anywhere(name: &str, priority: u16, port: &str) -> String {
    rule(name, priority, &format!("\"{port}\""), "\"*\"")
}

#[test]
fn an_ordinary_server_has_just_the_ports_of_its_rules() {
    let rules = [
        rule("ssh", 100, "\"22\"", "\"203.0.113.0/24\""),
        from_anywhere("https", 110, "443"),
        deny(),
    ];
    let configuration =
        Configuration::new(&[&machine("web", A, "Standard"), &guarded("web", &rules)]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(
        planned(&answer, WEB),
        ["22/tcp from 203.0.113.0/24", "443/tcp from internet"]
    );
    assert_eq!(unproven(&answer), 0);
    assert_eq!(
        group(&answer, "azurerm_network_security_group.web")["attached_to"],
        serde_json::json!(["azurerm_network_interface.web"])
    );
}

#[test]
fn without_a_deny_the_default_rule_lets_the_network_in_and_is_the_evidence() {
    let rules = [rule("ssh", 100, "\"22\"", "\"203.0.113.0/24\"")];
    let configuration =
        Configuration::new(&[&machine("web", A, "Standard"), &guarded("web", &rules)]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(
        planned(&answer, WEB),
        [
            "0-65535/tcp from vnet",
            "22/tcp from 203.0.113.0/24",
            "0-65535/udp from vnet"
        ]
    );
    assert_eq!(
        server(&answer, WEB)["exposures"][0]["evidence"],
        "azurerm_network_security_group.web default rule AllowVnetInBound"
    );
}

#[test]
fn a_standard_address_without_a_group_is_closed_and_a_basic_one_is_open() {
    let configuration =
        Configuration::new(&[&machine("web", A, "Standard"), &machine("db", A, "Basic")]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(planned(&answer, WEB)[0], "0-65535/tcp from vnet");
    assert_eq!(planned(&answer, DB)[0], "0-65535/tcp from internet");
    assert_eq!(
        server(&answer, DB)["exposures"][0]["evidence"],
        DB,
        "what no rule opens names the machine itself"
    );
}

#[test]
fn the_group_of_the_subnet_closes_what_that_of_the_interface_opens() {
    let configuration = Configuration::new(&[
        &machine("web", A, "Standard"),
        &guarded(
            "web",
            &[
                from_anywhere("ssh", 100, "22"),
                from_anywhere("https", 110, "443"),
            ],
        ),
        &guarded("db", &[from_anywhere("https", 100, "443"), deny()])
            .replace(
                "azurerm_network_interface_security_group_association",
                "azurerm_subnet_network_security_group_association",
            )
            .replace(
                "network_interface_id      = azurerm_network_interface.db.id",
                "subnet_id = azurerm_subnet.a.id",
            ),
    ]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(planned(&answer, WEB), ["443/tcp from internet"]);
}

#[test]
fn an_address_that_is_not_known_yet_is_the_machine_it_belongs_to() {
    let web = "azurerm_network_interface.web.private_ip_address";
    let rules = [
        rule("mysql", 100, "\"3306\"", web),
        rule("ssh", 110, "\"22\"", &format!("[{web}, \"10.0.0.4/32\"]")),
        deny(),
    ];
    let configuration = Configuration::new(&[
        &machine("web", A, "Standard"),
        &machine("db", A, ""),
        &guarded("db", &rules),
    ]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(
        planned(&answer, DB),
        [
            format!("22/tcp from {WEB},10.0.0.4/32"),
            format!("3306/tcp from {WEB}")
        ]
    );
    assert_eq!(unproven(&answer), 0);
}

#[test]
fn an_address_through_a_local_cannot_be_proven_and_is_not_passed() {
    let rules = [rule("mysql", 100, "\"3306\"", "local.source"), deny()];
    let configuration = Configuration::new(&[
        "locals {\n  source = azurerm_network_interface.web.private_ip_address\n}",
        &machine("web", A, ""),
        &machine("db", A, ""),
        &guarded("db", &rules),
    ]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(planned(&answer, DB), ["3306/tcp from vnet"]);
    assert_eq!(server(&answer, DB)["exposures"][0]["proof"], "cannot-prove");
}

#[test]
fn machines_and_groups_by_key_find_each_other_whatever_the_keys_are() {
    let keys = r#"
locals {
  servers = { "Köln Süd" = "a", "東京.\"x\"[1]" = "b" }
}
"#;
    let each = |text: String| {
        text.replace("\" {\n", "\" {\n  for_each = local.servers\n")
            .replace("\"web\"\n", "\"web-${each.value}\"\n")
            .replace(".web.id", ".web[each.key].id")
    };
    let https = [from_anywhere("https", 100, "443"), deny()];
    let configuration = Configuration::new(&[
        keys,
        &each(machine("web", A, "Standard")),
        &each(guarded("web", &https)),
    ]);
    let answer = configuration.judged(3, &[]);
    for key in ["Köln Süd", "東京.\\\"x\\\"[1]"] {
        let name = format!("{WEB}[\"{key}\"]");
        assert_eq!(planned(&answer, &name), ["443/tcp from internet"], "{key}");
    }
    assert_eq!(unproven(&answer), 0);
}

#[test]
fn a_private_server_is_reached_by_the_private_blocks_that_rules_name_but_not_by_the_internet() {
    let rules = [
        from_anywhere("any", 100, "80"),
        rule("public", 110, "\"81\"", "\"203.0.113.0/24\""),
        rule("office", 120, "\"82\"", "\"172.16.5.0/24\""),
        rule("network", 130, "\"83\"", "\"10.20.0.0/16\""),
        deny(),
    ];
    let configuration = Configuration::new(&[&machine("web", A, ""), &guarded("web", &rules)]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(
        planned(&answer, WEB),
        [
            "80/tcp from vnet,172.16.5.0/24",
            "82/tcp from 172.16.5.0/24",
            "83/tcp from vnet"
        ]
    );
}

#[test]
fn a_rule_of_its_own_counts_as_planned_and_not_as_the_group_last_copied_it() {
    let ssh = rule("ssh", 100, "\"22\"", "\"203.0.113.7\"");
    let parts = |ssh: &str| {
        [
            machine("web", A, "Standard"),
            guarded("web", &[]),
            standalone("web", "deny", &deny()),
            standalone("web", "ssh", ssh),
        ]
    };
    let before = parts(&ssh);
    let configuration = Configuration::applied(&before.each_ref().map(String::as_str));
    let after = parts(&ssh.replace("\"22\"", "\"8443\""));
    configuration.write(&after.each_ref().map(String::as_str));
    let answer = configuration.judged(3, &[]);
    assert_eq!(planned(&answer, WEB), ["8443/tcp from 203.0.113.7/32"]);
    assert_eq!(
        answer["notes"],
        serde_json::json!([]),
        "nobody changed anything outside Terraform"
    );

    configuration.portal(&["open", "web", "3306", "--from", "internet"]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(
        planned(&answer, WEB),
        ["3306/tcp from internet", "8443/tcp from 203.0.113.7/32"],
        "Terraform does not remove what it does not manage"
    );
    assert_eq!(
        answer["notes"].as_array().map(Vec::len),
        Some(1),
        "{answer:#}"
    );
}

#[test]
fn sensitive_ports_and_prefixes_are_judged_and_never_printed() {
    let variables = |port: u16| {
        format!(
            "variable \"port\" {{\n  sensitive = true\n  default = \"{port}\"\n}}\n\
             variable \"prefix\" {{\n  sensitive = true\n  default = \"198.51.100.{}\"\n}}",
            port % 100
        )
    };
    let hidden = rule("hidden", 105, "var.port", "var.prefix");
    let parts = |port: u16| {
        [
            variables(port),
            machine("web", A, "Standard"),
            guarded("web", &[]),
            standalone("web", "hidden", &hidden),
            standalone(
                "web",
                "shut",
                &hidden
                    .replace("\"Allow\"", "\"Deny\"")
                    .replace("105\n", "100\n")
                    .replace("var.prefix", "\"*\"")
                    .replace("\"hidden\"", "\"shut\"")
                    .replace("var.port", "var.port + 7"),
            ),
            standalone("web", "https", &from_anywhere("https", 110, "443")),
        ]
    };
    let before = parts(48123);
    let configuration = Configuration::applied(&before.each_ref().map(String::as_str));
    let after = parts(48250);
    configuration.write(&after.each_ref().map(String::as_str));
    let said = configuration.said();
    assert!(said.contains("(sensitive)"), "{said}");
    assert!(said.contains("443"), "what is not sensitive is shown");
    for secret in ["4812", "4813", "4824", "4825", "198.51.100"] {
        assert!(!said.contains(secret), "{secret} is printed: {said}");
    }
}

#[test]
fn a_plan_that_only_refreshes_is_judged_by_what_there_is() {
    let rules = [from_anywhere("https", 110, "443"), deny()];
    let web = machine("web", A, "Standard");
    let configuration = Configuration::applied(&[&web, &guarded("web", &rules)]);
    configuration.portal(&["resize", "web", "Standard_D4s_v5"]);
    let answer = configuration.judged(3, &["-refresh-only"]);
    assert_eq!(planned(&answer, WEB), ["443/tcp from internet"]);
    assert!(
        answer["notes"]
            .to_string()
            .contains("resized outside Terraform"),
        "{answer:#}"
    );
}
