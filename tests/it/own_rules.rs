//! Rules of the user's own, in Rego beside the policy.

use crate::harness::{Project, errors, finding};
use serde_json::Value;

const FILE: &str = "describers/policy/own.rego";

/// Lostops with one file of rules.
fn with(rules: &str) -> Project {
    let project = Project::lostops();
    project.write(FILE, format!("package main\n\n{rules}\n"));
    project
}

/// Codes of own rules, as they were found.
fn own(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("findings").iter();
    let codes = findings.filter_map(|finding| finding["code"].as_str());
    codes.filter(|code| code.starts_with("LO7")).collect()
}

#[test]
fn a_rule_that_denies_fails_and_one_that_warns_is_told() {
    let project = with(
        "deny contains {\"msg\": msg, \"server\": server.name} if {\n\
         \x20 some server in input.servers\n\
         \x20 some port in server.ports\n\
         \x20 port.from == \"internet\"\n\
         \x20 not port.low in {80, 443}\n\
         \x20 msg := sprintf(\"%d is open to everybody\", [port.low])\n\
         }\n\n\
         warn contains \"the day is known\" if input.today",
    );
    let answer = project.json(0, &["check"]);
    assert_eq!(own(&answer), ["LO702"]);
    let port = "ports:\n  - { port: 22, from: internet, for: everybody }\n";
    project.edit("describers/database.yaml", "ports:\n", port);
    let answer = project.json(3, &["check"]);
    let denied = finding(&answer, "LO701");
    assert_eq!(denied["server"], "database");
    assert_eq!(denied["message"], "`database`: 22 is open to everybody");
    assert_eq!(denied["place"]["file"], "describers/database.yaml");
    assert_eq!(denied["evidence"], "the rule `main.deny`");
    assert!(project.run(&["check"]).stdout.contains("own.rego:3"));
}

#[test]
fn rules_see_what_is_planned() {
    let project = with(
        "deny contains msg if {\n\
         \x20 input.planned\n\
         \x20 some resource in input.resources\n\
         \x20 resource.type == \"azurerm_network_security_group\"\n\
         \x20 msg := sprintf(\"%s: %s\", [resource.action, resource.address])\n\
         }\n\n\
         warn contains server.name if {\n\
         \x20 some server in input.servers\n\
         \x20 some open in server.open\n\
         \x20 open.low == 3306\n\
         \x20 open.from == [\"backend\"]\n\
         }",
    );
    assert_eq!(own(&project.json(0, &["check"])), Vec::<&str>::new());
    let answer = project.plan(3);
    assert!(own(&answer).contains(&"LO701"), "{answer:#}");
    assert_eq!(finding(&answer, "LO702")["message"], "database");
}

#[test]
fn what_rules_see_is_what_its_schema_says() {
    let project = with("warn contains json.marshal(input)");
    let run = project.run(&["schema", "input"]);
    let schema: Value = serde_json::from_str(&run.stdout).expect("the schema");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for answer in [project.json(0, &["check"]), project.plan(0)] {
        let message = finding(&answer, "LO702")["message"].as_str().expect("it");
        let input: Value = serde_json::from_str(message).expect("JSON");
        assert!(schema.is_valid(&input), "{:?}", schema.validate(&input));
        assert_eq!(input["servers"][0]["name"], "backend");
        assert_eq!(
            input["servers"][1]["ports"][0]["sources"][0],
            "203.0.113.0/24"
        );
    }
}

#[test]
fn rules_that_are_not_understood_or_not_answered_permit_nothing() {
    for (rules, code, words) in [
        (
            "deny[msg] { msg := \"version 0\" }",
            "LO119",
            "`if` keyword",
        ),
        ("allow if input.servers", "LO119", "none is called `deny`"),
        (
            "deny contains m if m := to_number(\"x\")",
            "LO703",
            "could not parse",
        ),
        ("deny contains 7", "LO703", "neither a text nor an object"),
        (
            "deny contains m if m := http.send({}).body",
            "LO703",
            "http.send",
        ),
    ] {
        let answer = with(rules).json(3, &["check"]);
        assert_eq!(errors(&answer), [code], "{rules}: {answer:#}");
        let found = finding(&answer, code);
        assert!(
            found["message"]
                .as_str()
                .is_some_and(|it| it.contains(words)),
            "{found:#}"
        );
        assert_eq!(found["place"]["file"], FILE, "{found:#}");
    }
}

#[test]
fn a_file_of_functions_is_for_the_others() {
    let project = with("deny contains \"yes\" if lib.is_one(1)");
    project.edit(FILE, "package main\n", "package main\n\nimport data.lib\n");
    project.write(
        "describers/policy/lib.rego",
        "package lib\n\nis_one(n) if n == 1\n",
    );
    assert_eq!(errors(&project.json(3, &["check"])), ["LO701"]);
}
