//! Rules are found, asked, and refused where they cannot be.

use super::{File, Kind, Rule, Said, Trouble, ask, rules, within};
use std::time::Duration;

fn file(text: &str) -> Vec<File> {
    vec![File {
        path: "policy/own.rego".to_owned(),
        text: text.to_owned(),
    }]
}

fn found(text: &str) -> Vec<Rule> {
    rules(&file(text)).expect("rules")
}

fn answers(text: &str, document: &str) -> Result<Vec<Vec<Said>>, Trouble> {
    let files = file(text);
    ask(&files, &rules(&files)?, document)
}

/// What is said, by `server: message`.
fn words(text: &str, document: &str) -> Vec<String> {
    let said = answers(text, document)
        .expect("answers")
        .into_iter()
        .flatten();
    let word = |said: Said| match said.server {
        Some(server) => format!("{server}: {}", said.message),
        None => said.message,
    };
    said.map(word).collect()
}

#[test]
fn rules_are_those_that_conftest_asks_and_functions_are_none() {
    let text = "package main\n\
        deny contains \"a\" if input.x\n\
        deny contains \"b\" if input.y\n\
        deny_size contains \"c\" if input.x\n\
        warn := \"d\" if input.x\n\
        violation[{\"msg\": \"e\"}] if input.x\n\
        warning contains \"f\" if input.x\n\
        helper(a) := a\n";
    let found = found(text);
    let names: Vec<_> = found.iter().map(|rule| (rule.name(), rule.kind)).collect();
    let expected = [
        ("main.deny", Kind::Deny),
        ("main.deny_size", Kind::Deny),
        ("main.warn", Kind::Warn),
        ("main.violation", Kind::Deny),
    ];
    assert_eq!(names, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert!(text[found[0].range.clone()].starts_with("deny contains \"a\""));
}

#[test]
fn every_form_of_an_answer_is_understood() {
    let document = r#"{"servers": [{"name": "web", "size": "big"}]}"#;
    let set = "package main\ndeny contains msg if { some s in input.servers; msg := sprintf(\"%s is %s\", [s.name, s.size]) }";
    assert_eq!(words(set, document), ["web is big"]);
    let object = "package main\ndeny contains {\"msg\": \"too big\", \"server\": s.name} if some s in input.servers";
    assert_eq!(words(object, document), ["web: too big"]);
    assert_eq!(
        words("package main\ndeny := \"no\" if input.servers", document),
        ["no"]
    );
    assert_eq!(
        words("package main\ndeny if input.servers", document),
        ["`main.deny` is true"]
    );
    assert!(words("package main\ndeny if input.none", document).is_empty());
    let cidr = "package main\ndeny contains \"far\" if not net.cidr_contains(\"10.0.0.0/8\", \"192.0.2.1\")";
    assert_eq!(words(cidr, document), ["far"]);
}

#[test]
fn what_is_not_understood_is_named_with_its_place() {
    for (text, at, words) in [
        (
            "package main\ndeny contains m if { m := \n}",
            36,
            "expecting",
        ),
        (
            "package main\ndeny[m] { m := \"a\" }",
            21,
            "`if` keyword is required",
        ),
        ("deny", 0, "expecting `package`"),
        ("package main\nallow if input.x", 0, "none is called `deny`"),
        ("package main\n", 0, "none is called `deny`"),
    ] {
        let trouble = rules(&file(text)).expect_err(text);
        assert!(trouble.message.contains(words), "{text}: {trouble:?}");
        assert_eq!(trouble.at, Some((0, at)), "{text}");
    }
}

#[test]
fn a_rule_that_fails_has_not_been_heard() {
    for (rule, words) in [
        (
            "deny contains m if m := unknown(1)",
            "could not find function",
        ),
        (
            "deny contains m if m := to_number(\"x\")",
            "could not parse",
        ),
        ("deny contains m if m := y", "unsafe"),
        ("deny contains 7", "neither a text nor an object"),
        (
            "deny contains {\"message\": \"x\"}",
            "neither a text nor an object",
        ),
        ("deny contains m if m := http.send({}).status", "http.send"),
    ] {
        let text = format!("package main\n{rule}\n");
        let trouble = answers(&text, "{}").expect_err(rule);
        assert!(trouble.message.contains(words), "{rule}: {trouble:?}");
    }
}

#[test]
fn a_rule_that_does_not_end_is_ended() {
    let slow = "package main\ndeny contains m if { some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); a * b == 0; m := \"x\" }";
    let files = file(slow);
    let rules = rules(&files).expect("rules");
    let trouble = within(Duration::from_millis(50), &files, &rules, "{}").expect_err("an end");
    assert!(trouble.message.contains("time"), "{trouble:?}");
}
