//! What happens to which server in plans of configurations that are not ours, and the words for it.

use crate::harness::{changes, finding, planned, server};
use crate::terraform::{Configuration, deny, guarded, machine, rule};
use serde_json::Value;

const A: &str = "azurerm_subnet.a.id";
const WEB: &str = "azurerm_linux_virtual_machine.web";
const BLOCK: &str = "resource \"azurerm_linux_virtual_machine\" \"web\"";

fn https() -> String {
    let open = rule("https", 100, "\"443\"", "\"Internet\"");
    guarded("web", &[open, deny()])
}

/// A configuration with one server that was applied once.
fn applied() -> (Configuration, String, String) {
    let (web, group) = (machine("web", A, "Standard"), https());
    (Configuration::applied(&[&web, &group]), web, group)
}

fn details(answer: &Value, name: &str) -> String {
    server(answer, name)["details"].to_string()
}

#[test]
fn size_image_and_name_are_a_resize_and_replacements_because_of_them() {
    let (configuration, web, group) = applied();
    for (from, to, word, sentence) in [
        (
            "Standard_B2s",
            "Standard_B4ms",
            "resize",
            "resize from Standard_B2s to Standard_B4ms",
        ),
        (
            "\"server\"",
            "\"minimal\"",
            "replace",
            "because source_image_reference changed",
        ),
        (
            "\"ops\"\n  network",
            "\"ops\"\n  custom_data = base64encode(\"Xs3cret\")\n  network",
            "replace",
            "because custom_data changed",
        ),
    ] {
        configuration.write(&[&web.replace(from, to), &group]);
        let answer = configuration.judged(3, &[]);
        assert_eq!(changes(&answer, WEB), [word], "{to}");
        assert!(details(&answer, WEB).contains(sentence), "{answer:#}");
        assert!(!answer.to_string().contains("WHMzY3JldA"), "{answer:#}");
    }
}

#[test]
fn a_replacement_that_is_asked_for_says_so() {
    let (configuration, ..) = applied();
    let answer = configuration.judged(3, &[&format!("-replace={WEB}")]);
    assert_eq!(changes(&answer, WEB), ["replace"]);
    assert!(
        details(&answer, WEB).contains("requested with -replace"),
        "{answer:#}"
    );
    configuration.terraform(&["taint", WEB]);
    let answer = configuration.judged(3, &[]);
    assert!(
        details(&answer, WEB).contains("it is tainted"),
        "{answer:#}"
    );
}

#[test]
fn a_server_that_only_moves_does_not_change() {
    let (configuration, web, group) = applied();
    let moved = web.replace(
        BLOCK,
        "resource \"azurerm_linux_virtual_machine\" \"front\"",
    );
    let from = format!("moved {{\n  from = {WEB}\n  to = azurerm_linux_virtual_machine.front\n}}");
    configuration.write(&[&moved, &group, &from]);
    let front = "azurerm_linux_virtual_machine.front";
    let answer = configuration.judged(3, &[]);
    assert_eq!(changes(&answer, front), ["none"]);
    assert_eq!(planned(&answer, front), ["443/tcp from internet"]);
}

#[test]
fn a_server_that_terraform_forgets_runs_on_and_can_be_imported_again() {
    let (configuration, web, group) = applied();
    let (rest, _) = web.split_once(BLOCK).expect("the machine");
    let removed =
        format!("removed {{\n  from = {WEB}\n  lifecycle {{\n    destroy = false\n  }}\n}}");
    configuration.write(&[rest, &group, &removed]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(changes(&answer, WEB), ["forget"]);
    assert_eq!(server(&answer, WEB)["state"], "unknown");
    assert_eq!(planned(&answer, WEB), ["443/tcp from internet"]);

    configuration.terraform(&["state", "rm", WEB]);
    let import = format!(
        "import {{\n  to = {WEB}\n  id = \"/subscriptions/00000000-0000-4000-8000-000000000000/\
         resourceGroups/shop/providers/Microsoft.Compute/virtualMachines/web\"\n}}"
    );
    configuration.write(&[&web, &group, &import]);
    assert_eq!(changes(&configuration.judged(3, &[]), WEB), ["import"]);
}

#[test]
fn what_the_portal_changed_is_changed_back() {
    let (configuration, ..) = applied();
    configuration.portal(&["resize", "web", "Standard_D4s_v5"]);
    configuration.portal(&["open", "web", "5432", "--from", "internet"]);
    let answer = configuration.judged(3, &[]);
    assert_eq!(changes(&answer, WEB), ["resize"]);
    assert_eq!(planned(&answer, WEB), ["443/tcp from internet"]);
    assert!(
        details(&answer, WEB).contains("closes 5432/tcp from internet"),
        "{answer:#}"
    );
    configuration.portal(&["delete", "web"]);
    assert_eq!(changes(&configuration.judged(3, &[]), WEB), ["create"]);
}

#[test]
fn a_group_that_is_renamed_leaves_its_server_unprotected_for_a_while() {
    let (configuration, web, group) = applied();
    let renamed = group.replacen("= \"web\"", "= \"web-2\"", 1);
    configuration.write(&[&web, &renamed]);
    let answer = configuration.judged(3, &[]);
    assert!(
        finding(&answer, "LO206")["message"]
            .as_str()
            .is_some_and(|message| message.contains("azurerm_network_interface.web and put back")),
        "{answer:#}"
    );
    assert_eq!(planned(&answer, WEB), ["443/tcp from internet"]);
}

#[test]
fn a_plan_of_a_part_fails_and_one_that_destroys_everything_leaves_nothing_open() {
    let (configuration, ..) = applied();
    let partial = configuration.judged(1, &[&format!("-target={WEB}")]);
    assert_eq!(partial["failure"]["reason"], "plan-incomplete");
    let answer = configuration.judged(3, &["-destroy"]);
    assert_eq!(changes(&answer, WEB), ["destroy"]);
    assert_eq!(server(&answer, WEB)["state"], "absent");
    assert!(planned(&answer, WEB).is_empty());
}
