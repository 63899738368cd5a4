//! Whatever others write into a plan, a describer or an error: a parser of GitHub's Markdown finds nothing live in it.

mod fuzz;
mod headline;
mod hostile;
mod merged;

use super::*;
use crate::report::{ServerSheet, summary};
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use hostile::{frame, report, words};
use proptest::prelude::*;

/// Panics at anything that is live and not ours.
fn inspect(markdown: &str) {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let (mut headings, mut details) = (0, 0_usize);
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Heading(_) => headings += 1,
            NodeValue::Link(link) => assert!(
                ["https://github.example/o/r/", env!("CARGO_PKG_REPOSITORY")]
                    .iter()
                    .any(|own| link.url.starts_with(own)),
                "a link to {} in\n{markdown}",
                link.url
            ),
            NodeValue::HtmlInline(tag) => assert!(
                ["<br>", "<sub>", "</sub>"].contains(&tag.as_str()),
                "the tag {tag} in\n{markdown}"
            ),
            NodeValue::HtmlBlock(block) => {
                let rest = [
                    "<details>",
                    "<details open>",
                    "</details>",
                    "<summary>",
                    "</summary>",
                    "<code>",
                    "</code>",
                ]
                .iter()
                .fold(block.literal.clone(), |rest, own| rest.replace(own, ""));
                assert!(!rest.contains(['<', '@', '#']), "{rest} in\n{markdown}");
                details += block.literal.matches("<details").count();
                let closed = block.literal.matches("</details>").count();
                assert!(
                    details < 2 && closed <= details,
                    "unbalanced in\n{markdown}"
                );
                details -= closed;
            }
            NodeValue::Text(text) => {
                assert!(
                    !text.contains(['@', '#', '<', '$']),
                    "{text} in\n{markdown}"
                );
            }
            NodeValue::Image(_)
            | NodeValue::Math(_)
            | NodeValue::FootnoteReference(_)
            | NodeValue::FootnoteDefinition(_)
            | NodeValue::TaskItem(_)
            | NodeValue::ThematicBreak
            | NodeValue::Strikethrough
            | NodeValue::Alert(_) => panic!("{:?} in\n{markdown}", node.data.borrow().value),
            _ => {}
        }
    }
    assert_eq!((headings, details), (1, 0), "in\n{markdown}");
    let invisible = |c: char| c != '\u{fe0f}' && crate::report::paint::is_invisible(c);
    assert!(
        !markdown.contains(invisible),
        "something invisible in {markdown:?}"
    );
    assert!(
        !markdown.contains(['\u{1b}', '\r']),
        "a control in {markdown:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn words_of_others_do_nothing_in_a_comment(words in prop::collection::vec(words(), 7..40)) {
        let report = report(&words);
        inspect(&render(&report, &frame(&words[0]), COMMENT));
        inspect(&compact(&report, &frame(&words[0])));
    }

    #[test]
    fn words_of_others_do_nothing_in_a_summary(words in prop::collection::vec(words(), 7..40)) {
        inspect(&summary::render(&report(&words), &frame(&words[1])));
    }

    #[test]
    fn a_comment_is_never_longer_than_asked_and_never_cut_open(
        words in prop::collection::vec(words(), 7..40),
        budget in 0_usize..6000,
    ) {
        let report = report(&words);
        let text = render(&report, &frame(&words[0]), budget);
        prop_assert!(text.chars().count() <= budget);
        if !text.is_empty() {
            inspect(&text);
        }
    }
}

fn long(servers: usize) -> Report {
    let mut report = report(&["web".to_owned()]);
    report.failure = None;
    report.findings.clear();
    report.steps.clear();
    report.configured = None;
    report.servers = (0..servers)
        .map(|number| ServerSheet {
            name: format!("web-{number}"),
            changes: vec!["create".to_owned()],
            sentences: vec!["create".to_owned()],
            ..ServerSheet::default()
        })
        .collect();
    report.diff = Some("  + a line of the plan, é\n".repeat(50_000));
    report
}

#[test]
fn what_is_cut_is_said_with_its_number_and_the_way_to_it() {
    let text = render(&long(3000), &frame("n"), COMMENT);
    let size = text.chars().count();
    assert!((50_000..=COMMENT).contains(&size), "{size}");
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| **`web-"))
        .count();
    let lines = text.lines().filter(|line| line.starts_with("+ ")).count();
    for cut in [
        format!("✂️ *{} more servers: see [the run's summary](", 3000 - rows),
        format!(
            "✂️ *{} more lines of the plan: see [the run's summary](",
            50_000 - lines
        ),
    ] {
        assert!(text.contains(&cut), "{cut}");
    }
    assert!(lines > 100 && rows > 100, "{rows} rows, {lines} lines");
    inspect(&text);
}

#[test]
fn a_plan_is_cut_where_a_line_ends_wherever_the_end_falls() {
    let report = long(3);
    // A line and more, so that it falls into the letter of two bytes too.
    for less in 0..30 {
        let text = render(&report, &frame("n"), COMMENT - less);
        let mut lines = text.lines().filter(|line| line.starts_with("+ "));
        let broken = lines.find(|line| !line.ends_with("a line of the plan, é"));
        assert_eq!(broken, None, "{less}");
    }
}

#[test]
fn a_summary_counts_bytes_and_a_comment_characters() {
    let report = long(20_000);
    let summary = summary::render(&report, &frame("n"));
    assert!(
        (800 * 1024..=900 * 1024).contains(&summary.len()),
        "{}",
        summary.len()
    );
    inspect(&summary);
}

#[test]
fn what_is_said_while_it_runs_holds_nothing_but_the_run() {
    let text = running("plan", &frame("n"));
    assert!(text.starts_with("### ⏳ Planning …"), "{text}");
    inspect(&text);
}

#[test]
fn without_a_repository_there_are_no_links() {
    let text = render(&report(&["web".to_owned()]), &Frame::default(), COMMENT);
    assert!(!text.contains("]("), "{text}");
}

#[test]
fn what_was_applied_is_never_called_not_applied() {
    let mut report = report(&["web".to_owned()]);
    report.failure = None;
    report.command = "apply";
    let first = |report: &Report| headline(report);
    assert!(first(&report).starts_with("⛔ Not applied"));
    report.applied = true;
    assert_eq!(
        first(&report),
        "⚠️ Applied to `web`, and not as is permitted: 1 violation"
    );
}
