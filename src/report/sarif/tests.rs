//! What GitHub demands of a SARIF file beyond its schema.

use super::*;
use crate::finding::{Meta, Severity};
use serde_json::{Value, json};

static META: Meta = Meta {
    code: "LO203",
    name: "port-not-permitted",
    severity: Severity::Error,
    summary: "a port that is not permitted",
    why: "Because\nof `this`.",
    fix: "Mend it.",
    example: "```yaml\na: 1\n```",
};

fn report(before: &str) -> Report {
    let mut report = Report::new("plan");
    report.environment = Some("production".to_owned());
    let text = format!("{before}server: web\nports:\n  - 80\n");
    report
        .sources
        .add("describers/environment.yaml", "name: x\n");
    let at = text.find("80").unwrap();
    let file = report.sources.add("./describers/a b.yaml", text);
    let found = |message: &str| Finding::new(&META, message).server("web");
    report.findings = vec![
        found("`web` opens [80](x) {0}")
            .at(file.span(at, at + 2), "here")
            .related(file.span(0, 1), "there"),
        found("has no place"),
        Finding::new(&META, "has no server either").severity(Severity::Note),
    ];
    report
}

fn rendered(report: &Report) -> Value {
    let mut out = Vec::new();
    render(report, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// The schema as far as lostops uses it, with what GitHub asks for besides.
fn schema() -> Value {
    let text = json!({ "type": "object", "required": ["text"], "properties": { "text": { "type": "string", "minLength": 1 } } });
    let number = json!({ "type": "integer", "minimum": 1 });
    let location = json!({
        "type": "object",
        "required": ["physicalLocation"],
        "properties": {
            "id": { "type": "integer", "minimum": 0 },
            "message": text,
            "physicalLocation": {
                "type": "object",
                "required": ["artifactLocation", "region"],
                "properties": {
                    "artifactLocation": {
                        "type": "object",
                        "required": ["uri"],
                        "properties": { "uri": { "type": "string", "pattern": "^[A-Za-z0-9._~/%:-]+$" }, "uriBaseId": { "const": "%SRCROOT%" } }
                    },
                    "region": {
                        "type": "object",
                        "required": ["startLine", "startColumn", "endLine", "endColumn"],
                        "properties": { "startLine": number, "startColumn": number, "endLine": number, "endColumn": number }
                    }
                }
            }
        }
    });
    let level = json!({ "enum": ["none", "note", "warning", "error"] });
    let rule = json!({
        "type": "object",
        "required": ["id", "name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration", "properties"],
        "properties": {
            "shortDescription": text,
            "fullDescription": text,
            "help": { "required": ["text", "markdown"] },
            "defaultConfiguration": { "properties": { "level": level } },
            "properties": { "properties": {
                "tags": { "type": "array", "maxItems": 10, "uniqueItems": true },
                "security-severity": { "type": "string", "pattern": "^[0-9]+\\.[0-9]$" }
            } }
        }
    });
    let result = json!({
        "type": "object",
        "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
        "properties": {
            "ruleIndex": { "type": "integer", "minimum": 0 },
            "level": level,
            "message": text,
            "locations": { "type": "array", "minItems": 1, "maxItems": 1, "items": location },
            "relatedLocations": { "type": "array", "items": location },
            "partialFingerprints": { "type": "object", "minProperties": 1, "additionalProperties": { "type": "string", "minLength": 1 } }
        }
    });
    json!({
        "type": "object",
        "required": ["$schema", "version", "runs"],
        "properties": {
            "version": { "const": "2.1.0" },
            "runs": { "type": "array", "minItems": 1, "maxItems": 1, "items": {
                "type": "object",
                "required": ["tool", "automationDetails", "columnKind", "invocations", "results"],
                "properties": {
                    "columnKind": { "const": "utf16CodeUnits" },
                    "tool": { "required": ["driver"], "properties": { "driver": { "required": ["name", "semanticVersion", "rules"], "properties": { "rules": { "type": "array", "items": rule } } } } },
                    "results": { "type": "array", "maxItems": MOST, "items": result }
                }
            } }
        }
    })
}

#[test]
fn every_finding_is_a_result_that_the_schema_and_github_accept() {
    let log = rendered(&report(""));
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "lostops/production/");
    let first = &run["results"][0];
    assert_eq!(first["message"]["text"], "'web' opens [80] (x) {{0}}.");
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "describers/a%20b.yaml");
    assert_eq!(
        place["region"],
        json!({ "startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 7 })
    );
    assert_eq!(first["relatedLocations"][0]["message"]["text"], "there");
}

#[test]
fn a_finding_without_a_place_stands_at_its_server_or_at_the_environment() {
    let log = rendered(&report(""));
    let file = |number: usize| {
        let place = &log["runs"][0]["results"][number]["locations"][0]["physicalLocation"];
        place["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(file(1), "describers/a%20b.yaml");
    assert_eq!(file(2), "describers/environment.yaml");
}

#[test]
fn a_finding_is_known_again_when_lines_move_and_no_two_are_the_same() {
    let prints = |before: &str| -> Vec<String> {
        let log = rendered(&report(before));
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|result| result["partialFingerprints"]["lostops/v1"].to_string())
            .collect()
    };
    let (there, moved) = (prints(""), prints("# a comment\n# and another\n"));
    assert_eq!(there, moved);
    assert_ne!(there[0], there[1]);
    let mut twice = report("");
    twice.findings.push(twice.findings[0].clone());
    let log = rendered(&twice);
    let print = |number: usize| log["runs"][0]["results"][number]["partialFingerprints"].clone();
    assert_ne!(print(0), print(2));
}

#[test]
fn of_very_many_the_worst_are_kept_and_the_rest_is_said() {
    let mut report = report("");
    let note = report.findings.pop().unwrap();
    let error = report.findings[0].clone();
    report.findings = vec![note; 10];
    report.findings.extend(vec![error; MOST]);
    let log = rendered(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() == MOST && results.iter().all(|one| one["level"] == "error"));
    let said = log["runs"][0]["invocations"][0].to_string();
    assert!(said.contains("10 findings are left out"), "{said}");
}
