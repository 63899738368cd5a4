//! `${VARIABLES}`: the whole grammar, and what has no value here.

use super::{said_with, service};

const KNOWN: &[(&str, &str)] = &[
    ("PORT", "8025"),
    ("EMPTY", ""),
    ("HIDDEN", "secret"),
    ("_a1", "90"),
    ("IP", "127.0.0.1"),
];

fn with(entry: &str) -> String {
    let said = said_with(&service(&format!("ports: ['{entry}']")), KNOWN);
    assert!(said.len() < 2, "{entry}: {said:?}");
    said.into_iter().next().unwrap_or_default()
}

#[test]
fn every_operation_of_compose_is_done() {
    for (entry, expected) in [
        ("$PORT:80", "tcp 8025"),
        ("${PORT}:80", "tcp 8025"),
        ("$_a1:80", "tcp 90"),
        ("${PORT:-8080}:80", "tcp 8025"),
        ("${NONE:-8080}:80", "tcp 8080"),
        ("${NONE-8080}:80", "tcp 8080"),
        ("${EMPTY:-8080}:80", "tcp 8080"),
        // What is set to nothing stays nothing: Docker chooses.
        ("${EMPTY-8080}:80", "any tcp"),
        ("${EMPTY}:80", "any tcp"),
        ("${PORT:?needed}:80", "tcp 8025"),
        ("${PORT?needed}:80", "tcp 8025"),
        ("${PORT:+81}:80", "tcp 81"),
        ("${NONE:+81}:80", "any tcp"),
        ("${EMPTY:+81}:80", "any tcp"),
        ("${EMPTY+81}:80", "tcp 81"),
        ("${NONE:-${PORT}}:80", "tcp 8025"),
        ("${NONE:-${EMPTY:-${OTHER-99}}}:80", "tcp 99"),
        ("${IP}:${PORT}:80", ""),
        ("${NONE:-0.0.0.0}:${PORT}:80", "tcp 8025"),
    ] {
        assert_eq!(with(entry), expected, "{entry}");
    }
}

#[test]
fn what_has_no_value_here_cannot_be_shown() {
    for (entry, why) in [
        ("${NONE}:80", "the variable `NONE` has no value"),
        ("$NONE:80", "the variable `NONE` has no value"),
        ("${NONE:?needed}:80", "the variable `NONE` has no value"),
        ("${NONE?needed}:80", "the variable `NONE` has no value"),
        ("${EMPTY:?needed}:80", "the variable `EMPTY` has no value"),
        (
            "${HIDDEN}:80",
            "the variable `HIDDEN` is a secret, which is not known here",
        ),
        (
            "${HIDDEN:-80}:80",
            "the variable `HIDDEN` is a secret, which is not known here",
        ),
        (
            "${NONE:-$HIDDEN}:80",
            "the variable `HIDDEN` is a secret, which is not known here",
        ),
        // The unit has them, whatever the describer says.
        (
            "${HOME-127.0.0.1}:80:80",
            "the variable `HOME` is the server's own",
        ),
        (
            "${COMPOSE_X:-1}:80",
            "the variable `COMPOSE_X` is the server's own",
        ),
        ("${PORT:80", "`${PORT` is not closed"),
        (
            "${PORT/8/9}:80",
            "`${PORT/8/9}` is not a form that Compose knows",
        ),
        (
            "${PORT:80}:80",
            "`${PORT:80}` is not a form that Compose knows",
        ),
        (
            "${}:80",
            "a `$` stands before what is no name; the sign itself is written `$$`",
        ),
        (
            "$:80",
            "a `$` stands before what is no name; the sign itself is written `$$`",
        ),
        (
            "${1}:80",
            "a `$` stands before what is no name; the sign itself is written `$$`",
        ),
        (
            "$$PORT:80",
            "`$PORT:80` cannot be read as a port: `$PORT` is no port",
        ),
    ] {
        assert_eq!(with(entry), format!("unclear: {why}"), "{entry}");
    }
}

#[test]
fn variables_are_filled_in_wherever_it_matters() {
    for (keys, expected) in [
        (
            "ports: [{ target: 80, published: \"${PORT}\", host_ip: \"${IP}\" }]",
            None,
        ),
        (
            "ports: [{ target: 80, published: \"${PORT}\" }]",
            Some("tcp 8025"),
        ),
        ("network_mode: ${MODE:-host}", Some("network")),
        (
            "network_mode: ${MODE}",
            Some("unclear: the variable `MODE` has no value"),
        ),
        ("command: [\"${NONE}\", \"${HIDDEN}\"]", None),
    ] {
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(said_with(&service(keys), KNOWN), expected, "{keys}");
    }
}
