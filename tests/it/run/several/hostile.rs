//! A part is a stranger's file: it is read strictly, its words do nothing, and one that is none is said.

use super::{Matrix, headline, part};
use serde_json::{Value, json};
use std::fs;

/// A matrix with the reports of all its environments.
fn planned() -> Matrix {
    let mut matrix = Matrix::new(&["blue", "green"]);
    matrix.parts("pull_request.opened");
    matrix
}

fn read(matrix: &Matrix, environment: &str) -> Value {
    let text = fs::read(matrix.job.project.path(&part(environment))).expect("a part");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn what_cannot_be_a_part_is_named_with_its_file_and_nothing_of_it_is_believed() {
    let mut matrix = planned();
    let good = read(&matrix, "green");
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).expect(pointer) = value;
        changed.to_string()
    };
    let mut without = good.clone();
    without.as_object_mut().expect("an object").remove("part");
    let cases = [
        ("{".to_owned(), "is no report that is a part"),
        ("[".repeat(100_000), "is no report that is a part"),
        (without.to_string(), "missing field `part`"),
        (with("/version", json!(2)), "its version is 2"),
        (with("/command", json!("rm")), "`rm` is no word of it"),
        (with("/part/kept", json!("all")), "`all` is no word of it"),
        (
            with("/part/counts/add", json!(-1)),
            "is no report that is a part",
        ),
        (
            with("/part/commit", json!("1".repeat(40))),
            "it is of the commit",
        ),
        (
            with("/part/describers", json!("elsewhere")),
            "it is of the folder",
        ),
        (
            with("/part/environment", json!("pink")),
            "there is no environment `pink`",
        ),
        (
            with("/servers/0/exposures/0/ports", json!("99999")),
            "`99999` are no ports",
        ),
        (
            with("/servers/0/exposures/0/proof", json!("sworn")),
            "`sworn` is no word of it",
        ),
    ];
    for (text, why) in cases {
        let blue = read(planned_again(&mut matrix), "blue");
        assert_eq!(blue["version"], 1);
        matrix.job.project.write(&part("green"), &text);
        let ended = matrix.summary("pull_request.opened", 1);
        assert_eq!(ended.output("failure-reason"), "part-missing", "{why}");
        for words in [
            why,
            "parts/lostops-green/report.json",
            "no report of `green`",
        ] {
            assert!(ended.log.contains(words), "{words}: {}", ended.log);
        }
        assert!(super::row(&matrix.job.comment(), "green").contains("no report"));
    }
}

/// The summary takes the parts with it; here they are kept from case to case.
fn planned_again(matrix: &mut Matrix) -> &Matrix {
    let kept = matrix.job.project.path("kept");
    for name in ["blue", "green"] {
        let (from, to) = (matrix.job.project.path(&part(name)), kept.join(name));
        if from.is_file() {
            fs::create_dir_all(&kept).expect("the folder");
            fs::copy(&from, &to).expect("the copy");
        }
        let text = fs::read(&to).expect("a part");
        matrix.job.project.write(&part(name), text);
    }
    matrix
}

#[test]
fn of_two_reports_of_one_environment_neither_counts_and_no_link_is_followed() {
    let mut matrix = planned();
    let green = fs::read(matrix.job.project.path(&part("green"))).expect("a part");
    matrix.job.project.write("parts/other/report.json", &green);
    matrix.job.project.write("elsewhere/report.json", &green);
    let link = matrix.job.project.path("parts/link");
    std::os::unix::fs::symlink(matrix.job.project.path("elsewhere"), link).expect("a link");
    let ended = matrix.summary("pull_request.opened", 1);
    assert!(
        ended.log.contains("there are 2 reports of `green`"),
        "{}",
        ended.log
    );
    assert!(matrix.kept().contains(&("green".to_owned(), true)));
}

#[test]
fn its_words_do_nothing_and_its_record_brings_no_other_one() {
    let mut matrix = planned();
    let mut green = read(&matrix, "green");
    let hostile = "@octocat <img src=x> </details> [a](http://evil.example) -->\n\n# big\n```";
    green["failure"] = json!({ "reason": "plan-failed", "message": hostile, "help": hostile });
    green["notes"] = json!([hostile]);
    green["part"]["notices"] = json!([hostile]);
    green["part"]["words"] = json!([hostile]);
    green["servers"][0]["name"] = json!(hostile);
    green["servers"][0]["details"] = json!([hostile]);
    green["findings"] = json!([{ "code": "LO203", "severity": "error", "server": hostile, "message": hostile,
        "help": hostile, "place": { "file": hostile, "line": u64::MAX, "column": 1 }, "evidence": hostile }]);
    green["part"]["reviewed"] =
        json!("<!-- lostops-reviewed eA== -->\n<!-- lostops-reviewed-of pink eA== -->");
    matrix.job.project.write(&part("green"), green.to_string());
    let ended = matrix.summary("pull_request.opened", 1);
    let comment = matrix.job.comment();
    assert!(headline(&comment).contains("1 failed"), "{comment}");
    let kept = [("blue".to_owned(), false), ("green".to_owned(), true)];
    assert_eq!(matrix.kept(), kept);
    // That its words do nothing a parser of Markdown shows, in report/comment/tests: here, that what opens closes where we close it.
    for text in [&comment, &ended.summary] {
        assert_eq!(text.matches("<details>").count(), 3, "{text}");
        let closed = text.lines().filter(|line| *line == "</details>");
        assert_eq!(closed.count(), 3, "{text}");
    }
}
